"""A pytest plugin, there as soon as jianbao is installed: a quality test of a pipeline on labelled documents is three lines.

    def test_quality(jianbao_tagging_report, jianbao_abstract_report):
        assert jianbao_tagging_report.macro.f1 >= 0.85
        assert jianbao_abstract_report.numbers_not_in_source == 0

Run with ``pytest --jianbao-config my.yaml --jianbao-data my.jsonl``, or put the two options under `addopts`. The pipeline is
loaded, and runs over the documents, once a session, and only if a test asks for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pipeline.corpus import GoldDocument
    from pipeline.evaluation.abstracts import AbstractReport
    from pipeline.evaluation.tagging import TaggingReport
    from pipeline.runner import Jianbao
    from pipeline.schema import Briefing, Document

CONFIG, DATA, SPLIT = "--jianbao-config", "--jianbao-data", "--jianbao-split"
NEEDS_CONFIG = frozenset({"jianbao_pipeline"})
NEEDS_DATA = frozenset({"jianbao_gold"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("jianbao", "quality of a jianbao pipeline")
    group.addoption(CONFIG, metavar="FILE", help="the pipeline that the jianbao_* fixtures run, as YAML")
    group.addoption(DATA, metavar="FILE", help="labelled documents for them, as JSON Lines")
    group.addoption(SPLIT, metavar="NAME", help="take only this split of the labelled documents")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stops before anything runs if a test needs an option that was not given."""
    wanted = {name for item in items for name in getattr(item, "fixturenames", ())}
    for option, fixtures in ((CONFIG, NEEDS_CONFIG), (DATA, NEEDS_DATA)):
        if wanted & fixtures:
            _file(config, option)


@pytest.fixture(scope="session")
def jianbao_pipeline(pytestconfig: pytest.Config) -> "Jianbao":
    """The pipeline that --jianbao-config names, loaded."""
    from pipeline.runner import Jianbao

    path = _file(pytestconfig, CONFIG)
    with _one_line():
        return Jianbao.from_config(path)


@pytest.fixture(scope="session")
def jianbao_gold(pytestconfig: pytest.Config) -> "tuple[GoldDocument, ...]":
    """The labelled documents of --jianbao-data, or those of its split --jianbao-split."""
    from pipeline.corpus import load_corpus

    path = _file(pytestconfig, DATA)
    with _one_line():
        return tuple(load_corpus(path, pytestconfig.getoption(SPLIT)))


@pytest.fixture(scope="session")
def jianbao_documents(jianbao_gold: "tuple[GoldDocument, ...]") -> "tuple[Document, ...]":
    """The same documents as the reader gives them from raw text, without labels."""
    from pipeline.evaluation.gold import without_furniture

    return tuple(without_furniture(gold).document for gold in jianbao_gold)


@pytest.fixture(scope="session")
def jianbao_predictions(
    jianbao_pipeline: "Jianbao", jianbao_gold: "tuple[GoldDocument, ...]"
) -> "tuple[Briefing, ...]":
    """What the pipeline says about each of the documents, in the same order."""
    from pipeline.evaluation.predictions import predict

    with _one_line():
        return tuple(predict(jianbao_pipeline, jianbao_gold))


@pytest.fixture(scope="session")
def jianbao_tagging_report(
    jianbao_gold: "tuple[GoldDocument, ...]", jianbao_predictions: "tuple[Briefing, ...]"
) -> "TaggingReport":
    """Figures of the sentence topics: `macro.f1`, `topics["enterprise_visit"].recall`, `exact_match` and more."""
    with _one_line():
        from pipeline.evaluation.gold import judge
        from pipeline.evaluation.predictions import scored_topics
        from pipeline.evaluation.tagging import score_tagging

        topics = scored_topics(jianbao_gold, jianbao_predictions, CONFIG)
        return score_tagging(judge(jianbao_gold, [b.sentences for b in jianbao_predictions], topics))


@pytest.fixture(scope="session")
def jianbao_abstract_report(
    jianbao_gold: "tuple[GoldDocument, ...]", jianbao_predictions: "tuple[Briefing, ...]"
) -> "AbstractReport":
    """Figures of the abstracts: `rouge_1`, `rouge_2`, `rouge_l`, `copied`, `numbers_not_in_source` and more."""
    from pipeline.evaluation.abstracts import abstract_report

    report = abstract_report(jianbao_gold, jianbao_predictions)
    if report is None:
        pytest.fail(f"{DATA}: no document has an abstract to compare with", pytrace=False)
    return report


def _file(config: pytest.Config, option: str) -> Path:
    """The file an option names, relative to where pytest was started or to its root folder."""
    given = config.getoption(option)
    if not given:
        raise pytest.UsageError(f"a test asks for jianbao's fixtures: add {option} FILE")
    folders = (config.invocation_params.dir, config.rootpath)
    return next((folder / given for folder in folders if (folder / given).is_file()), Path(given))


@contextmanager
def _one_line() -> Iterator[None]:
    """What a user can put right is told in one line, not as a traceback."""
    from pipeline.errors import JianbaoError

    try:
        yield
    except JianbaoError as error:
        pytest.fail(str(error), pytrace=False)
    except ModuleNotFoundError as error:
        pytest.fail(f"jianbao's reports need {error.name}: pip install 'jianbao[evaluate]'", pytrace=False)
