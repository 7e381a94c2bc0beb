"""What runs into sentences; see `pipeline.summarizing.cleaning`."""

import pytest

from pipeline.summarizing.cleaning import cleaned


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("座谈现场 3月18日，程望舒到访云拓机器人公司。", "3月18日，程望舒到访云拓机器人公司。"),
        ("程望舒向许知行赠送纪念照片 3月18日上午，捐赠仪式举行。", "3月18日上午，捐赠仪式举行。"),
        ("座谈会现场 双方就合作进行交流。", "双方就合作进行交流。"),
        ("海屿新闻网讯（通讯员 程望舒）近日，学校召开会议。", "近日，学校召开会议。"),
        ("海屿新闻网讯(记者 程望舒 摄影报道)近日，学校召开会议。", "近日，学校召开会议。"),
        ("摄影报道）3月18日，程望舒到访。", "3月18日，程望舒到访。"),
        ("（记者程望舒）3月18日，许知行到访。", "3月18日，许知行到访。"),
        ("校长许知行出席会议并讲话", ""),  # a caption of its own
        ("许知行出席会议，程望舒主持", "许知行出席会议，程望舒主持"),  # in doubt a sentence
        ("双方签署协议。", "双方签署协议。"),
        ("程望舒介绍了以下三点：", "程望舒介绍了以下三点："),
        ("本次报道（共三篇）引起关注。", "本次报道（共三篇）引起关注。"),
        ("市委书记程望舒（中）走访公司。", "市委书记程望舒（中）走访公司。"),
    ],
)
def test_captions_bylines_and_headings_go(text: str, rest: str) -> None:
    assert cleaned(text) == rest
