"""Time and memory of the command by length and by number of documents, for the benchmark."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from _children import COMMAND, child, run_file

from pipeline import PROJECT

LENGTHS = (1_000, 2_000, 5_000, 20_000, 50_000, 200_000)
COUNTS = (100, 1_000, 10_000)
SHORT = 60  # characters of the documents that are counted
Rows = list[dict[str, float]]


def by_length(config: Path, bodies: Sequence[str], say: Callable[[str], None]) -> Rows:
    """Seconds, those per 1,000 characters without what a single sentence takes, and memory."""
    rows: Rows = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "text.txt"
        start, _ = run_file(path, "市长到恒远公司考察。", config)
        for length in LENGTHS:
            seconds, memory = run_file(path, of_length(bodies, length), config)
            say(f"{length:,} characters took {seconds:.1f} s and {memory:.0f} MB")
            each = (seconds - start) / length * 1000
            rows.append({"characters": length, "seconds": seconds, "a thousand": each, "MB": memory})
    return rows


def by_count(bodies: Sequence[str], say: Callable[[str], None]) -> Rows:
    """Seconds and memory by number of short documents, with leading sentences as abstracts."""
    rows: Rows = []
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "in"
            folder.mkdir()
            for number in range(count):
                body = bodies[number % len(bodies)][:SHORT]
                (folder / f"{number}.txt").write_text(f"{body}{number}", encoding="utf-8")
            config, out = PROJECT / "configs" / "lead.yaml", Path(name) / "out"
            options = ("--config", str(config), "--format", "jsonl", "--output", str(out))
            seconds, memory = child(COMMAND, "run", str(folder), *options)
            say(f"{count:,} documents took {seconds:.1f} s and {memory:.0f} MB")
            rows.append({"documents": count, "seconds": seconds, "MB": memory})
    return rows


def of_length(bodies: Sequence[str], length: int) -> str:
    """Texts one after the other, over again if need be, up to a length."""
    text = "\n".join(bodies)
    return "\n".join([text] * (length // len(text) + 1))[:length]


def ratio(rows: Rows, key: str, over: float, under: float) -> float:
    """What a column is in one row over what it is in another, which are known by their first column."""
    named = {next(iter(row.values())): row[key] for row in rows}
    return named[over] / named[under]


def plot(growth: Sequence[Rows], path: Path) -> None:
    """Seconds and memory by length and by number of documents."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
    for axis, rows in zip(axes, growth, strict=True):
        key = next(iter(rows[0]))
        axis.plot([r[key] for r in rows], [r["seconds"] for r in rows], marker="o")
        memory = axis.twinx()
        memory.plot([r[key] for r in rows], [r["MB"] for r in rows], marker="s", color="tab:orange")
        memory.set_ylim(bottom=0)
        axis.set(xlabel=key, xscale="log", yscale="log", ylabel="seconds (blue)")
        memory.set_ylabel("peak memory, MB (orange)")
    figure.tight_layout()
    figure.savefig(path)
