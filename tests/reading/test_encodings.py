import pytest

from pipeline.errors import InputError
from pipeline.reading.encodings import decode

TEXT = "市委书记率队到深圳考察，与企业座谈。\n双方签署合作协议，总投资3亿元。\n"
TRADITIONAL = "市委書記率團到深圳參觀，與企業座談。\n雙方簽署合作協議，總投資3億元。\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "gb2312"],
)
def test_reads_every_usual_encoding(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "f") == TEXT


def test_reads_big5() -> None:
    assert decode(TRADITIONAL.encode("big5"), "f") == TRADITIONAL


@pytest.mark.parametrize("text", ["签约。", "书记率队", "座谈会"])
def test_short_gbk_text(text: str) -> None:
    assert decode(text.encode("gbk"), "f") == text


def test_rare_characters_of_gb18030() -> None:
    assert decode("镕基䶮率队到访企业座谈。".encode("gb18030"), "f") == "镕基䶮率队到访企业座谈。"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("stray", [b"\xff", b"\x00"])
def test_a_stray_byte_does_not_stop_the_reading(encoding: str, stray: bytes) -> None:
    text = decode((TEXT * 3).encode(encoding) + stray + (TEXT * 17).encode(encoding), "f")
    assert text.count("双方签署合作协议") == 20


def test_line_ends_become_one_kind() -> None:
    assert decode("一\r\n二\r三\n".encode(), "f") == "一\n二\n三\n"


@pytest.mark.parametrize(
    "data",
    [b"", b"  \r\n\t", b"\x00\x00", "\ufeff".encode()],
    ids=["nothing", "white space", "zeros", "only a mark"],
)
def test_empty_files_are_named(data: bytes) -> None:
    with pytest.raises(InputError, match=r"report\.txt: the file is empty"):
        decode(data, "report.txt")


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n...", b"PK\x03\x04....", b"\x89PNG\r\n\x1a\n", bytes(range(256)) * 8, b"\x01\x02\x03\x04text\x05\x06"],
    ids=["pdf", "docx", "png", "all bytes", "controls"],
)
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"report\.txt: "):
        decode(data, "report.txt")
