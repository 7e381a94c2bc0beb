import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document as Word
from openpyxl import load_workbook
from pyarrow import parquet

from pipeline.batch import FORMATS, open_folder
from pipeline.config import TopicConfig
from pipeline.errors import OutputError
from pipeline.schema import Abstract, Briefing, Evidence, Provenance
from pipeline.writing.docx import to_docx
from pipeline.writing.files import defused
from tests.conftest import make_document, make_tagged

TOPICS = (
    TopicConfig(id="enterprise_visit", name="企业走访", name_en="Enterprise visits"),
    TopicConfig(id="outcome_summary", name="成果总结"),
)
FORMULA = "=1+1，签约。"


@pytest.fixture
def briefing() -> Briefing:
    abstract = Abstract(text="双方座谈。", topic=None, evidence=(Evidence(start=0, end=5, sentences=(0,)),))
    return Briefing(
        document=replace(
            make_document("双方座谈。" + FORMULA), title="座谈\x07会", source="a.txt", published="2026-01-02"
        ),
        sentences=tuple(make_tagged([("双方座谈。", ["enterprise_visit", "outcome_summary"]), (FORMULA, [])])),
        abstract=abstract,
        topic_abstracts={"enterprise_visit": abstract},
        provenance=Provenance(version="0", config_digest="0", models={}),
    )


def test_every_format_in_one_folder(briefing: Briefing, tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", FORMATS, TOPICS) as writer:
        writer.write(briefing)
        writer.write(replace(briefing, document=replace(briefing.document, id="e")))
        growing = {p.name for p in (tmp_path / "out").glob("*.part")}
    assert growing >= {"briefings.csv.part", "briefings.jsonl.part", "sentences.csv.part"}
    of_one = {f"{name}.{ending}" for name in "de" for ending in ("docx", "html", "json", "md")}
    of_all = {"briefings.csv", "briefings.html", "briefings.jsonl", "briefings.parquet", "briefings.xlsx"}
    of_all |= {"sentences.csv", "sentences.parquet", "visits.csv", "visits.parquet"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == of_one | of_all


def test_a_workbook_has_a_row_for_each_document_and_each_sentence(briefing: Briefing, tmp_path: Path) -> None:
    with open_folder(tmp_path, ["xlsx"], TOPICS) as writer:
        writer.write(briefing)
        writer.write(briefing)
    documents, sentences, visits = load_workbook(tmp_path / "briefings.xlsx").worksheets
    rows = list(documents.values)
    assert rows[0] == ("编号", "来源", "标题", "日期", "摘要", "企业走访", "成果总结", "企业走访句数", "成果总结句数")
    assert rows[1][0] == "d" and rows[1][3:] == ("2026-01-02", "双方座谈。", "双方座谈。", "", 1, 1)
    assert len(rows) == 3
    table = list(sentences.values)
    assert table[1] == ("d", 1, "双方座谈。", "企业走访、成果总结", 0.9, 0.9)
    assert table[2][2] == FORMULA and sentences["C3"].data_type == "s"  # text, not a formula
    assert len(table) == 5
    assert [row[0] for row in visits.values] == ["编号"]


def test_tables_as_csv_hold_no_formulas(briefing: Briefing, tmp_path: Path) -> None:
    with open_folder(tmp_path, ["csv"], TOPICS, "en") as writer:
        writer.write(briefing)
    raw = (tmp_path / "sentences.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0][:4] == ["id", "Number", "Sentence", "Topics"]
    assert rows[2][2] == "'" + FORMULA
    assert [defused(cell) for cell in ("@a", "-1", "a=b", -1, 0.5)] == ["'@a", "'-1", "a=b", -1, 0.5]


def test_word_shows_abstracts_and_the_sentences_they_rest_on(briefing: Briefing) -> None:
    page = Word(io.BytesIO(to_docx(briefing, TOPICS)))
    assert [p.text for p in page.paragraphs] == [
        "座谈会",
        *("摘要", "双方座谈。", "依据第1句"),
        *("企业走访", "双方座谈。", "依据第1句"),
        *("依据原文", "1. 双方座谈。", "来源：a.txt"),
    ]
    pasted = replace(briefing, document=replace(briefing.document, source=""))
    assert Word(io.BytesIO(to_docx(pasted, TOPICS))).paragraphs[-1].text == "1. 双方座谈。"


def test_what_was_not_finished_has_no_name(briefing: Briefing, tmp_path: Path) -> None:
    (tmp_path / "briefings.jsonl").write_text("of an earlier run\n", encoding="utf-8")

    def interrupted() -> None:
        with open_folder(tmp_path, ["jsonl", "xlsx", "csv", "html"], TOPICS) as writer:
            writer.write(briefing)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    named = {p.name for p in tmp_path.iterdir() if p.suffix != ".part"}
    assert named == {"briefings.jsonl", "d.html"}
    assert (tmp_path / "briefings.jsonl").read_text(encoding="utf-8") == "of an earlier run\n"


def test_a_folder_that_cannot_be_written_to_is_named(briefing: Briefing, tmp_path: Path) -> None:
    (tmp_path / "d.docx").mkdir()
    with (
        pytest.raises(OutputError, match=r"d\.docx: cannot be written to"),
        open_folder(tmp_path, ["docx"], TOPICS) as writer,
    ):
        writer.write(briefing)
    assert not list(tmp_path.glob("*.part"))


def test_tables_have_typed_columns(briefing: Briefing, tmp_path: Path) -> None:
    with open_folder(tmp_path, ["parquet"], TOPICS) as writer:
        writer.write(briefing)
        writer.write(briefing)
    documents = parquet.read_table(tmp_path / "briefings.parquet").to_pylist()
    assert len(documents) == 2
    assert documents[0]["abstract_outcome_summary"] is None
    assert (documents[0]["abstract_enterprise_visit"], documents[0]["sentences_enterprise_visit"]) == ("双方座谈。", 1)
    sentences = parquet.read_table(tmp_path / "sentences.parquet").to_pylist()
    body = briefing.document.body
    assert [row["text"] for row in sentences] == [body[row["start"] : row["end"]] for row in sentences]
    assert sentences[0]["topics"] == ["enterprise_visit", "outcome_summary"]
    assert sentences[1]["score_outcome_summary"] == pytest.approx(0.1)
