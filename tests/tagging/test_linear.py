from pathlib import Path

import numpy as np

from pipeline.corpus import GoldDocument
from pipeline.evaluation.baselines import fit_linear
from pipeline.tagging.linear import LinearTagger
from pipeline.training.run import report_on
from tests.conftest import TOPICS


def test_learns_saves_loads_and_agrees(learnable: list[GoldDocument], tmp_path: Path) -> None:
    tagger = fit_linear(learnable, TOPICS)
    assert report_on(tagger, learnable)["macro"]["f1"] == 1.0
    tagger.save(tmp_path)
    texts = ["今天企业很好。", "今天大学很好。", "没有见过的词。"]
    np.testing.assert_array_equal(LinearTagger.load(tmp_path).score(texts), tagger.score(texts))
    assert tagger.score([]).shape == (0, 3)
