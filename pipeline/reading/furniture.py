"""Recognises page furniture: what stands on a page around an article and is not the article.

Rules over lines and over brackets at line ends. They look at form (a label before a colon, a short line after a
navigation heading), never at a particular site.
"""

import re
from collections.abc import Iterator

from pipeline.schema import Span

STOP = re.compile(r"[。！？!?]")
# Roles that sign a page. A line that starts with one and a colon, and is not a sentence, is a credit.
ROLE = (
    r"(?:责任编辑|责编|编辑|编审|编务|校对|审核|审签|审校|复审|终审|初审|一审|二审|三审|监制|总监制|主编|值班\S{0,3}|统筹|策划|排版|制作|美编|"
    r"作者|记者|通讯员|特约记者|见习记者|实习生|摄影|摄像|拍摄|图片|图|供图|供稿|撰稿|撰文|文字|文案|文|文图|图文|文/图|图/文|文字/图片|"
    r"信息来源|稿件来源|文章来源|来源|稿源|出品|发布单位|发布人|发布时间|发布日期|更新时间|供稿单位|承办|单位)"
)
CREDIT = re.compile(rf"^[（(\[【]?\s*{ROLE}\s*(?:[：:丨|｜/／]|\s{{1,4}}(?=\S{{2,12}}$))")
SIGNATURE = re.compile(
    r"^[（(【\[]?[^\s，。：:（(]{0,14}(?:记者|通讯员|编辑|摄影|供稿)[\s：:/／丨|、][^，。！？；]*$|"
    r"^[（(【\[]?[^，。！？；]{0,40}(?:供稿|供图|摄影报道|摄|文/图|图/文|提供图片|图片由[^，。]{2,20}提供)[）)】\]]?$|"
    r"^[^\s，。：:]{2,10}台?记者\s[^，。！？；]{2,20}报道$|^[（(]作者(?:系|单位|为)[^。]*[）)]$|^本文(?:图片|作者|来源)\S{0,24}$"
)
LABEL = re.compile(
    r"^(?:(?:投稿|热线|联系|咨询|受理|举报|监督|服务)(?:热线|电话|邮箱|方式)|邮箱|地址|声明|专题|专栏|附件|相关链接|链接|原标题|关键词|标签|报|送|抄送|主送|主题词)"
    r"\s*[：:]|^[（(]?共印\s*\d+\s*份[）)]?$|^(?:总)?第\s*\d+\s*期$"
)
STAMP = re.compile(
    r"^(?:时间|日期|发布|发表|更新)?[：:\s]*\d{4}\s*[-/年.]\s*\d{1,2}\s*[-/月.]\s*\d{1,2}\s*日?(?:\s*(?:星期.|周.))?"
    r"(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?(?=\s|$)"
)
NOTICE = re.compile(
    r"版权声明|版权归属|版权所有|版权归|免责声明|未经(?:书面)?(?:授权|许可)|不得转载|转载请|请注明(?:出处|来源)|侵权|Copyright|©|ICP备|公网安备|"
    r"法律顾问|违法和不良信息|报料热线|新闻热线|爆料热线|服务热线|举报电话|投诉平台|新闻线索|投稿邮箱|联系邮箱|联系电话[：:]|商务合作|"
    r"(?:下载|打开|安装|进入)[^，。]{0,12}(?:客户端|APP|App|app)|(?:客户端|APP|App|小程序)[”\"]?(?:下载|，?阅读|查看)|"
    r"(?:长按|扫描|扫一扫|扫码|识别)[^。]{0,16}(?:二维码|关注|下载|阅读)|扫一扫|关注(?:我们|[^，。]{0,12}(?:公众号|微信|视频号))|"
    r"点击(?:阅读|查看|下载|关注|上方|下方|蓝字|左下)|更多精彩|阅读原文|分享到|分享至|点个?[“\"]?(?:赞|在看)|欢迎(?:关注|订阅|转发|投稿)"
)
TOOLBAR = re.compile(
    r"^[【\[(（]?\s*(?:上一篇|下一篇|上一条|下一条|返回(?:顶部|首页|列表)?|首页|打印(?:本页)?|关闭(?:窗口)?|字体|字号|浏览(?:次数|量)?|阅读(?:次数|量|数)?|"
    r"点击(?:数|量|率)?|访问量|收藏|评论|点赞|当前位置|您(?:所在|现在)的位置|你所在的位置|所在位置|登录|注册|网站地图|联系我们|友情链接|纠错|朗读|听新闻|播放)"
    r"(?:\s*[：:>＞》|】\])）]|\s+|$)"
)
NAVIGATION = re.compile(
    r"^[【\[]?\s*(?:专题|专栏|更多|查看更多|相关(?:阅读|链接|新闻|文章|推荐|报道|稿件|内容)|推荐阅读|延伸阅读|热门(?:推荐|新闻|文章|专题|阅读)?|热点(?:新闻|推荐|专题)|"
    r"往期(?:回顾|推荐|精彩)|猜你喜欢|最新(?:资讯|新闻|文章|发布|动态)|精彩推荐|今日推荐|编辑推荐|为您推荐|大家都在看|图片新闻|视频新闻|(?:点击|阅读|新闻)?排行榜?|友情链接|"
    r"热榜|要闻推荐|新闻推荐)\s*[】\]]?\s*(?:[>＞»›》]+|[：:]|\.{2,}|…+)?\s*$"
)
CAPTION = re.compile(
    r"^(?:[▲△↑↓▼◀▶]|图为|图[一二三四五六七八九十\d]+[：:\s]|图片说明|资料图|（?(?:图片|照片|资料图片)[：:])"
)
BULLETS = frozenset("▲△↑↓▼◀▶")
END_MARK = re.compile(r"^[（(【\[]?\s*(?:完|全文完|END|End|end|正文完)\s*[）)】\]]?$|^[-—=_*·•.#~\s]{3,}$")
CREDIT_IN_BRACKETS = re.compile(
    r"[（(](?:[^（）()]{0,40}(?:记者|通讯员|供稿|供图|摄影|摄|编辑|来源|文/图|图/文|报道)[^（）()]{0,40}|"
    r"[^（）()，。]{2,24}(?:日报|晚报|早报|晨报|时报|商报|电视台|广播台|广播电视台|融媒体中心|融媒|传媒集团|新闻中心|新闻网|网站|客户端|通讯社|宣传部|编辑部|办公室|微信公众号)|完)[）)]\s*$"
)
BYLINE = re.compile(
    r"^[（(][^（）()]{0,40}(?:记者|通讯员|供稿|摄影|报道)[^（）()]{0,40}[）)]\s*|"
    r"^(?:本报|本台|本网|本刊|[^\s，。：（(]{2,8}(?:网|报|社|台|新闻网))[^\s，。：（(]{0,12}(?:讯|消息|电|报道)\s*[（(][^（）()]{0,40}[）)]\s*|"
    r"^(?:本报|本台|本网|本刊)(?:讯|消息)\s*[：:，,]?\s*"
)
TITLE_LENGTH = 60
LINK_LENGTH = 50


