"""Pictures for the READMEs: python scripts/screenshots.py, in the project's folder, after `make browser`.

Shows the sample report as a page, and the page of `jianbao serve` after the sample was pasted, at fixed sizes. To be run
again when the pages or the models change.
"""

import io
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from pipeline import PROJECT
from pipeline.reading.documents import read_document
from pipeline.runner import Jianbao
from pipeline.serving.app import create_app
from pipeline.serving.settings import ServeSettings
from pipeline.writing.html import to_html

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLE = Path("data/samples/haiyu_delegation.txt")


def main(
    output: Annotated[Path, typer.Option(help="Folder for the pictures.")] = PROJECT / "data" / "screenshots",
    port: Annotated[int, typer.Option(help="A free port, for the service.")] = 8399,
) -> None:
    """Takes the pictures."""
    jianbao = Jianbao.from_config(PROJECT / "configs" / "default.yaml")
    report = to_html(jianbao.run(read_document(str(SAMPLE))), jianbao.topics)
    output.mkdir(exist_ok=True)
    with sync_playwright() as playwright, serving(jianbao, port) as address:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, width, height in (("report", 1200, 1240), ("phone", 390, 1100)):
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.set_content(report)
            page.locator(".abstract .clause").nth(1).hover()
            save(page, output / f"{name}.png")
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.goto(address)
        page.fill("#text", SAMPLE.read_text("utf-8"))
        page.click("#run")
        page.frame_locator("#report").locator(".clause").first.wait_for(timeout=60_000)
        page.evaluate("scrollTo(0, 0); document.getElementById('text').scrollTop = 0")
        save(page, output / "page.png")
        chromium.close()


@contextmanager
def serving(jianbao: Jianbao, port: int) -> Iterator[str]:
    """The service in a thread, and its address."""
    server = uvicorn.Server(uvicorn.Config(create_app(jianbao, ServeSettings()), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def save(page: "Page", path: Path) -> None:
    """What the window shows, in 256 colours."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    typer.echo(f"{path}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    typer.run(main)
