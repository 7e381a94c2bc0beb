import pytest

from pipeline.config import WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.transformer import TransformerTagger


def test_a_hub_model_that_is_not_cached_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="allow_download: true"):
        TransformerTagger("nobody/no-such-tagger", WindowConfig())
