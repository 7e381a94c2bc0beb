"""Text of Word and PDF files, taken out in a process of its own with bounds on time and memory.

Such files come from anywhere and their readers are large: what goes wrong in one stays there.
"""

import json
import re
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import InputError

DOCX, PDF = ".docx", ".pdf"
SUFFIXES = frozenset({DOCX, PDF})
LIBRARIES = {DOCX: "docx", PDF: "pypdf"}
SECONDS = 60
MEMORY = 2 * 2**30  # bytes
UNPACKED = 200 * 2**20  # bytes of all parts of a Word file together
TOO_LONG = 5_000_000  # characters
PAGE_NUMBER = re.compile(r"[-—–\s]*\d{1,4}[-—–\s]*|第\s*\d{1,4}\s*页.{0,12}")
WIDE, FULL = (
    0.9,
    0.88,
)  # the width of a page is that of the widest tenth of lines; a line that fills it is not much shorter


def extract(path: Path, name: str) -> str:
    """The text of a Word or PDF file, a paragraph a line.

    Args:
        path: The file.
        name: What to call it in an error.

    Raises:
        InputError: The file cannot be read, is damaged, encrypted, too large, or holds no text.
    """
    suffix = path.suffix.lower()
    if find_spec(LIBRARIES[suffix]) is None:
        raise InputError(
            f"{name}: reading {suffix} files needs a library that is not here: pip install 'jianbao[office]'"
        )
    if suffix == DOCX:
        _check_archive(path, name)
    command = [sys.executable, "-I", "-c", CHILD, suffix, str(path.resolve()), str(MEMORY), str(SECONDS), str(TOO_LONG)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2 * SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise InputError(f"{name}: reading it took more than {2 * SECONDS} seconds") from None
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(f"{name}: cannot be read as {suffix[1:]}: {lines[-1] if lines else 'its reader was stopped'}")
    text: str = json.loads(done.stdout)
    if not text.strip():
        hint = " (a scan? run text recognition first)" if suffix == PDF else ""
        raise InputError(f"{name}: holds no text{hint}")
    return text


def unwrap(text: str) -> str:
    """Paragraphs from lines that are as wide as a page: a line that fills it goes on in the next one.

    Numbers of pages that stand alone are left out; a line that begins with white space begins a paragraph.
    """
    lines = [line.rstrip() for line in text.split("\n") if line.strip() and not PAGE_NUMBER.fullmatch(line.strip())]
    widths = sorted(len(line.strip()) for line in lines)
    full = FULL * widths[int(WIDE * (len(widths) - 1))] if widths else 0
    paragraphs: list[str] = []
    open_before = False
    for line in lines:
        if open_before and not line[0].isspace():
            gap = " " if paragraphs[-1][-1].isascii() and line[0].isascii() else ""
            paragraphs[-1] += gap + line
        else:
            paragraphs.append(line.strip())
        open_before = len(line.strip()) >= full
    return "\n".join(paragraphs)


def _check_archive(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    except zipfile.BadZipFile:
        raise InputError(f"{name}: not a Word file of 2007 or later: save it as .docx first") from None
    if unpacked > UNPACKED:
        raise InputError(f"{name}: unpacks to {unpacked >> 20} MB, more than the {UNPACKED >> 20} MB that are read")


# Run by a bare interpreter, so that it imports nothing of the project; the last line of an error is what people see.
CHILD = """
import json, sys
suffix, path, memory, seconds, most = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
except (ImportError, ValueError, OSError):
    pass
if suffix == ".docx":
    from docx import Document
    from docx.table import Table
    def lines(container):
        for block in container.iter_inner_content():
            if isinstance(block, Table):
                for row in block.rows:
                    cells = dict.fromkeys(cell._tc for cell in row.cells)
                    texts = [cell.text for cell in row.cells if cells.pop(cell._tc, 0) is None]
                    yield " ".join(text.strip() for text in texts if text.strip())
            else:
                yield block.text
    found = lines(Document(path))
else:
    from pypdf import PdfReader
    found = (page.extract_text() or "" for page in PdfReader(path).pages)
kept, size = [], 0
for line in found:
    size += len(line)
    if size > most:
        raise SystemExit(f"more than {most:,} characters")
    kept.append(line)
sys.stdout.buffer.write(json.dumps("\\n".join(kept)).encode())
"""
