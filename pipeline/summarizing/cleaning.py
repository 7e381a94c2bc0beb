"""What runs into the sentences of a web page and does not belong to them: captions, bylines, headings."""

import re

from pipeline.summarizing.skips import acts
from pipeline.text.tidy import CLAUSE_END, CLOSING, FINAL

# 座谈现场 3月18日, 程望舒赠送纪念照片 3月18日: what a picture shows stands before a blank.
CAPTION = re.compile(
    r"^(?:[^，。：；！？\s]{0,60}(?:现场|合影|留影|图片|照片)\s*|[^，。：；！？]{2,120}\s+)(?=(?:\d{4}年)?\d{1,2}月\d|会上，|座谈会上，)"
    r"|^[^，。：；！？\s]{2,16}(?:现场|合影|留影|照片)\s+"
    r"|^[^，。：；！？]{10,90}(?<=[\u4e00-\u9fff”])\s+(?=(?:为(?![期主]|[^，。]{0,6}[\d一两三四五六七八九十])|根据|按照|近日|日前)[^，。\s]{6,})"
)
# 海屿新闻网讯（记者 程望舒）, 摄影报道）
BYLINE = re.compile(
    r"^[^，。：；！？（(]{2,10}[讯电]\s*[（(][^（）()]{2,60}[）)]\s*"
    r"|^[（(](?:通讯员|记者|文|图)[^（）()]{2,60}[）)]\s*"
    r"|^[^，。：；！？（(]{0,40}(?:摄影|报道|摄|通讯员|记者)[^，。：；！？（）()]{0,16}[）)]\s*"
    r"|^[^，。：；！？（()）]{1,16}[）)]\s*"  # the end of one
)
# Captions that no mark ends before the sentence: 程望舒参加第二届国际学术会议 副校长许知行介绍了学校情况.
RUN_ON = re.compile(
    r"^[^，。：；！？\s]{2,20}：[^。；！？\s]{4,30}\s+(?=[\u4e00-\u9fff“][^。！？，；\s]{7,})"
    r"|^(?!.*\d日.*\s)[^。！？]*[^，。：；！？\s]{10}(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff“][^。！？，；\s]{7,})"
)
# Where a sentence ends without a mark.
UNMARKED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=(?:座谈)?会上，|仪式上，|随后，)")
TITLED = re.compile("[^，。：]{2,20}：")  # 海屿市法院：走近法庭，体验审判
HEADING = 30  # characters: a shorter line of one clause, or of two in which nobody acts, that no mark ends is one


def cleaned(text: str) -> str:
    """A sentence as it stands on the page, without what ran into it; nothing of a heading or a caption of its own."""
    text = text.strip()
    marked = text.rstrip(CLOSING + "\"'").endswith(tuple(FINAL + "；;：:，,、"))
    clauses = CLAUSE_END.split(text)
    couplet = len(clauses) == 2 and not re.search(r"\d", text) and (not any(map(acts, clauses)) or TITLED.match(text))
    if len(text) < HEADING and not marked and (len(clauses) == 1 or couplet):
        return ""
    return RUN_ON.sub("", UNMARKED.sub("。", BYLINE.sub("", CAPTION.sub("", text))))
