"""The gate: the shipped pipeline on the authored test split does not get worse, and nobody lowers the bar unnoticed.

After a change of data or models for the better: ``python scripts/pin_floors.py``.
"""

from pathlib import Path

import pytest

from pipeline.corpus import GoldDocument, corpus_digest
from pipeline.evaluation.abstracts import AbstractReport
from pipeline.evaluation.floors import Floors, below, committed_floors, figures, load_floors, lowered, may_lower
from pipeline.evaluation.tagging import TaggingReport
from pipeline.evaluation.visits import load_visits, score_visits
from pipeline.schema import Briefing
from tests.conftest import ROOT

FILE = Path(__file__).with_name("floors.json")
VISITS = ROOT / "data" / "visits.jsonl"


@pytest.fixture(scope="module")
def floors() -> Floors:
    return load_floors(FILE)


def test_the_data_is_that_of_the_floors(
    floors: Floors, jianbao_gold: tuple[GoldDocument, ...], pytestconfig: pytest.Config
) -> None:
    data = Path(jianbao_gold[0].document.source)
    assert (data.name, pytestconfig.getoption("--jianbao-split")) == (floors.data, floors.split)
    assert corpus_digest(data) == floors.sha256, "the data changed: run scripts/pin_floors.py"
    assert corpus_digest(VISITS) == floors.visits_sha256, "the gold visits changed: run scripts/pin_floors.py"
    assert sum(len(document.sentences) for document in jianbao_gold) == floors.sentences


def test_no_figure_is_below_its_floor(
    floors: Floors,
    jianbao_tagging_report: TaggingReport,
    jianbao_abstract_report: AbstractReport,
    jianbao_predictions: tuple[Briefing, ...],
) -> None:
    visits = score_visits(load_visits(VISITS, floors.split), jianbao_predictions)
    assert below(figures(jianbao_tagging_report, jianbao_abstract_report, visits), floors.floors) == []


def test_no_floor_was_lowered_without_being_told(floors: Floors) -> None:
    assert may_lower() or lowered(committed_floors(FILE), floors.floors) == []
