"""HTML pages to text, by trafilatura (Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15/)."""

from dataclasses import dataclass

from pipeline.errors import InputError


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

    found = bare_extraction(markup, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True)
    if found is None or isinstance(found, dict) or not (text := (found.text or "").strip()):
        raise InputError(f"{name}: no article text in this page: save the text as .txt")
    return Page(title=(found.title or "").strip(), text=text, published=found.date or "")
