from pathlib import Path

import pytest

from pipeline.config import TopicConfig
from pipeline.errors import InputError
from pipeline.training.data import load_labelled
from pipeline.training.tables import is_table, read_table

TOPICS = (TopicConfig(id="visit", name="企业走访"), TopicConfig(id="outcome", name="成果总结"))
TABLE = """document,sentence,topics
一号简报,市长到企业座谈。,企业走访
一号简报,"双方签约，总投资3亿元。",企业走访;成果总结
,天气很好。,
二号简报,“座谈”,企业走访|outcome
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_rows_of_a_document_form_its_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "my.csv"
    path.write_text(TABLE, encoding=encoding)
    first, second = load_labelled(path, TOPICS)
    assert first.document.body == "市长到企业座谈。\n双方签约，总投资3亿元。\n天气很好。"
    texts = [first.document.body[s.start : s.end] for s in first.sentences]
    assert texts == ["市长到企业座谈。", "双方签约，总投资3亿元。", "天气很好。"]
    assert [s.topics for s in first.sentences] == [{"visit"}, {"visit", "outcome"}, frozenset()]
    assert second.sentences[0].topics == {"visit", "outcome"}


def test_chinese_headings_other_delimiters_and_splits() -> None:
    rows = read_table("文档\t主题\t句子\tsplit\na\t\t座谈。\tdev\na\t企业走访\t签约。\t\n", Path("my.tsv"))
    assert [(d.id, d.text, d.split, d.spans[1].topics) for d in rows] == [("a", "座谈。\n签约。", "dev", ("企业走访",))]


def test_lines_are_counted_through_cells_of_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text('document,sentence,topics\na,"座谈\n纪要。",企业走访\n\na,签约。,成果总节\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"my\.csv:5: unknown topic 成果总节 \(did you mean 成果总结\?\)"):
        load_labelled(path, TOPICS)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (",座谈。,\n", r"my\.csv:2: no document"),
        ("a,,企业走访\n", r"my\.csv:2: no sentence"),
        ("a,座谈。,\nb,座谈。,\na,签约。,\n", r"my\.csv:4: document a began further up"),
    ],
)
def test_mistakes_name_the_line(rows: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_table("document,sentence,topics\n" + rows, Path("my.csv"))


def test_a_document_is_in_one_split() -> None:
    with pytest.raises(InputError, match=r"my\.csv:3: document a is in two splits"):
        read_table("document,sentence,topics,split\na,座谈。,,dev\na,签约。,,train\n", Path("my.csv"))


def test_other_tables_are_not_taken_for_one() -> None:
    assert is_table(TABLE)
    assert not is_table("text,label\n座谈。,企业走访\n")
