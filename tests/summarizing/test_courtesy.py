"""Sentences without welcome and thanks; see `pipeline.summarizing.courtesy`."""

import pytest

from pipeline.summarizing.courtesy import without_courtesy


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("许知行对程望舒一行的到来表示热烈欢迎。", ""),
        ("座谈会上，副校长许知行代表学校对程望舒一行表示欢迎，感谢海屿市长期以来的支持。", ""),
        ("会上，副校长许知行首先对来访表示欢迎，并介绍了学科情况。", "会上，副校长许知行介绍了学科情况。"),
        ("程望舒对学校长期以来的支持表示感谢，特别是派来了专家。", ""),
        ("致辞中，程望舒代表市委、市政府，向各界朋友表示衷心感谢。", ""),
        ("程望舒在致辞中说，感谢学校对海屿发展的支持。", ""),
        ("程望舒在致辞中对学校长期以来的支持表示感谢。", ""),
        ("程望舒感谢学校对海屿发展的支持，希望双方尽快签约。", "程望舒希望双方尽快签约。"),
        ("程望舒对学校的支持表示感谢，她指出，海屿产业基础好。", "程望舒指出，海屿产业基础好。"),
        ("程望舒走访学校并主持座谈，代表海屿市向学校的支持表示感谢。", "程望舒走访学校并主持座谈。"),
    ],
)
def test_courtesy_goes(sentence: str, rest: str) -> None:
    assert without_courtesy(sentence) == rest


@pytest.mark.parametrize(
    "sentence",
    [
        "程望舒走访云拓机器人公司。",
        "许知行对来访表示欢迎，双方签署合作协议。",  # whose deed the second clause is, is said in it
        "海屿市欢迎企业前来投资兴业。",
        "许知行对项目给予充分肯定。",
    ],
)
def test_what_else_is_said_stays(sentence: str) -> None:
    assert without_courtesy(sentence) == sentence
