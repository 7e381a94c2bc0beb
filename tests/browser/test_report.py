"""Reports in Debian's Chromium; see scripts/install_browser.sh."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    done = CliRunner().invoke(app, ["run", str(ROOT / "data" / "samples"), "--format", "html", "--output", str(folder)])
    assert done.exit_code == 0
    return folder


@pytest.fixture
def page() -> Iterator["Page"]:
    from playwright.sync_api import sync_playwright  # comes with the extra `browser` alone

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium.new_page()
        chromium.close()


def test_a_report_leads_from_clauses_to_sentences_and_back(page: "Page", reports: Path) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    address = (reports / "haiyu_delegation.html").as_uri()
    page.goto(address)
    clause = page.locator(".clause").first
    clause.hover()
    rests_on = str(clause.get_attribute("data-sentences")).split()
    assert [item.get_attribute("id") for item in page.locator("li.lit").all()] == [f"s{n}" for n in rests_on]
    everything = page.locator(".sentences li:visible").count()
    page.locator('button[data-topic="3"]').click()
    shown = page.locator(".sentences li:visible").all()
    assert 0 < len(shown) < everything
    assert all("3" in str(item.get_attribute("data-topics")).split() for item in shown)
    clause.click()
    assert page.evaluate("document.activeElement.id") == f"s{rests_on[0]}"
    assert page.locator(".sentences li:visible").count() == everything
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.classList[0]") == "clause"
    assert (complaints, requests) == ([], [address])


def test_the_index_opens_a_report_on_a_phone_without_scrolling_sideways(page: "Page", reports: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((reports / "briefings.html").as_uri())
    page.locator("h2 a").first.click()
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
