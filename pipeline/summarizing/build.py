"""Settings to a summarizer, by their explicit `kind`."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.config import LeadConfig, SummarizerConfig, TextRankConfig, TopicConfig, resolve_model
from pipeline.errors import ModelError
from pipeline.summarizing.base import Summarizer
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.textrank import TextRankSummarizer


def build_summarizer(
    config: SummarizerConfig, config_path: Path = Path(), topics: Sequence[TopicConfig] = ()
) -> Summarizer:
    """The summarizer the settings name; imports only what that kind needs.

    Args:
        config: The settings.
        config_path: The file they come from, beside which a model folder may stand.
        topics: The topics with their names.

    Raises:
        ConfigError: The model's path leads nowhere.
        ModelError: The model is missing, damaged, or may not be downloaded.
    """
    if isinstance(config, LeadConfig):
        return LeadSummarizer(config)
    if isinstance(config, TextRankConfig):
        return TextRankSummarizer(config)
    from pipeline.summarizing.seq2seq import Seq2SeqSummarizer

    model = resolve_model(config.model, config_path)
    try:
        return Seq2SeqSummarizer.from_config(config, model, {topic.id: topic.name for topic in topics})
    except ModuleNotFoundError as error:
        raise ModelError(
            f"a summarizer of kind {config.kind} needs {error.name}: pip install 'jianbao[train]'"
        ) from None
