"""Settings to a tagger, by their explicit `kind`."""

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.config import LinearTaggerConfig, OnnxTaggerConfig, SequenceTaggerConfig, TaggerConfig, resolve_model
from pipeline.errors import ModelError
from pipeline.tagging.base import Tagger


def build_tagger(config: TaggerConfig, config_path: Path, topics: Sequence[str] | None = None) -> Tagger:
    """Loads the tagger the settings name; imports only what that kind needs.

    Args:
        config: The settings.
        config_path: The file they come from; a model's path may be relative to it.
        topics: What the labels of a token classifier have to be; left out, they may be anything.

    Raises:
        ConfigError: The model's path leads nowhere.
        ModelError: The model is missing, damaged, of other topics, or may not be downloaded.
    """
    model = resolve_model(config.model, config_path)
    try:
        return _build(config, model, topics)
    except ModuleNotFoundError as error:
        raise ModelError(f"a tagger of kind {config.kind} needs {error.name}: pip install 'jianbao[train]'") from None


def _build(config: TaggerConfig, model: str, topics: Sequence[str] | None) -> Tagger:
    if isinstance(config, OnnxTaggerConfig):
        from pipeline.tagging.onnx import OnnxTagger

        return OnnxTagger.from_config(config, model)
    if isinstance(config, LinearTaggerConfig):
        from pipeline.tagging.linear import LinearTagger

        return LinearTagger.from_config(config, model)
    # Torch's threads read it once, when torch is imported: waiting ones then leave the processor to others.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if isinstance(config, SequenceTaggerConfig):
        from pipeline.tagging.sequence import SequenceTagger

        return SequenceTagger.from_config(config, model)
    from pipeline.tagging.transformer import TransformerTagger

    return TransformerTagger.from_config(config, model, topics)
