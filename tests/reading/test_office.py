"""Word and PDF files."""

import zipfile
from pathlib import Path

import pytest
from docx import Document as Word

from pipeline.errors import InputError
from pipeline.reading import office
from pipeline.reading.documents import read_document
from pipeline.reading.office import unwrap

TITLE, TEXT = "市长到恒远公司考察", "市长到恒远公司考察，与董事长座谈。双方签订了合作协议。"


def test_paragraphs_and_tables_of_a_word_file(tmp_path: Path) -> None:
    word = Word()
    word.add_paragraph(TITLE)
    word.add_paragraph(TEXT)
    table = word.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "项目", "恒远二期"
    word.add_paragraph("市长表示感谢。")
    word.save(str(tmp_path / "report.docx"))
    document = read_document(str(tmp_path / "report.docx"))
    assert document.title == TITLE
    assert document.body.split("\n") == [TITLE, TEXT, "项目 恒远二期", "市长表示感谢。"]


def pdf(path: Path, lines: list[str]) -> None:
    """A one-page PDF with a standard Chinese font, written by hand."""
    content = "BT /F1 12 Tf 14 TL 72 760 Td " + " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content) + 3} >>\nstream\n{content} ET\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1)"
        " /Supplement 0 >> /DW 1000 >>",
    ]
    made, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    made += f"xref\n0 7\n0000000000 65535 f \n{table}trailer << /Size 7 /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    path.write_text(made, encoding="latin-1")


def test_lines_of_a_pdf_become_paragraphs_again(tmp_path: Path) -> None:
    lines = [
        TITLE,
        "市长到恒远公司考察，与董事长座谈。双方签订了合",
        "作协议，总投资三亿元，将于明年投产，带动就业两",
        "百人。",
        "— 1 —",
        "　　市长表示感谢。",
    ]
    pdf(tmp_path / "report.pdf", lines)
    document = read_document(str(tmp_path / "report.pdf"))
    assert document.body == "\n".join([TITLE, "".join(lines[1:4]), "市长表示感谢。"])


def test_lines_that_fill_the_page_go_on() -> None:
    assert unwrap("甲" * 20 + "\n" + "乙" * 20 + "\n丙丙\n" + "丁" * 20) == "甲" * 20 + "乙" * 20 + "丙丙\n" + "丁" * 20
    assert unwrap("") == ""


@pytest.mark.parametrize("name", ["broken.docx", "broken.pdf"])
def test_damaged_files_are_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match=rf"{name}: (not a Word file|cannot be read as pdf: )") as raised:
        read_document(str(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_scan_holds_no_text(tmp_path: Path) -> None:
    pdf(tmp_path / "scan.pdf", [])
    with pytest.raises(InputError, match="holds no text"):
        read_document(str(tmp_path / "scan.pdf"))


def test_archives_that_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 3_000_000)
    monkeypatch.setattr(office, "UNPACKED", 2**20)
    with pytest.raises(InputError, match="unpacks to 2 MB, more than the 1 MB"):
        read_document(str(tmp_path / "bomb.docx"))


def test_a_reader_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf(tmp_path / "slow.pdf", [TEXT])
    monkeypatch.setattr(office, "SECONDS", 0.2)
    monkeypatch.setattr(office, "CHILD", "import time; time.sleep(30)")
    with pytest.raises(InputError, match=r"took more than 0\.4 seconds"):
        read_document(str(tmp_path / "slow.pdf"))
