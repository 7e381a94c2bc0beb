"""The pytest plugin, in sessions of its own."""

import textwrap
from pathlib import Path

import pytest

import pipeline.testing
from tests.conftest import ROOT
from tests.evaluation.material import Project, write_project

pytest_plugins = ["pytester"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_project(tmp_path_factory.mktemp("project"))


def example() -> str:
    """The quality test that the documentation shows."""
    lines = (pipeline.testing.__doc__ or "").split("\n\n")
    return textwrap.dedent(next(part for part in lines if part.startswith("    def test_")))


def run(pytester: pytest.Pytester, *arguments: str | Path) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


def options(project: Project) -> tuple[str | Path, ...]:
    return ("--jianbao-config", project.config, "--jianbao-data", project.gold, "--jianbao-split", "test")


def test_the_three_line_example_works(pytester: pytest.Pytester, project: Project) -> None:
    pytester.makepyfile(example())
    run(pytester, *options(project)).assert_outcomes(passed=1)


def test_the_readme_shows_that_example() -> None:
    assert example() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_figure_that_is_too_low_fails_the_test(pytester: pytest.Pytester, project: Project) -> None:
    pytester.makepyfile(example().replace("0.85", "0.99"))
    result = run(pytester, *options(project))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 0.95* >= 0.99"])


def test_every_fixture_gives_what_it_says(pytester: pytest.Pytester, project: Project) -> None:
    pytester.makepyfile(
        """
        def test_all(
            jianbao_pipeline, jianbao_documents, jianbao_gold, jianbao_predictions, jianbao_tagging_report,
            jianbao_abstract_report
        ):
            ids = [f"d{number}" for number in range(12, 16)]
            assert [document.id for document in jianbao_documents] == ids
            assert [gold.document.id for gold in jianbao_gold] == ids
            assert [briefing.document.id for briefing in jianbao_predictions] == ids
            assert len(jianbao_pipeline.run(jianbao_documents[0]).sentences) == 4
            assert jianbao_tagging_report.topics["outcome_summary"].f1 == 1.0
            assert jianbao_tagging_report.sentences == 16
            assert jianbao_abstract_report.abstracts == 4
        """
    )
    run(pytester, *options(project)).assert_outcomes(passed=1)


def test_options_may_stand_in_the_settings_relative_to_the_root(
    pytester: pytest.Pytester, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.path / "gold.jsonl").write_text(project.gold.read_text(encoding="utf-8"), encoding="utf-8")
    pytester.makeini("[pytest]\naddopts = --jianbao-data gold.jsonl")
    inner = pytester.mkdir("inner")
    (inner / "test_it.py").write_text("def test_it(jianbao_gold):\n    assert len(jianbao_gold) == 16\n")
    monkeypatch.chdir(inner)
    run(pytester, "--rootdir", pytester.path, "-c", pytester.path / "tox.ini", inner).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("given", "option"),
    [((), "--jianbao-config"), (("--jianbao-config", "x.yaml"), "--jianbao-data")],
)
def test_a_missing_option_is_one_line(pytester: pytest.Pytester, given: tuple[str, ...], option: str) -> None:
    pytester.makepyfile(example())
    result = run(pytester, *given)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [
        f"ERROR: a test asks for jianbao's fixtures: add {option} FILE"
    ]


def test_a_bad_config_is_told_without_a_traceback(pytester: pytest.Pytester, project: Project) -> None:
    pytester.makepyfile(example())
    result = run(pytester, "--jianbao-config", "nowhere.yaml", "--jianbao-data", project.gold)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["nowhere.yaml: no such config file"])
    result.stdout.no_fnmatch_line("*testing.py*")


def test_other_sessions_notice_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            heavy = {"numpy", "pydantic", "yaml", "rich", "sklearn", "onnxruntime", "torch", "pipeline.schema"}
            assert "pipeline.testing" in sys.modules
            assert not heavy & set(sys.modules)
        """
    )
    run(pytester, "-W", "error").assert_outcomes(passed=1)


def test_help_names_the_options(pytester: pytest.Pytester) -> None:
    run(pytester, "--help").stdout.fnmatch_lines(["*--jianbao-config=FILE*", "*--jianbao-data=FILE*"])
