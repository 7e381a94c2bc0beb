"""Settings to a summarizer, by their explicit `kind`."""

from pipeline.config import LeadConfig, SummarizerConfig
from pipeline.summarizing.base import Summarizer
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.textrank import TextRankSummarizer


def build_summarizer(config: SummarizerConfig) -> Summarizer:
    """The summarizer the settings name."""
    return LeadSummarizer(config) if isinstance(config, LeadConfig) else TextRankSummarizer(config)