def find_furniture(body: str) -> tuple[Span, ...]:
    """Spans of `body` that are furniture: whole lines, credits in brackets at line ends, bylines at line starts."""
    spans: list[Span] = []
    in_list = False
    for start, line in _lines(body):
        text = line.strip()
        if not text:
            continue
        left = start + line.index(text)
        is_link = in_list and len(text) <= LINK_LENGTH and not STOP.search(text)
        in_list = bool(NAVIGATION.match(text)) or is_link
        if in_list or is_furniture_line(text):
            spans.append(Span(start=left, end=left + len(text)))
        else:
            spans.extend(Span(start=left + a, end=left + b) for a, b in _inline(text))
    return tuple(spans)


def is_furniture_line(text: str) -> bool:
    """Whether a line, taken by itself and without white space around it, belongs to the page and not to the article."""
    is_sentence = bool(STOP.search(text[:-1])) or len(text) > 120
    if END_MARK.match(text) or TOOLBAR.match(text):
        return True
    if CREDIT.match(text) or SIGNATURE.match(text) or LABEL.match(text) or STAMP.match(text):
        return len(text) <= 80 and not is_sentence and not text.endswith("。")
    if CAPTION.match(text):
        return len(text) <= 100 and not is_sentence and not (text[0] in BULLETS and text.endswith("。"))
    marks = len(NOTICE.findall(text))
    return marks >= 2 or (marks == 1 and len(text) <= 60)


def find_title(body: str, furniture: tuple[Span, ...]) -> Span | None:
    """The headline, if the text opens with one: a short first line without a full stop, above a line that is prose."""
    covered = {(span.start, span.end) for span in furniture}
    rows = [(start + line.index(line.strip()), line.strip()) for start, line in _lines(body) if line.strip()]
    rows = [(start, text) for start, text in rows if (start, start + len(text)) not in covered]
    if len(rows) < 2:
        return None
    (start, first), rest = rows[0], rows[1:]
    ends = re.search(r"[。！？!?；;，,：:、…](?=[”’」』\"）)]*$)", first)
    prose = any(STOP.search(text) and len(text) > len(first) for _, text in rest[:3])
    if (
        len(first) <= TITLE_LENGTH
        and prose
        and not (ends and (ends.group() not in "！？!?" or first[-1] != ends.group()))
    ):
        return Span(start=start, end=start + len(first))
    return None


def _lines(body: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in body.splitlines(keepends=True):
        yield at, line
        at += len(line)


def _inline(text: str) -> list[tuple[int, int]]:
    """Credits inside a line of prose: a byline at its start, a source in brackets at its end."""
    found = []
    byline = BYLINE.match(text)
    if byline and byline.end() < len(text):
        found.append((0, len(byline.group().rstrip())))
    credit = CREDIT_IN_BRACKETS.search(text)
    if credit and credit.start() > 0 and text[: credit.start()].rstrip()[-1:] in tuple("。！？!?”…"):
        found.append((credit.start(), len(text)))
    return found
