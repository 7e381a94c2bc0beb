"""An evaluation as a folder: `metrics.json`, `errors.md`, `abstracts.md` and plots."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import OutputError
from pipeline.evaluation.bootstrap import RESAMPLES, SEED
from pipeline.evaluation.evaluate import AbstractEvaluation, Evaluation
from pipeline.evaluation.mistakes import escape, find_mistakes, mistakes_page
from pipeline.evaluation.wording import HEADINGS
from pipeline.writing.wording import Language

DIGITS = 4


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GoldFile:
    """Which labelled documents were scored: the file, its SHA-256, the split."""

    file: str
    sha256: str
    split: str | None


def write_evaluation(evaluation: Evaluation, gold: GoldFile, folder: Path, language: Language = "zh") -> None:
    """Writes everything into a folder, which is made if need be.

    Raises:
        OutputError: Something cannot be written.
    """
    from pipeline.evaluation.plots import save_plots

    report = evaluation.report
    page = mistakes_page(
        find_mistakes(evaluation.judged, evaluation.gold), report.sentences, evaluation.topics, language
    )
    metrics = json.dumps(metrics_dict(evaluation, gold), ensure_ascii=False, indent=2) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "metrics.json").write_text(metrics, encoding="utf-8")
        (folder / "errors.md").write_text(page, encoding="utf-8")
        if evaluation.abstracts.pairs:
            (folder / "abstracts.md").write_text(abstracts_page(evaluation.abstracts, language), encoding="utf-8")
        save_plots(evaluation, folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to: {error.strerror}") from None


def abstracts_page(evaluation: AbstractEvaluation, language: Language = "zh") -> str:
    """Markdown with the abstracts of every system under the one a person wrote."""
    words = HEADINGS[language]
    lines = [f"# {words['side_by_side']}", ""]
    for of_one in zip(*evaluation.pairs.values(), strict=True):
        lines += [f"## {escape(of_one[0].id)}", "", f"- {words['reference']}: {escape(of_one[0].reference)}"]
        lines += [
            f"- {escape(words.get(name, name))}: {escape(pair.candidate)}"
            for name, pair in zip(evaluation.pairs, of_one, strict=True)
        ]
        lines.append("")
    return "\n".join(lines)


def metrics_dict(evaluation: Evaluation, gold: GoldFile) -> dict[str, Any]:
    """All figures as JSON types, rounded."""
    return {
        "version": __version__,
        "gold": dataclasses.asdict(gold),
        "system": evaluation.system,
        "topics": [topic.id for topic in evaluation.topics],
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED},
        "tagging": _plain(evaluation.tagging),
        "differences": _plain(evaluation.differences),
        "abstracts": _plain(evaluation.abstracts.reports),
        "abstract_differences": _plain(evaluation.abstracts.differences),
        "topic_abstracts": _plain(evaluation.topic_abstracts.reports),
        "topic_abstract_differences": _plain(evaluation.topic_abstracts.differences),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - any dataclass or JSON type
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return round(value, DIGITS) if isinstance(value, float) else value
