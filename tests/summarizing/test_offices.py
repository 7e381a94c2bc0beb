"""Persons with their office; see `pipeline.summarizing.offices`."""

import pytest

from pipeline.summarizing.offices import Offices
from tests.conftest import make_tagged

SOURCES = (
    "18日，海屿市委书记程望舒到东江理工大学考察，材料学院许知行教授和国际交流与合作处副处长周以宁陪同。",
    "许知行介绍了学院情况，程望舒表示感谢，周以宁主持。",
    "海屿市发展和改革委员会副主任罗启明参加。",
    "罗启明介绍了项目。",
    "海屿市委副书记、政协主席孟知远出席。",
)


@pytest.mark.parametrize(
    ("text", "introduced"),
    [
        ("程望舒表示感谢。程望舒又说。", "海屿市委书记程望舒表示感谢。程望舒又说。"),
        ("18日，程望舒到校考察。", "18日，海屿市委书记程望舒到校考察。"),
        ("海屿市委书记程望舒到校考察。", "海屿市委书记程望舒到校考察。"),
        ("孟知远致辞。", "海屿市委副书记孟知远致辞。"),  # the first of two
        ("周以宁主持。", "周以宁主持。"),  # of what, only the end was found
        ("程望舒、周以宁走访企业。", "程望舒、周以宁走访企业。"),  # not of both
        ("许知行介绍了学院情况。", "许知行介绍了学院情况。"),  # 教授 stands behind a name
        ("校长与程望舒座谈。", "校长与程望舒座谈。"),
    ],
)
def test_a_name_alone_gets_the_office_of_its_first_mention(text: str, introduced: str) -> None:
    assert Offices(make_tagged([(source, []) for source in SOURCES])).added(text, 60) == introduced


def test_an_office_needs_room() -> None:
    sentences = make_tagged([(source, []) for source in SOURCES])
    text = "程望舒表示感谢。"
    assert Offices(sentences).added(text, len(text) + len("海屿市委书记") - 1) == text
