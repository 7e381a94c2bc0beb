"""An evaluation as pictures. Labels are English: the fonts that come with matplotlib have no Chinese characters.

Figures are made without pyplot: nothing global is touched, no window opened, and a figure goes when it is saved.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from pipeline.evaluation.evaluate import Evaluation
from pipeline.evaluation.wording import set_name
from pipeline.writing.wording import topic_name

BINS = 10
DPI = 150


def save_plots(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Writes `precision_recall.png`, `reliability.png`, `confusion.png` and `f1_by_position.png` into a folder."""
    made = {
        "precision_recall": precision_recall(evaluation),
        "reliability": reliability(evaluation),
        "confusion": confusion(evaluation),
        "f1_by_position": f1_by_position(evaluation),
    }
    paths = []
    for name, figure in made.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=DPI)
    return paths


def precision_recall(evaluation: Evaluation) -> Figure:
    """Precision over recall for each topic, with a dot at the threshold in use."""
    figure, axes = _figure("Recall", "Precision", "Precision and recall; dots: threshold in use")
    judged, report = evaluation.judged, evaluation.report
    for i, topic in enumerate(evaluation.topics):
        scores = report.topics[topic.id]
        if scores.support:
            precision, recall, _ = precision_recall_curve(judged.labels[:, i] > 0, judged.scores[:, i])
            (line,) = axes.plot(recall, precision, label=f"{topic_name(topic, 'en')} (AP {scores.ap:.3f})")
            axes.plot(scores.recall, scores.precision, "o", color=line.get_color())
    _unit_square(axes)
    return figure


def reliability(evaluation: Evaluation) -> Figure:
    """Share of sentences that carry a topic, over the mean score, by bins of scores."""
    figure, axes = _figure("Mean score", "Share with the topic", "Reliability")
    judged = evaluation.judged
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    for i, topic in enumerate(evaluation.topics):
        labels, scores = judged.labels[:, i], judged.scores[:, i]
        which = np.minimum((scores * BINS).astype(int), BINS - 1)
        size = np.bincount(which, minlength=BINS)
        filled = size > 0
        mean = np.bincount(which, scores, BINS)[filled] / size[filled]
        share = np.bincount(which, labels, BINS)[filled] / size[filled]
        ece = evaluation.report.topics[topic.id].ece
        axes.plot(mean, share, "o-", label=f"{topic_name(topic, 'en')} (ECE {ece:.3f})")
    _unit_square(axes)
    return figure


def confusion(evaluation: Evaluation) -> Figure:
    """Gold sets of topics against predicted ones; shade by the share of the row."""
    counts = np.array(evaluation.report.confusion.counts)
    known = {topic.id: topic for topic in evaluation.topics}
    names = [set_name(topics, known, "en").replace("+", "\n+ ") for topics in evaluation.report.confusion.sets]
    side = 3 + 0.9 * len(names)
    figure, axes = _figure("Predicted", "Gold", "Sets of topics", (side + 1, side))
    share = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(counts):
        colour = "white" if share[row, column] > 0.5 else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    return figure


def f1_by_position(evaluation: Evaluation) -> Figure:
    """Micro F1 by the place of a sentence in its document."""
    figure, axes = _figure("Place in the document", "Micro F1", "F1 by sentence position")
    values: Sequence[float | None] = evaluation.report.f1_by_position
    places = [(i + 0.5) / len(values) for i, value in enumerate(values) if value is not None]
    axes.bar(places, [value for value in values if value is not None], width=0.9 / len(values))
    axes.axhline(evaluation.report.micro.f1, color="grey", linestyle=":")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return figure


def _figure(across: str, up: str, title: str, size: tuple[float, float] = (6.4, 5.2)) -> tuple[Figure, Axes]:
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_title(title)
    return figure, axes


def _unit_square(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left" if axes.get_title().startswith("Precision") else "upper left")
