"""The page of `jianbao serve` in Debian's Chromium."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_report import page
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["page"]
pytestmark = pytest.mark.browser
SAMPLE = ROOT / "data" / "samples" / "haiyu_delegation.txt"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", str(port)]
    service = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    found = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{found}/healthz", timeout=1)
            break
        except OSError:
            assert service.poll() is None
            time.sleep(0.1)
    yield found
    service.terminate()
    assert service.wait(60) in (0, -15)


def test_an_article_pasted_and_a_file_dropped(page: "Page", address: str, tmp_path: Path) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    page.fill("#text", SAMPLE.read_text("utf-8"))
    page.click("#run")
    report = page.frame_locator("#report")
    clause = report.locator(".clause").first
    clause.wait_for(timeout=60_000)
    clause.hover()
    rests_on = str(clause.get_attribute("data-sentences")).split()
    assert [item.get_attribute("id") for item in report.locator("li.lit").all()] == [f"s{n}" for n in rests_on]
    box, window = page.locator("#report").bounding_box(), page.evaluate("innerHeight")
    assert box and 0 < box["y"] < box["y"] + box["height"] <= window < 1.3 * box["height"]
    assert report.locator(".source").count() == 0
    with page.expect_download() as downloaded:
        page.click('[data-format="docx"]')
    assert downloaded.value.suggested_filename.endswith(".docx")
    with page.expect_download() as downloaded:
        page.click('[data-format="json"]')
    assert json.loads(downloaded.value.path().read_text("utf-8"))["abstract"]["text"]
    (tmp_path / "brief.txt").write_text("市长到恒远公司考察，与董事长座谈。", encoding="gb18030")
    page.set_input_files("#file", tmp_path / "brief.txt")
    report.get_by_text("市长到恒远公司考察").first.wait_for(timeout=60_000)
    assert complaints == []
    assert all(url.startswith((address, "blob:" + address, "about:srcdoc")) for url in requests), requests


def test_what_went_wrong_is_said_on_the_page(page: "Page", address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/?lang=en")
    (tmp_path / "empty.txt").write_text("")
    page.set_input_files("#file", tmp_path / "empty.txt")
    page.get_by_text("422 empty.txt: the file is empty").wait_for(timeout=30_000)
