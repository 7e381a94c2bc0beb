"""Files to Documents."""

import re
from pathlib import Path

from pipeline.errors import InputError
from pipeline.reading.encodings import decode
from pipeline.reading.furniture import find_furniture, find_title, lines_equal
from pipeline.reading.html import extract_page
from pipeline.reading.office import PDF, extract, unwrap
from pipeline.reading.office import SUFFIXES as OFFICE_SUFFIXES
from pipeline.schema import Document, Span

SURROGATE = re.compile("[\ud800-\udfff]")
TEXT_SUFFIXES = frozenset({".txt", ".text"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
TABLE_SUFFIXES = frozenset({".jsonl", ".ndjson", ".parquet"})
READABLE = TEXT_SUFFIXES | HTML_SUFFIXES | OFFICE_SUFFIXES


def find_files(paths: list[str]) -> list[str]:
    """The files to read: each path itself, or for a folder the files below it that can be read, in order of their names.

    A folder without such files stands for itself, so that `read_document` reports it like any other bad path.
    """
    found: list[str] = []
    for given in paths:
        path = Path(given)
        inside: list[str] = []
        if given and _is_folder(path):
            inside = [str(p) for p in sorted(path.rglob("*")) if _is_readable(p.relative_to(path), p)]
        found.extend(inside or [given])
    return list(dict.fromkeys(found))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long for the file system
        return False


def _is_readable(inner: Path, path: Path) -> bool:
    hidden = any(part.startswith(".") for part in inner.parts)
    return not hidden and path.suffix.lower() in READABLE and path.is_file()


def read_document(source: str | Path) -> Document:
    """Reads one file.

    Args:
        source: Path of a text file in any usual encoding, of an HTML page, a Word file or a PDF.

    Returns:
        The document with its furniture marked; its id is the file's name without the ending.

    Raises:
        InputError: The file does not exist, is empty, binary, or in an encoding that is not recognised.
    """
    path = Path(source)
    name = str(source).encode("utf-8", "replace").decode("utf-8")  # a name in another encoding has stray surrogates
    if not str(source) or _is_folder(path):
        raise InputError(f"{name or 'empty path'}: no .txt, .html, .docx or .pdf file here")
    if path.suffix.lower() in OFFICE_SUFFIXES and path.is_file():
        text = extract(path, name)
        body = unwrap(text) if path.suffix.lower() == PDF else text
        return make_document(body, id=Path(name).stem, source=name)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    if path.suffix.lower() in HTML_SUFFIXES:
        decode(data, name)
        page = extract_page(data, name)
        return make_document(page.text, id=Path(name).stem, source=name, title=page.title, published=page.published)
    return make_document(decode(data, name), id=Path(name).stem, source=name)


def make_document(body: str, *, id: str, source: str = "", title: str = "", published: str = "") -> Document:  # noqa: A002 - the field's name
    """A document from decoded text: finds furniture and, if `title` is empty, the headline.

    Lines that are the headline are marked as furniture, so that they are neither tagged nor summarised. Halves of surrogate
    pairs, which JSON can hold and no file can, become replacement characters.
    """
    body, id, title, published = (SURROGATE.sub("\ufffd", text) for text in (body, id, title, published))  # noqa: A001
    furniture = find_furniture(body)
    headline = find_title(body, furniture)
    if headline is not None and not title:
        title = body[headline.start : headline.end]
    if title:
        furniture = _merged([*furniture, *lines_equal(body, title)])
    return Document(id=id, source=source, title=title, body=body, furniture=furniture, published=published)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """The spans in order; one that begins inside the one before it (a byline in a headline) is dropped."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
