"""The page people paste articles into: one answer, no other resource."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.writing.html import style_and_script
from pipeline.writing.wording import Language

WORDS = {
    "zh": {
        "heading": "简报",
        "about": "粘贴一篇报道，或拖入文件（txt、html、docx、pdf），得到可核对的摘要、走访记录和逐句主题。"
        "文本由本服务直接处理，不外传，不保存。",
        "text": "报道全文",
        "file": "选择文件",
        "run": "生成简报",
        "working": "正在分析……",
        "download": "下载：",
        "report": "简报",
        "token": "访问令牌",
        "other": "English",
        "failed": "没有完成：",
    },
    "en": {
        "heading": "jianbao 简报",
        "about": "Paste a report, or drop a file (txt, html, docx, pdf): an abstract to check, a record of visits, and topics "
        "sentence by sentence. The text is processed by this service itself, sent nowhere else, and not kept.",
        "text": "The report",
        "file": "Choose a file",
        "run": "Make the briefing",
        "working": "Working …",
        "download": "Download: ",
        "report": "Briefing",
        "token": "Token",
        "other": "中文",
        "failed": "Not done: ",
    },
}
FOLDER = Path(__file__).parent / "templates"


@cache
def page(language: Language) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("pipeline.serving"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style, script = (Markup(_own(name)) for name in ("page.css", "page.js"))
    template = environment.get_template("page.html.j2")
    return template.render(words=WORDS[language], language=language, style=style, script=script)


@cache
def policy() -> str:
    """The page's Content Security Policy: its own script and style, and those of the report it shows."""
    report_style, report_script = style_and_script()
    styles = " ".join(_digest(text) for text in (_own("page.css"), report_style))
    scripts = " ".join(_digest(text) for text in (_own("page.js"), report_script))
    return (
        f"default-src 'none'; style-src {styles}; script-src {scripts}; connect-src 'self'; frame-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _own(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
