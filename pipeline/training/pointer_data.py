"""Texts and labelled documents as source and target tokens for the pointer-generator.

A source is `<s> task </s> text </s>`, where the task is written in words (标题：, 摘要：, 企业走访：), so that a topic needs no
token of its own. Only tokens of the text may be copied.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer

from pipeline.corpus import GoldDocument, gold_sentences
from pipeline.summarizing.pointer import ABSTRACT, special_ids
from pipeline.training.pointer import IGNORED

HEADLINE, LEAD = "标题：", "导语："
SHORTEST_TEXT = 60
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MARKUP = re.compile(r"^#{1,6} |```|\]\(|<[a-z]+[ >]|^\s*[-*] ", re.MULTILINE)
LEAST_CHINESE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A task to learn: what to write (`task`), from what (`source`), and what was written (`target`)."""

    task: str
    source: str
    target: str


def usable(text: str) -> bool:
    """Whether a text is Chinese prose and not English or Markdown."""
    return len(CHINESE.findall(text)) >= LEAST_CHINESE * len(text) and not MARKUP.search(text)


def news_pairs(rows: Iterable[Mapping[str, Any]], leave_out: frozenset[str]) -> Iterator[Pair]:
    """Headlines from bodies, and leads from what follows them, of documents with `id`, `title` and `text`."""
    for row in rows:
        title, text = str(row.get("title") or "").strip(), str(row.get("text") or "").strip()
        if row.get("id") in leave_out or len(text) < SHORTEST_TEXT or not usable(text):
            continue
        if title:
            yield Pair(task=HEADLINE, source=text, target=title)
        lead, separator, rest = text.partition("。")
        if separator and len(rest) > 2 * len(lead):
            yield Pair(task=LEAD, source=rest, target=lead + "。")


def abstract_pairs(gold: Sequence[GoldDocument], names: Mapping[str, str]) -> Iterator[Pair]:
    """Abstracts of documents and of their topics; a topic's abstract is written from the sentences of that topic.

    Args:
        gold: Labelled documents.
        names: Topic names by topic id.
    """
    for document in gold:
        sentences = gold_sentences(document)
        whole = "".join(s.text for s in sentences)
        if document.abstract:
            yield Pair(task=ABSTRACT, source=whole, target=document.abstract)
        for topic, abstract in document.topic_abstracts.items():
            chosen = [s.text for s, g in zip(sentences, document.sentences, strict=True) if topic in g.topics]
            yield Pair(task=names[topic] + "：", source="".join(chosen), target=abstract)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEncoder:
    """Pairs to token ids.

    Attributes:
        tokenizer: The encoder's tokenizer.
        source_tokens: Longest source; what is longer is cut at its end.
        target_tokens: Longest target, its end token included; longer ones are left out.
    """

    tokenizer: Tokenizer
    source_tokens: int
    target_tokens: int

    def __call__(self, pair: Pair) -> dict[str, Any] | None:
        """`input_ids`, `copyable` (0 or 1) and `labels` of a pair; None where the target is too long."""
        first, end, _ = special_ids(self.tokenizer)
        task, source, target = (
            self.tokenizer.encode(text, add_special_tokens=False).ids for text in (pair.task, pair.source, pair.target)
        )
        if len(target) >= self.target_tokens or not source:
            return None
        head = [first, *task, end]
        body = source[: self.source_tokens - len(head) - 1]
        return {
            "input_ids": [*head, *body, end],
            "copyable": [0] * len(head) + [1] * len(body) + [0],
            "labels": [*target, end],
            "length": len(head) + len(body) + 1,
        }


def frequent_pieces(targets: Iterable[Sequence[int]], count: int, end: int) -> list[int]:
    """Ids of the most frequent target pieces, the end token among them, in order of their ids."""
    seen = Counter(piece for target in targets for piece in target)
    return sorted({end, *(piece for piece, _ in seen.most_common(count - 1))})


def collate_pairs(examples: Sequence[dict[str, Any]], *, padding: int, first: int) -> dict[str, torch.Tensor]:
    """Pads a batch; `decoder_input_ids` are the labels shifted right behind the token `first`."""
    source = max(len(e["input_ids"]) for e in examples)
    target = max(len(e["labels"]) for e in examples)
    batch = {
        "input_ids": torch.full((len(examples), source), padding),
        "attention_mask": torch.zeros((len(examples), source), dtype=torch.long),
        "copyable": torch.zeros((len(examples), source), dtype=torch.bool),
        "decoder_input_ids": torch.full((len(examples), target), padding),
        "labels": torch.full((len(examples), target), IGNORED),
    }
    for row, example in enumerate(examples):
        length, written = len(example["input_ids"]), len(example["labels"])
        batch["input_ids"][row, :length] = torch.tensor(example["input_ids"])
        batch["attention_mask"][row, :length] = 1
        batch["copyable"][row, :length] = torch.tensor(example["copyable"], dtype=torch.bool)
        batch["labels"][row, :written] = torch.tensor(example["labels"])
        batch["decoder_input_ids"][row, :written] = torch.tensor([first, *example["labels"][:-1]])
    return batch


def hold_out(pairs: Sequence[Pair], share: float, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Splits pairs at random, sources never in both parts: what to learn from, what to watch."""
    sources = sorted({pair.source for pair in pairs})
    held = set(random.Random(seed).sample(sources, round(share * len(sources))))
    return [p for p in pairs if p.source not in held], [p for p in pairs if p.source in held]
