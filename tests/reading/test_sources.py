"""What a run is given to documents."""

import json
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from pipeline.errors import InputError
from pipeline.reading.sources import Sources
from pipeline.schema import Document

TEXT = "市长到恒远公司考察，与董事长座谈。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a/1.txt", "a/2.txt", "b/3.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    return tmp_path


def names(*given: str) -> list[str]:
    return [Path(file).name for file in Sources.find(given).files]


def test_patterns_and_lists(folder: Path) -> None:
    assert names(f"{folder}/*/[13].txt") == ["1.txt", "3.txt"]
    assert names(f"{folder}/**/*.txt") == ["1.txt", "2.txt", "3.txt"]
    listed = folder / "list.txt"
    listed.write_text(f"{folder}/b\n\n{folder}/a/2.txt\n", encoding="utf-8")
    assert names(f"@{listed}") == ["3.txt", "2.txt"]
    assert names(f"{folder}/none-*.txt") == ["none-*.txt"], "reported when it is read"
    (folder / "report[1].txt").write_text(TEXT, encoding="utf-8")
    assert names(f"{folder}/report[1].txt") == ["report[1].txt"]


def test_a_line_a_document(tmp_path: Path) -> None:
    rows = [
        {"id": "x/../y", "text": TEXT, "title": "考察", "published": "2026-01-02"},
        {"text": TEXT + "\u2028" + TEXT},
        {"id": 3, "text": " "},
        ["no object"],
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n{broken", encoding="utf-8")
    sources = Sources.find([str(path)])
    assert sources.count is None
    one, two, *bad = sources.documents()
    assert isinstance(one, Document) and isinstance(two, Document)
    assert (one.id, one.title, one.published, one.source) == ("x_.._y", "考察", "2026-01-02", f"{path}:1")
    assert two.id == "in-2" and two.body == TEXT + "\u2028" + TEXT
    said = [str(error) for error in bad]
    assert said[0] == f"{path}:3: has no text: documents need the key text"
    assert said[1] == f"{path}:4: not a JSON object"
    assert said[2].startswith(f"{path}:5: not JSON")


def test_halves_of_characters_become_replacement_characters(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": 0, "text": "\\ud800市长到恒远公司考察。"}', encoding="utf-8")
    (document,) = Sources.find([str(path)]).documents()
    assert isinstance(document, Document)
    assert (document.id, document.body) == ("0", "\ufffd市长到恒远公司考察。")


def test_a_row_a_document(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    parquet.write_table(pyarrow.table({"id": ["a", "b"], "text": [TEXT, None], "other": [1, 2]}), path)
    one, bad = Sources.find([str(path)]).documents()
    assert isinstance(one, Document) and (one.id, one.body) == ("a", TEXT)
    assert isinstance(bad, InputError) and f"{path}:2: has no text" in str(bad)
    path.write_bytes(b"PAR1 and nothing")
    (bad,) = Sources.find([str(path)]).documents()
    assert "cannot be read as Parquet" in str(bad)
