"""Bytes to text, whatever usual encoding they are in."""

import codecs

from charset_normalizer import from_bytes

from pipeline.errors import InputError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SIGNATURES = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"\x7fELF",
    b"Rar!",
)
LEGACY = ("gb18030", "big5")
LEAST_FREQUENT = 0.1
TOO_SHORT_TO_TELL = 40
MOST_DAMAGE = 0.005  # share of stray bytes up to which a file is read all the same
LOST = "\ufffd"
# The most frequent characters of modern Chinese, simplified and traditional: a wrong decoding has few of them.
FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全"
    "表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料"
    "這為個國來們時說產種麼後學經進著電裡現實與關開還業無變條結問題務總經長會區縣於發對過動機體當點從應兩統計議團訪協領導參觀座談市書記"
)
CONTROLS = frozenset(chr(c) for c in range(32)) - set("\t\n\r\x0b\x0c")


def decode(data: bytes, name: str) -> str:
    r"""Decodes a text file: UTF-8 or UTF-16/32 with or without a byte order mark, GB18030/GBK, Big5.

    Args:
        data: The bytes of the file.
        name: What to call the file in messages.

    Returns:
        The text without byte order mark, damaged bytes as U+FFFD, line ends as ``\n``.

    Raises:
        InputError: The file is empty, binary, or in an encoding that is not recognised.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise InputError(f"{name}: the file is empty")
    if data.startswith(SIGNATURES):
        raise InputError(f"{name}: not a text file: save it as .txt (UTF-8) or .html first")
    text = _decoded(data, name)
    if not text.strip():
        raise InputError(f"{name}: the file is empty")
    if sum(character in CONTROLS for character in text) > len(text) / 100:
        raise InputError(f"{name}: not a text file: save it as .txt (UTF-8) or .html first")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise InputError(f"{name}: damaged {encoding} text: save it again as UTF-8") from None
    if 0 < data.count(0) < len(data) * MOST_DAMAGE:
        data = data.replace(b"\x00", b"")
    if b"\x00" in data:
        return _utf16(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    candidates = [text for encoding in LEGACY if (text := _attempt(data, encoding)) is not None]
    if candidates:
        best = max(candidates, key=frequent_share)
        if frequent_share(best) > LEAST_FREQUENT or len(best) < TOO_SHORT_TO_TELL:
            return best
    repaired = [data.decode(encoding, "replace") for encoding in ("utf-8", *LEGACY)]
    best = min(repaired, key=lambda text: (text.count(LOST), -frequent_share(text)))
    if best.count(LOST) < len(best) * MOST_DAMAGE and frequent_share(best) > LEAST_FREQUENT:
        return best
    guess = from_bytes(data).best()
    if guess is None:
        raise InputError(
            f"{name}: the encoding is not recognised (tried UTF-8, UTF-16, GB18030, Big5): save it as UTF-8"
        )
    return str(guess)


def _utf16(data: bytes, name: str) -> str:
    """UTF-16 without a byte order mark; Chinese text in it has zero bytes in its line ends, digits and spaces only."""
    candidates = [text for encoding in ("utf-16-le", "utf-16-be") if (text := _attempt(data, encoding)) is not None]
    if candidates:
        best = max(candidates, key=frequent_share)
        if frequent_share(best) > LEAST_FREQUENT or best.isascii():
            return best
    raise InputError(f"{name}: not a text file: save it as .txt (UTF-8) or .html first")


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def frequent_share(text: str) -> float:
    """The share of the non-ASCII characters of a text that are among the most frequent of Chinese."""
    foreign = [character for character in text if ord(character) > 127]
    return sum(character in FREQUENT for character in foreign) / max(1, len(foreign))
