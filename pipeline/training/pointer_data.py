"""Texts and labelled documents as source and target tokens for the pointer-generator.

A source is `<s> task </s> text </s>`, where the task is written in words (标题：, 摘要：, 企业走访：), so that a topic needs no
token of its own. Only tokens of the text may be copied.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer

from pipeline.corpus import GoldDocument, gold_sentences
from pipeline.schema import TaggedSentence
from pipeline.summarizing.pointer import ABSTRACT, special_ids
from pipeline.summarizing.select import reading
from pipeline.text.sentences import split_spans
from pipeline.training.pointer import IGNORED

HEADLINE = "标题："
SHORTEST_TEXT = 60
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MARKUP = re.compile(r"^#{1,6} |```|\]\(|<[a-z]+[ >]|^\s*[-*] ", re.MULTILINE)
LEAST_CHINESE = 0.6
PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A task to learn: what to write (`task`), from what (`source`), and what was written (`target`)."""

    task: str
    source: str
    target: str


def usable(text: str) -> bool:
    """Whether a text is Chinese prose and not English or Markdown."""
    return len(CHINESE.findall(text)) >= LEAST_CHINESE * len(text) and not MARKUP.search(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsLimits:
    """What is learned from a file of news.

    Attributes:
        source_chars: How much of a body is read, in whole sentences from its beginning.
        coverage: Least share of a headline's character pairs that the text read must hold, 0-1: a headline that says
            what the text does not teaches a model to invent.
        selection_chars: Longest selection of whole sentences, in characters; 0 for none.
    """

    source_chars: int
    coverage: float = 0.5
    selection_chars: int = 0


def news_pairs(rows: Iterable[Mapping[str, Any]], leave_out: frozenset[str], limits: NewsLimits) -> Iterator[Pair]:
    """Headlines from the beginnings of bodies, and abstracts made of whole sentences, from `id`, `title` and `text`.

    A selection is the lead and the sentences that hold most of the headline (gap sentences, Zhang et al. 2020,
    arXiv:1912.08777, chosen by the headline in the place of the rest of the text).
    """
    for row in rows:
        title, text = str(row.get("title") or "").strip(), str(row.get("text") or "").strip()
        if not title or row.get("id") in leave_out or len(text) < SHORTEST_TEXT or not usable(title + text):
            continue
        sentences = _beginning(text, limits.source_chars)
        source = "".join(sentences)
        if not _pairs(title) or len(_pairs(title) & _pairs(source)) < limits.coverage * len(_pairs(title)):
            continue
        yield Pair(task=HEADLINE, source=source, target=title)
        selected = _selection(sentences, title, limits.selection_chars)
        if 1 < len(selected) < len(sentences):
            yield Pair(task=ABSTRACT, source=source, target="".join(selected))


def _beginning(text: str, most: int) -> list[str]:
    sentences: list[str] = []
    for span in split_spans(text):
        sentence = text[span.start : span.end]
        if sentences and sum(map(len, sentences)) + len(sentence) > most:
            break
        sentences.append(sentence)
    return sentences


def _pairs(text: str) -> set[str]:
    plain = PUNCTUATION.sub("", text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def _selection(sentences: Sequence[str], title: str, most: int) -> list[str]:
    wanted = _pairs(title)
    by_use = sorted(range(1, len(sentences)), key=lambda i: -len(_pairs(sentences[i]) & wanted))
    chosen: list[int] = []
    for index in [0, *by_use]:
        if sum(len(sentences[i]) for i in [*chosen, index]) <= most:
            chosen.append(index)
    return [sentences[i] for i in sorted(chosen)]


def abstract_pairs(
    gold: Sequence[GoldDocument], names: Mapping[str, str], count: Callable[[str], int], room: int
) -> Iterator[Pair]:
    """Abstracts of documents and of their topics, each from the sentences that would be read to write it.

    Args:
        gold: Labelled documents.
        names: Topic names by topic id.
        count: How many tokens a text has.
        room: How many tokens are read.
    """
    for document in gold:
        sentences = _tagged(document)
        for topic, abstract in [(None, document.abstract), *document.topic_abstracts.items()]:
            source = reading(sentences, topic, room, count).text
            if abstract and source:
                yield Pair(task=ABSTRACT if topic is None else names[topic] + "：", source=source, target=abstract)


def _tagged(gold: GoldDocument) -> list[TaggedSentence]:
    return [
        TaggedSentence(sentence=sentence, scores=dict.fromkeys(label.topics, 1.0), topics=tuple(sorted(label.topics)))
        for sentence, label in zip(gold_sentences(gold), gold.sentences, strict=True)
    ]


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


def frequent_pieces(targets: Iterable[Sequence[int]], count: int, end: int) -> dict[int, int]:
    """Ids of the most frequent target pieces, the end token among them, in order of their ids, and how often they come."""
    seen = Counter(piece for target in targets for piece in target)
    return {piece: seen[piece] for piece in sorted({end, *(piece for piece, _ in seen.most_common(count - 1))})}


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
