"""Encoders, settings and labelled files for the tests of training."""

import json
from collections.abc import Sequence
from pathlib import Path

import yaml
from transformers import AutoModel, PreTrainedTokenizerBase, set_seed

from pipeline.config import TopicConfig, WindowConfig
from pipeline.corpus import GoldDocument
from pipeline.training.settings import TrainTaggerConfig
from tests.conftest import TOPICS
from tests.tagging.tiny import FAMILIES

WINDOW = WindowConfig(limit=64, context=16)
CONFIGS = tuple(TopicConfig(id=topic, name=topic) for topic in TOPICS)
NAMES = {"enterprise_visit": "企业走访", "university_cooperation": "校地合作", "outcome_summary": "成果总结"}


def save_encoder(folder: Path, family: str, tokenizer: PreTrainedTokenizerBase | None = None) -> Path:
    """Writes a random encoder of a family, as the hub has it: without a classifier."""
    tokenizer = tokenizer or FAMILIES[family].tokenizer()
    set_seed(1)
    config = FAMILIES[family].config(vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id)
    AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_settings(encoder: Path, work: Path, **changes: object) -> TrainTaggerConfig:
    values = {
        "topics": CONFIGS,
        "corpus": work / "unused.jsonl",
        "encoder": str(encoder),
        "output": work / "tagger",
        "work": work / "checkpoints",
        "window": WINDOW,
        "epochs": 2,
        "encoder_rate": 3e-3,
        "head_rate": 3e-2,
        "precision": "fp32",
    }
    return TrainTaggerConfig.model_validate({**values, **changes})


def write_corpus(path: Path, documents: Sequence[GoldDocument]) -> Path:
    rows = [
        {
            "id": gold.document.id,
            "text": gold.document.body,
            "sentences": [{"start": s.start, "end": s.end, "topics": sorted(s.topics)} for s in gold.sentences],
        }
        for gold in documents
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def write_settings(path: Path, encoder: Path, **changes: object) -> Path:
    """A settings file as a user would write it, with everything it makes beside it."""
    values = {
        "topics": [{"id": topic, "name": name} for topic, name in NAMES.items()],
        "corpus": "nowhere.jsonl",
        "encoder": str(encoder),
        "output": str(path.parent / "my_tagger"),
        "work": str(path.parent / "work"),
        "window": {"limit": 64, "context": 16},
        "encoder_rate": 3e-3,
        "head_rate": 3e-2,
        "precision": "fp32",
    }
    path.write_text(yaml.safe_dump({**values, **changes}, allow_unicode=True), encoding="utf-8")
    return path
