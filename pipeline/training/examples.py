"""Labelled documents as padded encoder windows for the trainer."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.corpus import GoldDocument, GoldSentence, align, gold_sentences
from pipeline.schema import Sentence
from pipeline.tagging.features import WindowEncoder
from pipeline.text.sentences import split_sentences
from pipeline.training.frozen import pad_states

Example = dict[str, Any]


def label_matrix(gold: Sequence[GoldSentence], topics: Sequence[str]) -> NDArray[np.float32]:
    """Labels as 0 and 1: (sentences, topics)."""
    return np.array([[topic in s.topics for topic in topics] for s in gold], np.float32).reshape(len(gold), len(topics))


def training_sentences(gold: GoldDocument) -> tuple[list[Sentence], list[GoldSentence]]:
    """Sentences as the splitter finds them, each with the labels of the gold sentence it shares most with.

    Furniture that the corpus marks comes along as sentences without topics: what slips through the rules is seen.
    """
    unmarked = gold_sentences(gold)
    spans = [
        *gold.sentences,
        *(GoldSentence(start=f.start, end=f.end, topics=frozenset()) for f in gold.document.furniture),
    ]
    spans.sort(key=lambda s: s.start)
    plain = type(gold.document)(id=gold.document.id, source="", title="", body=gold.document.body)
    sentences = list(split_sentences(plain)) or list(unmarked)
    as_gold = [GoldSentence(start=s.start, end=s.end, topics=frozenset()) for s in sentences]
    as_sentences = [
        Sentence(document_id=gold.document.id, index=i, start=s.start, end=s.end, text="") for i, s in enumerate(spans)
    ]
    labels = [spans[i].topics if i is not None else frozenset() for i in align(as_sentences, as_gold)]
    return sentences, [GoldSentence(start=s.start, end=s.end, topics=t) for s, t in zip(sentences, labels, strict=True)]


def make_examples(gold: Sequence[GoldDocument], encoder: WindowEncoder, topics: Sequence[str]) -> list[Example]:
    """Every window of every document: `input_ids` and `units` (tokens), `length`, `labels` (units in it, topics)."""
    examples = []
    for document in gold:
        sentences, labels = training_sentences(document)
        matrix = label_matrix(labels, topics)
        for example in windows_as_examples([s.text for s in sentences], document.document.title, encoder):
            sentence_of = example.pop("sentence_of")
            examples.append({**example, "labels": matrix[sentence_of].tolist()})
    return examples


def windows_as_examples(texts: Sequence[str], title: str, encoder: WindowEncoder) -> Iterator[Example]:
    """The windows of one document, without labels: `input_ids` and `units` (tokens), `length`, `sentence_of` (units in it)."""
    units, windows = encoder(texts, title)
    for window in windows:
        present = sorted(set(window.units[window.units >= 0].tolist()))
        local = {unit: i for i, unit in enumerate(present)}
        yield {
            "input_ids": window.tokens.tolist(),
            "length": len(window.tokens),
            "units": [local.get(unit, -1) for unit in window.units.tolist()],
            "sentence_of": [units[unit].sentence for unit in present],
        }


def sample_windows(gold: Sequence[GoldDocument], encoder: WindowEncoder, most: int) -> list[NDArray[np.int64]]:
    """Token ids of windows of some documents, drawn at random but the same each time; a window of each."""
    drawn = random.Random(0).sample(list(gold), min(most, len(gold)))
    return [
        encoder([s.text for s in training_sentences(document)[0]], document.document.title)[1][0].tokens
        for document in drawn
    ]


def collate(examples: Sequence[Example], padding: int) -> dict[str, torch.Tensor]:
    """Pads windows to a batch.

    Returns:
        `input_ids`, `attention_mask`, `units` (batch, tokens; -1 where no unit stands) and `labels` (batch, units,
        topics; -1 where there is no unit); `states` (batch, tokens, hidden) where frozen layers were recorded.
    """
    tokens = max(len(e["input_ids"]) for e in examples)
    batch = {
        "input_ids": torch.full((len(examples), tokens), padding),
        "attention_mask": torch.zeros((len(examples), tokens), dtype=torch.long),
        "units": torch.full((len(examples), tokens), -1),
    }
    if "labels" in examples[0]:
        shape = len(examples), max(len(e["labels"]) for e in examples), len(examples[0]["labels"][0])
        batch["labels"] = torch.full(shape, -1.0)
    for row, example in enumerate(examples):
        length = len(example["input_ids"])
        batch["input_ids"][row, :length] = torch.tensor(example["input_ids"])
        batch["attention_mask"][row, :length] = 1
        batch["units"][row, :length] = torch.tensor(example["units"])
        if "labels" in batch:
            batch["labels"][row, : len(example["labels"])] = torch.tensor(example["labels"])
    if "states" in examples[0]:
        batch["states"] = pad_states([e["states"] for e in examples])
    return batch


def unit_means(values: torch.Tensor, units: torch.Tensor, count: int) -> torch.Tensor:
    """Means over the tokens of each unit: (batch, tokens, n) and (batch, tokens) to (batch, count, n)."""
    belongs = torch.nn.functional.one_hot(units + 1, count + 1)[..., 1:].to(values.dtype)  # (batch, tokens, count)
    sums = torch.einsum("btu,btn->bun", belongs, values)
    return sums / belongs.sum(dim=1).clamp(min=1).unsqueeze(-1)
