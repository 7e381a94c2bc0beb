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


def test_what_was_clicked_stays_lit_and_leads_back_to_the_clause_one_came_from(page: "Page", reports: Path) -> None:
    page.goto((reports / "haiyu_delegation.html").as_uri())
    clause = page.locator("td .clause").last
    rests_on = str(clause.get_attribute("data-sentences")).split()
    clause.click()
    page.mouse.move(1, 1)
    assert [item.get_attribute("id") for item in page.locator("li.chosen").all()] == [f"s{n}" for n in rests_on]
    paper, lit = (
        page.locator(at).first.evaluate("e => getComputedStyle(e).backgroundColor") for at in ("body", ".chosen")
    )
    assert lit not in (paper, "rgba(0, 0, 0, 0)")
    page.locator("li.chosen").first.click()
    assert clause.evaluate("e => e === document.activeElement && e.classList.contains('chosen')")
    assert page.locator("li.chosen").count() == 0


# The right edge of the farthest cell or line, and the pixels wide the window is.
FARTHEST = """() => [Math.max(...[...document.querySelectorAll("main *")].map((e) => e.getBoundingClientRect().right)),
  document.documentElement.clientWidth]"""
# The names and the marks that do not stand on one line with what they belong to.
BROKEN = """() => [...document.querySelectorAll(".name, sup")].filter((e) => {
  const range = document.createRange();
  const before = e.matches("sup") ? e.previousSibling : e.firstChild;
  const last = before.nodeType === Node.TEXT_NODE ? before : before.firstChild;
  range.setStart(last, e.matches("sup") ? last.length - 1 : 0);
  range.setEnd(last, last.length);
  const [above, below] = [range.getBoundingClientRect(), e.getBoundingClientRect()];
  return range.getClientRects().length > 1 || below.top > above.bottom;
}).map((e) => e.parentElement.textContent)"""


@pytest.mark.parametrize("width", [1280, 900, 768, 390, 320])
def test_nothing_is_cut_off_or_broken_at_any_width(width: int, page: "Page", reports: Path) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((reports / "haiyu_delegation.html").as_uri())
    farthest, window = page.evaluate(FARTHEST)
    assert farthest <= window == width
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator(".name").count() > 0
    assert page.evaluate(BROKEN) == []


def test_on_a_phone_a_visit_is_a_card_with_its_headings_and_no_empty_cell(page: "Page", reports: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((reports / "haiyu_delegation.html").as_uri())
    card = page.locator("tbody tr").first
    shown = card.locator("td:visible")
    assert 0 < shown.count() < card.locator("td").count()
    assert all(cell.inner_text() for cell in shown.all())
    organisation, date = card.locator("td").nth(3), card.locator("td").nth(0)
    assert organisation.evaluate("e => e.getBoundingClientRect().bottom") <= date.evaluate(
        "e => e.getBoundingClientRect().top + 1"
    )
    assert date.evaluate("e => getComputedStyle(e, '::before').content") == '"时间"'


def test_print_has_every_sentence_and_nothing_to_click(page: "Page", reports: Path) -> None:
    page.goto((reports / "haiyu_delegation.html").as_uri())
    everything = page.locator(".sentences li:visible").count()
    page.locator('button[data-topic="3"]').click()
    page.emulate_media(media="print")
    assert page.locator(".sentences li:visible").count() == everything
    assert page.locator("button:visible, .hint:visible").count() == 0


def test_the_index_opens_a_report_on_a_phone_without_scrolling_sideways(page: "Page", reports: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((reports / "briefings.html").as_uri())
    page.locator("h2 a").first.click()
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
