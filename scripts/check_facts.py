"""What a pipeline's abstracts say that their documents do not: python scripts/check_facts.py TEXTS.jsonl."""

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from pipeline import PROJECT
from pipeline.corpus import read_rows
from pipeline.errors import JianbaoError
from pipeline.runner import Jianbao
from pipeline.schema import Document


def main(
    texts: Annotated[Path, typer.Argument(help="JSON Lines with id and text, plain or gzipped.")],
    config: Annotated[Path, typer.Option(help="The pipeline.")] = PROJECT / "configs" / "default.yaml",
    most: Annotated[int, typer.Option(help="How many documents; 0: all.")] = 0,
    every: Annotated[int, typer.Option(help="Take one document in so many.")] = 1,
) -> None:
    """Count facts the model proposed and facts that stand in abstracts without standing in the document."""
    from pipeline.summarizing.checking import AbstractChecker

    try:
        jianbao = Jianbao.from_config(config)
        rows = [row for _, row in islice(read_rows(texts), 0, None, every)]
        counts: Counter[str] = Counter()
        for row in track(rows[: most or None], console=Console(stderr=True)):
            document = Document(id=str(row["id"]), source=str(texts), title=row.get("title", ""), body=row["text"])
            briefing = jianbao.run(document)
            checker = AbstractChecker(briefing.sentences)
            for abstract in (briefing.abstract, *briefing.topic_abstracts.values()):
                counts["abstracts"] += 1
                counts["without evidence"] += not all(e.sentences for e in abstract.evidence)
                left = checker.unsupported(abstract.text)
                counts["unsupported left"] += len(left)
                if left:
                    typer.echo(f"{document.id}: {'、'.join(left)}: {abstract.text}")
                if abstract.check is not None:
                    counts["by the model"] += 1
                    counts["unsupported proposed"] += len(abstract.check.proposed)
                    counts["with unsupported proposed"] += bool(abstract.check.proposed)
                    counts["written again"] += abstract.check.rewrites > 0
                    counts["completed with sentences"] += abstract.check.completed
                    counts["replaced by the lead"] += abstract.check.replaced
                    counts.update(f"clauses removed: {removal.reason}" for removal in abstract.check.removed)
    except JianbaoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    for name, count in counts.items():
        typer.echo(f"{name:32} {count}")


if __name__ == "__main__":
    typer.run(main)
