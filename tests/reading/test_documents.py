from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.reading.documents import find_files, make_document, read_document
from pipeline.text.sentences import split_sentences
from tests.conftest import ROOT


def test_sample_article() -> None:
    document = read_document(str(ROOT / "data" / "samples" / "haiyu_delegation.txt"))
    assert document.title == "海屿市党政代表团赴深圳上海开展双招双引活动"
    assert document.id == "haiyu_delegation"
    left_out = "".join(document.body[s.start : s.end] for s in document.furniture)
    assert all(word in left_out for word in ("海屿日报", "孟然", "客户端", "相关阅读", "义务植树"))
    sentences = split_sentences(document)
    assert sentences[0].text == "春潮涌动处，奋楫正当时。"
    assert sentences[-1].text.endswith("负责同志参加活动。")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_page(tmp_path: Path, encoding: str) -> None:
    markup = (ROOT / "data" / "samples" / "campus_talks.html").read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_bytes(markup.replace('charset="utf-8"', f'charset="{encoding}"').encode(encoding))
    document = read_document(str(page))
    assert document.title == "青原县党政代表团来校洽谈合作"
    texts = [s.text for s in split_sentences(document)]
    assert texts[0].startswith("5月12日上午，青原县委副书记")
    assert not any("通知公告" in t or "版权所有" in t for t in texts)


def test_a_page_without_text_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "empty.html"
    page.write_text("<html><body><script>1</script></body></html>", encoding="utf-8")
    with pytest.raises(InputError, match=r"empty\.html: no article text"):
        read_document(str(page))


def test_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"nowhere\.txt: no such file"):
        read_document("nowhere.txt")


def test_folder_gives_its_readable_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.html", "c.zip", ".hidden.txt", "inner/d.TXT"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("座谈。", encoding="utf-8")
    found = [str(Path(f).relative_to(tmp_path)) for f in find_files([str(tmp_path)])]
    assert found == ["a.html", "b.txt", "inner/d.TXT"]


def test_folder_without_texts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.txt, \.html, \.docx or \.pdf file"):
        read_document(find_files([str(tmp_path)])[0])
    with pytest.raises(InputError, match="empty path"):
        read_document(find_files([""])[0])


def test_body_is_the_text_unchanged() -> None:
    body = "  标题在这里\n\n1月8日,书记率队到访。\u3000双方座谈。\n"
    assert make_document(body, id="d").body == body


def test_a_path_is_as_good_as_its_name(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("市长到恒远公司考察。", encoding="utf-8")
    assert read_document(path) == read_document(str(path))
