"""HTML pages to text, by trafilatura (Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15/)."""

import re
from dataclasses import dataclass

from pipeline.errors import InputError

# A date is taken only where the page marks it as its own: one found somewhere in the text is more often wrong.
DATES = {"extensive_search": False, "original_date": True}
SITE = re.compile(r"\s*[|_\-–—]\s*[^|_\-–—]*(?:网|日报|晚报|电视台|门户|政府|官网|客户端)[^|_\-–—]*$")
TABLE_RULE = re.compile(r"^[\s|:-]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The article of a page: its headline, its text with a line per paragraph, its ISO date or an empty string."""

    title: str
    text: str
    published: str


def extract_page(markup: bytes, name: str) -> Page:
    """Takes the main text out of an HTML page.

    Args:
        markup: The page's bytes; its own declaration or its bytes tell the encoding.
        name: What to call the file in messages.

    Raises:
        InputError: The page has no article text.
    """
    from trafilatura import bare_extraction

    found = bare_extraction(
        markup,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        with_metadata=True,
        date_extraction_params=DATES,
    )
    if found is None or isinstance(found, dict) or not (text := (found.text or "").strip()):
        raise InputError(f"{name}: no article text in this page: save the text as .txt")
    lines = [line.strip("| ") for line in text.splitlines() if not (TABLE_RULE.match(line) and "|" in line)]
    return Page(title=SITE.sub("", (found.title or "").strip()), text="\n".join(lines), published=found.date or "")
