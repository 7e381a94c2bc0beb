"""An evaluation as tables on the terminal (rich)."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.evaluation.bootstrap import Interval
from pipeline.evaluation.evaluate import AbstractEvaluation, Evaluation
from pipeline.evaluation.tagging import Scores
from pipeline.evaluation.wording import HEADINGS, set_name
from pipeline.writing.wording import Language, topic_name


def show_evaluation(evaluation: Evaluation, console: Console, language: Language = "zh") -> None:
    """Prints all tables, and what was left out."""
    words = HEADINGS[language]
    for table in (topics_table, systems_table, confusion_table):
        console.print(table(evaluation, language))
    for key in ("abstracts", "topic_abstracts"):
        abstracts: AbstractEvaluation = getattr(evaluation, key)
        if abstracts.reports:
            console.print(abstracts_table(words[key], abstracts, language))
            console.print(faithfulness_table(abstracts, language))
    for note, wanted in (("unlearned", "linear"), ("no_rules", "keywords")):
        if wanted not in evaluation.tagging:
            console.print(words[note], style="dim")
    if not evaluation.abstracts.reports:
        console.print(words["no_abstracts"], style="dim")


def topics_table(evaluation: Evaluation, language: Language) -> Table:
    """Every figure of the system by topic."""
    words, report = HEADINGS[language], evaluation.report
    names = ("precision", "recall", "f1", "interval", "ap", "ece", "brier", "threshold", "support")
    title = words["tagging"].format(system=evaluation.system, documents=report.documents, sentences=report.sentences)
    table = _table(title, words["topic"], [words[name] for name in names])
    for topic in evaluation.topics:
        scores = report.topics[topic.id]
        table.add_row(escape(topic_name(topic, language)), *_cells(scores, report.intervals.topics[topic.id]))
    table.add_section()
    table.add_row(words["macro"], *_cells(report.macro, report.intervals.macro))
    table.add_row(words["micro"], *_cells(report.micro, report.intervals.micro))
    table.add_section()
    for name in ("exact_match", "document_f1"):
        table.add_row(words[name], "", "", _figure(getattr(report, name)), _interval(getattr(report.intervals, name)))
    return table


def systems_table(evaluation: Evaluation, language: Language) -> Table:
    """F1 of the system, the one compared with, and the baselines, with paired differences."""
    words = HEADINGS[language]
    names = [topic_name(topic, language) for topic in evaluation.topics]
    columns = [*names, *(words[name] for name in ("macro", "micro", "exact_match", "difference", "shares"))]
    table = _table(words["systems"], words["system"], columns)
    for name, report in evaluation.tagging.items():
        f1 = [report.topics[topic.id].f1 for topic in evaluation.topics]
        cells = [_figure(value) for value in (*f1, report.macro.f1, report.micro.f1, report.exact_match)]
        if name in evaluation.differences:
            gap = evaluation.differences[name].macro
            cells += [f"{gap.value:+.3f}\n{gap.low:+.2f}…\n{gap.high:+.2f}", f"{gap.better:.0%}/{gap.worse:.0%}"]
        table.add_row(escape(_short(words.get(name, name))), *cells)
    return table


def confusion_table(evaluation: Evaluation, language: Language) -> Table:
    """Sets of topics, gold against predicted; columns go by the numbers of the rows."""
    words, confusion = HEADINGS[language], evaluation.report.confusion
    known = {topic.id: topic for topic in evaluation.topics}
    table = _table(words["confusion"], words["topic"], [str(i + 1) for i in range(len(confusion.sets))])
    for number, (topics, row) in enumerate(zip(confusion.sets, confusion.counts, strict=True), 1):
        cells = [f"[bold]{n}[/]" if i == number - 1 and n else str(n or "·") for i, n in enumerate(row)]
        table.add_row(f"{number} {escape(set_name(topics, known, language))}", *cells)
    return table


def abstracts_table(title: str, evaluation: AbstractEvaluation, language: Language) -> Table:
    """Likeness of abstracts to those people wrote, system by system, with the paired difference of ROUGE-1."""
    words = HEADINGS[language]
    rouges = {"ROUGE-1": "rouge_1", "ROUGE-2": "rouge_2", "ROUGE-L": "rouge_l"}
    table = _table(title, words["system"], [*rouges, words["word_rouge"], words["rouge_difference"], words["count"]])
    for name, report in evaluation.reports.items():
        gap = evaluation.differences.get(name, {}).get("rouge_1")
        table.add_row(
            escape(_short(words.get(name, name))),
            *(f"{getattr(report, key):.3f} {_interval(report.intervals[key])}" for key in rouges.values()),
            f"{report.word_rouge_1:.3f} {report.word_rouge_2:.3f} {report.word_rouge_l:.3f}",
            "" if gap is None else f"{gap.value:+.3f}\n{gap.low:+.2f}…{gap.high:+.2f}",
            str(report.abstracts),
        )
    return table


def faithfulness_table(evaluation: AbstractEvaluation, language: Language) -> Table:
    """What else is known of them: length, copying, repetition, facts."""
    words = HEADINGS[language]
    names = ("length", "copied", "longest_copied", "repeated", "numbers_covered", "facts")
    table = _table(words["faithfulness"], words["system"], [words[name] for name in names])
    for name, report in evaluation.reports.items():
        table.add_row(
            escape(_short(words.get(name, name))),
            f"{report.length:.0f} ({report.reference_length:.0f})",
            f"{report.copied:.1%}",
            f"{report.longest_copied:.0f}",
            f"{report.repeated:.1%}",
            f"{report.numbers_covered:.1%}",
            f"{report.facts_not_in_source} / {report.facts}",
        )
    return table


def _cells(scores: Scores, interval: Interval) -> list[str]:
    return [
        *(_figure(value) for value in (scores.precision, scores.recall, scores.f1)),
        _interval(interval),
        *(_figure(value) for value in (scores.ap, scores.ece, scores.brier)),
        "" if scores.threshold is None else f"{scores.threshold:.2f}",
        str(scores.support),
    ]


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    # Narrow enough for a terminal of 80 columns: headings may wrap, figures may not.
    table = Table(title=escape(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(escape(column), justify="right", overflow="fold")
    return table


def _short(name: str) -> str:
    """A system's name with the beginning of its digest, which tells it apart well enough."""
    model, at, digest = name.partition("@")
    return model + at + digest[:6]


def _figure(value: float) -> str:
    return f"{value:.3f}"


def _interval(interval: Interval) -> str:
    return f"{interval.low:.2f}–{interval.high:.2f}"
