import csv
import io
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from docx import Document as Word
from jsonschema import Draft202012Validator
from lxml import html
from openpyxl import load_workbook
from rich.console import Console

from pipeline.batch import open_folder
from pipeline.schema import Briefing, Visit
from pipeline.writing.docx import to_docx
from pipeline.writing.html import to_html
from pipeline.writing.json import SCHEMA_PATH, from_dict, to_dict
from pipeline.writing.terminal import show
from pipeline.writing.text import to_markdown, to_text
from tests.visits.material import TOPICS, make_briefing

HOSTILE = "<b>|=1+1"


@pytest.fixture
def briefing() -> Briefing:
    return make_briefing()


def hostile(briefing: Briefing) -> Briefing:
    visit: Visit = briefing.visits[0]
    return replace(briefing, visits=(replace(visit, organisation=replace(visit.organisation, text="=" + HOSTILE)),))


def test_json_and_back(briefing: Briefing) -> None:
    written = json.loads(json.dumps(to_dict(briefing)))
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(written)
    assert len(written["visits"]) == 2
    assert from_dict(written).visits == briefing.visits
    earlier = {key: value for key, value in written.items() if key != "visits"}
    Draft202012Validator(schema).validate(earlier)
    assert from_dict(earlier).visits == ()
    written["visits"][0]["organisation"]["start"] += 1
    with pytest.raises(ValueError, match="of the visits is not what stands at its offsets"):
        from_dict(written)
    written["visits"][0]["kind"] = "planet"
    with pytest.raises(ValueError, match="planet is no kind"):
        from_dict(written)


def test_cells_lead_to_their_sentences(briefing: Briefing) -> None:
    page = html.fromstring(to_html(briefing, TOPICS))
    (table,) = page.xpath("//section//table")
    assert table.xpath(".//th/text()")[:4] == ["时间", "地点", "我方人员", "对方单位"]
    links = table.xpath(".//tr[1]/td/a")
    assert [(a.text, a.get("href")) for a in links][:2] == [("6月3日上午", "#s1"), ("杭州", "#s1")]
    assert [(a.text, a.get("data-sentences")) for a in links][-1] == ("投资框架协议；3.2亿元", "3")
    assert not html.fromstring(to_html(replace(briefing, visits=()), TOPICS)).xpath("//table")
    assert "Visit record" in to_html(briefing, TOPICS, "en")


def test_nothing_becomes_markup_or_a_formula(briefing: Briefing, tmp_path: Path) -> None:
    bad = hostile(briefing)
    assert HOSTILE not in to_html(bad, TOPICS)
    assert r"=\<b\>\|=1+1" in to_markdown(bad, TOPICS)
    with open_folder(tmp_path, ["xlsx"], TOPICS) as writer:
        writer.write(bad)
    sheet = load_workbook(tmp_path / "briefings.xlsx").worksheets[2]
    assert sheet.title == "走访记录"
    assert sheet["E2"].value == "=" + HOSTILE and sheet["E2"].data_type == "s"


def test_word_terminal_and_text_show_the_record(briefing: Briefing) -> None:
    (table,) = Word(io.BytesIO(to_docx(briefing, TOPICS))).tables
    assert [cell.text for cell in table.rows[0].cells][3:5] == ["对方单位", "类别"]
    assert table.rows[2].cells[3].text == "临安理工大学"
    out = StringIO()
    show(briefing, TOPICS, Console(file=out, width=200))
    for shown in (out.getvalue(), to_text(briefing, TOPICS)):
        assert "走访记录" in shown and "青禾机器人公司 | 企业 | 董事长吴晓帆" in shown
    assert "| When | Where | Who |" in to_markdown(briefing, TOPICS, "en")


def test_a_row_of_a_table_for_each_visit(briefing: Briefing, tmp_path: Path) -> None:
    with open_folder(tmp_path, ["csv", "parquet"], TOPICS) as writer:
        writer.write(briefing)
        writer.write(hostile(briefing))
    heading, *rows = csv.reader(StringIO((tmp_path / "visits.csv").read_bytes().decode("utf-8-sig")))
    assert heading[:5] == ["编号", "时间", "地点", "我方人员", "对方单位"]
    assert [row[4] for row in rows] == ["青禾机器人公司", "临安理工大学", "'=" + HOSTILE]
    firm, school, _ = parquet.read_table(tmp_path / "visits.parquet").to_pylist()
    assert (firm["organisation"], firm["kind"], school["organisation"]) == (
        "青禾机器人公司",
        "enterprise",
        "临安理工大学",
    )
    assert firm["who"] == [{"name": "贺清源", "office": "松塘市委书记"}]
    assert firm["outcomes"][1] == {"kind": "amount", "text": "3.2亿元"}
    assert school["date"] is None
    for row in (firm, school):
        said = "".join(briefing.sentences[at].sentence.text for at in row["sentences"])
        assert row["organisation"] in said and row["met"][0]["name"] in said
