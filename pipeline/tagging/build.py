"""Settings to a tagger, by their explicit `kind`."""

from pathlib import Path

from pipeline.config import LinearTaggerConfig, OnnxTaggerConfig, TaggerConfig, resolve_model
from pipeline.errors import ModelError
from pipeline.tagging.base import Tagger


def build_tagger(config: TaggerConfig, config_path: Path) -> Tagger:
    """Loads the tagger the settings name; imports only what that kind needs.

    Raises:
        ConfigError: The model's path leads nowhere.
        ModelError: The model is missing, damaged, or may not be downloaded.
    """
    model = resolve_model(config.model, config_path)
    try:
        return _build(config, model)
    except ModuleNotFoundError as error:
        raise ModelError(f"a tagger of kind {config.kind} needs {error.name}: pip install 'jianbao[train]'") from None


def _build(config: TaggerConfig, model: str) -> Tagger:
    if isinstance(config, OnnxTaggerConfig):
        from pipeline.tagging.onnx import OnnxTagger

        return OnnxTagger.from_config(config, model)
    if isinstance(config, LinearTaggerConfig):
        from pipeline.tagging.linear import LinearTagger

        return LinearTagger.from_config(config, model)
    from pipeline.tagging.transformer import TransformerTagger

    return TransformerTagger.from_config(config, model)
