"""Which sentences belong in an abstract: a linear model over what a summarizer's reader makes of each of them.

The reader of a model that learned to write abstracts knows what they take up. Logistic regression over its states, averaged
over a sentence, and over a few properties of the sentence finds it out (a linear probe, Alain and Bengio 2016,
https://arxiv.org/abs/1610.01644). `pipeline.training.salience` learns the weights.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from pipeline.config import Settings
from pipeline.errors import ModelError
from pipeline.schema import TaggedSentence
from pipeline.summarizing.checking import LEANING
from pipeline.summarizing.textrank import centrality
from pipeline.text.tidy import tidy

SALIENCE = "salience.json"
SHORT, LONG = 14, 100  # characters
CUES = tuple(
    map(
        re.compile,
        (
            r"^[^，。]{0,12}\d+月\d*日?",
            r"\d",
            r"签署|签订|签约|签下|揭牌|达成|受聘|聘书|捐赠|落户|授牌|揭幕",
            r"希望|期待|将|要|愿|力争|下一步",
            r"^.{0,40}(参加|出席|陪同)[^，]{0,12}[。]?$",
            r"“",
            r"[？?]",
            r"表示|指出|强调|介绍|说|认为",
            r"(书记|市长|县长|院长|校长|董事长|总经理|主任|局长|省长|主席)",
            r"座谈|会谈|会见|走访|考察|调研|来访|到访|举行|召开|对接",
            r"共|累计|总计|此次|本次|活动",
            r"参观|观看|查看|了解",
        ),
    )
)
PROPERTIES = 14 + len(CUES)

Floats = NDArray[np.float32]


def properties(sentences: Sequence[TaggedSentence], topic: str | None) -> dict[int, Floats]:
    """Of each sentence, by its index: place, topic scores, likeness to the others, length, words that tell.

    Args:
        sentences: All sentences of a document.
        topic: Only sentences of this topic; None for all.

    Returns:
        Vectors, (`PROPERTIES`,).
    """
    first = next((i for i, tagged in enumerate(sentences) if tagged.topics), 0)
    chosen = [(i, tagged) for i, tagged in enumerate(sentences) if topic is None or topic in tagged.topics]
    texts = [tidy(tagged.sentence.text) for _, tagged in chosen]
    central = centrality(texts)
    most, count = max(central, default=1.0), len(texts)
    rows: dict[int, Floats] = {}
    for place, ((i, tagged), text) in enumerate(zip(chosen, texts, strict=True)):
        values = (
            1 / (1 + place),
            place == 0,
            place == count - 1,
            place / count,
            np.log1p(count),
            1 / (1 + abs(i - first)),
            i == first,
            max(tagged.scores.values(), default=0.0),
            max((tagged.scores.get(name, 0.0) for name in tagged.topics), default=0.0),
            central[place] / most,
            np.log1p(len(text)),
            len(text) < SHORT,
            len(text) > LONG,
            text.startswith(LEANING),
            *(cue.search(text) is not None for cue in CUES),
        )
        rows[tagged.sentence.index] = np.array(values, np.float32)
    return rows


class LinearModel(Settings):
    """A logistic regression: a bias, and a weight for each feature."""

    bias: float
    weights: tuple[float, ...] = Field(min_length=1)

    def probabilities(self, features: Floats) -> Floats:
        """Of rows of features, (sentences, features): how likely each sentence belongs in the abstract, (sentences,)."""
        logits = features @ np.array(self.weights, np.float32) + self.bias
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


class Salience(Settings):
    """`salience.json`: weights for abstracts of a document, and for those of a topic.

    Features are `properties`, then the mean of the reader's states over the sentence, then the state of its first token.
    """

    document: LinearModel
    topic: LinearModel

    @model_validator(mode="after")
    def _same_features(self) -> "Salience":
        if len(self.document.weights) != len(self.topic.weights):
            raise ValueError("document and topic have different numbers of weights")
        return self

    @classmethod
    def load(cls, folder: Path, width: int) -> "Salience | None":
        """The weights of a model folder; None if it has none.

        Args:
            folder: The folder.
            width: Numbers a state of its reader has.

        Raises:
            ModelError: The file is damaged, or of another model.
        """
        path = folder / SALIENCE
        if not path.is_file():
            return None
        try:
            salience = cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, ValidationError) as error:
            raise ModelError(f"{path}: damaged: {' '.join(str(error).split())}") from None
        if len(salience.document.weights) != PROPERTIES + 2 * width:
            raise ModelError(f"{path}: of another model: train it anew with scripts/train_salience.py")
        return salience
