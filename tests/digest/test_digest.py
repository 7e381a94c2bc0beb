"""Many reports to one page."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.digest.events import find_events
from pipeline.digest.groups import By, day_of, group_events, keys
from pipeline.schema import Abstract, Briefing, Document, Provenance, Span
from pipeline.text.sentences import split_sentences
from tests.conftest import ROOT, make_tagged

LEAD = str(ROOT / "configs" / "lead.yaml")
VISIT = (
    "2026年4月9日，云泽市委书记林望舒率队到恒远机器人公司考察，与董事长周启明座谈，详细了解协作机器人的研发和订单。"
    "双方签订了二期项目合作协议，总投资三亿元。"
)
REPRINT = "本报讯（记者 某某）" + VISIT + "市直有关部门负责人参加。"
OTHER = "2026年4月15日，云泽市与东江大学签订合作协议，共建新材料研究院，首批十个课题同时启动。"


def brief(body: str, name: str, *, title: str = "", published: str = "") -> Briefing:
    document = Document(id=name, source=f"{name}.txt", title=title, body=body, published=published)
    sentences = split_sentences(document)
    topics = [["enterprise_visit"] if "公司" in s.text or "集团" in s.text else [] for s in sentences]
    tagged = make_tagged([(s.text, t) for s, t in zip(sentences, topics, strict=True)])
    abstract = Abstract(text=sentences[0].text, topic=None, evidence=())
    by_topic = {"enterprise_visit": abstract} if any(topics) else {}
    return Briefing(
        document=document,
        sentences=tuple(replace(t, sentence=s) for t, s in zip(tagged, sentences, strict=True)),
        abstract=abstract,
        topic_abstracts=by_topic,
        provenance=Provenance(version="0", config_digest="0", models={}),
    )


def test_reprints_are_one_event_and_the_longest_speaks() -> None:
    events = find_events([brief(VISIT, "a"), brief(OTHER, "b"), brief(REPRINT, "c")])
    assert [[b.document.id for b in event.briefings] for event in events] == [["c", "a"], ["b"]]


def test_page_furniture_makes_no_two_reports_alike() -> None:
    credit = "版权声明：本网站所有内容未经书面许可不得转载复制镜像，违者追究法律责任，举报电话见首页底部。\n"
    made = []
    for name, body in (("a", VISIT), ("b", OTHER)):
        plain = brief(credit + body, name)
        made.append(replace(plain, document=replace(plain.document, furniture=(Span(start=0, end=len(credit)),))))
    assert len(find_events(made)) == 2


def test_a_phrase_that_everybody_uses_joins_nothing() -> None:
    phrase = "坚持以新发展理念为统领全面落实各项部署要求"
    many = [brief(f"{phrase}。{number}号" + chr(0x4E00 + number) * 30 + "。", str(number)) for number in range(60)]
    assert len(find_events(many)) == 60


@pytest.mark.parametrize(
    ("published", "body", "day"),
    [
        ("2026-01-02", VISIT, date(2026, 1, 2)),
        ("", VISIT, date(2026, 4, 9)),
        ("", "4月9日，林望舒到公司考察。", None),
        ("", "2026年13月41日，林望舒到公司考察。", None),
    ],
)
def test_the_day_is_that_of_publication_or_the_first_whole_date(published: str, body: str, day: date | None) -> None:
    assert day_of(brief(body, "a", published=published)) == day


@pytest.mark.parametrize(
    ("by", "expected"),
    [("week", ["2026-W15"]), ("city", ["云泽市"]), ("organisation", ["恒远机器人公司"])],
)
def test_keys(by: By, expected: list[str]) -> None:
    assert keys(brief(VISIT, "a"), by) == expected


def test_what_is_not_known_comes_last() -> None:
    events = find_events([brief("今天天气很好，气温回升。", "a"), brief(OTHER, "b"), brief(VISIT, "c")])
    assert [group.key for group in group_events(events, "week")] == ["2026-W15", "2026-W16", ""]
    assert [(group.key, len(group.events)) for group in group_events(events, "city")] == [("云泽市", 2), ("", 1)]


def test_the_command_writes_every_format_and_names_all_sources(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name, text in (("a", VISIT), ("b", OTHER), ("c", REPRINT)):
        (source / f"{name}.txt").write_text(text, encoding="utf-8")
    run = CliRunner().invoke
    for name in ("week.html", "week.md", "week.json"):
        done = run(app, ["digest", str(source), "--config", LEAD, "--output", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    page = (tmp_path / "week.html").read_text("utf-8")
    assert "2026年第15周" in page and "共 3 篇报道，2 件事" in page
    assert "来源（2 篇）" in (tmp_path / "week.md").read_text("utf-8")
    groups = json.loads((tmp_path / "week.json").read_text("utf-8"))["groups"]
    assert [group["week"] for group in groups] == ["2026-W15", "2026-W16"]
    assert [d["id"] for d in groups[0]["events"][0]["documents"]] == ["c", "a"]


def test_what_run_wrote_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(VISIT, encoding="utf-8")
    run = CliRunner().invoke
    options = ["--config", LEAD, "--format", "jsonl", "--output", str(tmp_path / "out")]
    assert run(app, ["run", str(tmp_path / "a.txt"), *options]).exit_code == 0
    lines = str(tmp_path / "out" / "briefings.jsonl")
    output = str(tmp_path / "d.md")
    done = run(app, ["digest", lines, "--briefings", "--by", "organisation", "--lang", "en", "--output", output])
    assert done.exit_code == 0, done.output
    assert "## 恒远机器人公司" in (tmp_path / "d.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--by", "month"], "--by month: choose week, city or organisation"),
        (["--output", "d.pdf"], "--output d.pdf: choose a name that ends in .html, .md or .json"),
        (["--briefings"], "cannot be read"),
    ],
)
def test_mistakes_are_one_line(options: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["digest", "nowhere.txt", *options])
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
