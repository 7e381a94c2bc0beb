import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import LeadConfig
from pipeline.schema import Abstract, TaggedSentence
from pipeline.summarizing.checking import AbstractChecker, Limits, Rewrite
from pipeline.summarizing.copied import Copied
from pipeline.summarizing.evidence import split_clauses
from pipeline.summarizing.lead import LeadSummarizer
from pipeline.summarizing.naming import Host, Tour
from pipeline.summarizing.select import rank
from tests.conftest import make_tagged
from tests.summarizing.test_evidence import MEETING, TRIP

LEAD = LeadSummarizer(LeadConfig(kind="lead", target_chars=100))
WIDE = Limits(least=1, most=200)
GOOD = (
    "3月18日，程望舒赴深圳走访企业，来到云拓机器人公司，与董事长罗启明座谈。海屿市政府与华泓医药集团签署投资合作协议。"
)


def tagged(rows: Sequence[str] = TRIP) -> list[TaggedSentence]:
    return make_tagged([(row, ["enterprise_visit"]) for row in rows])


def checked(
    text: str, rows: Sequence[str] = TRIP, limits: Limits = WIDE, rewrite: Rewrite | None = None, *, fill: bool = False
) -> Abstract:
    sentences = tagged(rows)
    fillers = rank(sentences, None) if fill else []
    return AbstractChecker(sentences).check(
        Copied(text), limits, lead=LEAD.summarize(sentences), fillers=fillers, rewrite=rewrite
    )


def reasons(abstract: Abstract) -> list[tuple[str, str]]:
    assert abstract.check is not None
    return [(removal.text, removal.reason) for removal in abstract.check.removed]


def covers(abstract: Abstract) -> bool:
    """Evidence covers the text clause by clause, each clause with sentences."""
    borders = [0, *(e.end for e in abstract.evidence)]
    return (
        [e.start for e in abstract.evidence] == borders[:-1]
        and borders[-1] == len(abstract.text)
        and all(e.sentences for e in abstract.evidence)
    )


def test_a_true_text_stays_as_it_is() -> None:
    abstract = checked(GOOD)
    assert abstract.text == GOOD
    assert abstract.check is not None and abstract.check.proposed == () and not abstract.check.replaced
    assert covers(abstract)
    assert len(abstract.evidence) == len(split_clauses(GOOD))


def test_a_clause_with_an_unsupported_fact_goes_and_that_is_said() -> None:
    abstract = checked("3月18日，程望舒赴深圳走访企业，来到云拓机器人公司，现场签约15个项目。")
    assert abstract.text == "3月18日，程望舒赴深圳走访企业，来到云拓机器人公司。"
    assert reasons(abstract) == [("现场签约15个项目。", "unsupported")]
    assert abstract.check is not None and abstract.check.proposed == ("15个",)
    assert covers(abstract)


def test_what_leans_on_a_clause_that_went_goes_too() -> None:
    abstract = checked("3月18日，程望舒率队赴深圳走访企业。西江师范大学校长王建国来访，表示，愿与海屿共建产业研究院。")
    assert abstract.text == "3月18日，程望舒率队赴深圳走访企业。"
    assert {reason for _, reason in reasons(abstract)} == {"unsupported", "subject"}


def test_nobody_is_left_speaking_without_words() -> None:
    abstract = checked("程望舒赴深圳走访企业。许知行表示，将投入经费80亿元。")
    assert abstract.text == "程望舒赴深圳走访企业。"


def test_the_deed_of_one_firm_is_not_given_to_another() -> None:
    abstract = checked("乙和新能源公司董事长魏长青参加座谈。乙和新能源公司签署战略合作协议。", MEETING)
    assert abstract.text == "乙和新能源公司董事长魏长青参加座谈。"
    assert reasons(abstract) == [("乙和新能源公司签署战略合作协议。", "parties")]


def test_repetition_and_words_from_nowhere_go() -> None:
    abstract = checked("程望舒赴深圳走访企业，程望舒赴深圳走访企业。春暖花开好时节。")
    assert abstract.text == "程望舒赴深圳走访企业。"
    assert {reason for _, reason in reasons(abstract)} == {"repeated", "no_evidence"}


def test_evidence_taken_away_makes_the_clause_go() -> None:
    whole = checked(GOOD)
    for gone in sorted({index for e in whole.evidence for index in e.sentences}):
        rows = [row for index, row in enumerate(TRIP) if index != gone]
        rest = checked(GOOD, rows)
        alone = [whole.text[e.start : e.end].rstrip("，。") for e in whole.evidence if e.sentences == (gone,)]
        assert alone
        assert all(clause not in rest.text for clause in alone if not any(clause in row for row in rows))


@pytest.mark.parametrize("text", ["", "。，", "7777���，AAAA。", "王建国在杭州签约80亿元。"])
def test_where_nothing_is_left_the_lead_stands_and_that_is_said(text: str) -> None:
    abstract = checked(text)
    assert abstract.text == LEAD.summarize(tagged()).text
    assert abstract.check is not None and abstract.check.replaced
    assert covers(abstract)


def test_the_model_is_asked_again_without_the_unsupported_words() -> None:
    asked: list[list[str]] = []

    def rewrite(words: Sequence[str]) -> Copied:
        asked.append(list(words))
        return Copied(GOOD if len(asked) == 2 else "程望舒赴杭州走访企业。")

    abstract = checked("程望舒赴苏州走访企业。", rewrite=rewrite)
    assert asked == [["苏州"], ["苏州", "杭州"]]
    assert abstract.text == GOOD
    assert abstract.check is not None
    assert (abstract.check.proposed, abstract.check.rewrites) == (("苏州",), 2)


def test_a_worse_second_writing_is_not_taken() -> None:
    abstract = checked(
        "程望舒赴深圳走访企业，签约15个项目。", rewrite=lambda _: Copied("王建国在杭州签约80亿元，引进人才900名。")
    )
    assert abstract.text == "程望舒赴深圳走访企业。"


def test_length_is_kept_by_whole_clauses() -> None:
    for most in (120, 50, 40, 25):
        abstract = checked(GOOD, limits=Limits(least=1, most=most))
        assert len(abstract.text) <= most
        assert abstract.text.endswith("。") and GOOD.replace("。", "，").startswith(abstract.text.replace("。", "，"))
        assert covers(abstract)
    assert ("海屿市政府与华泓医药集团签署投资合作协议。", "length") in reasons(abstract)


def test_a_short_text_is_completed_with_sentences_of_the_document() -> None:
    limits = Limits(least=60, most=100)
    abstract = checked("程望舒赴深圳走访企业。", limits=limits, fill=True)
    assert abstract.text.startswith("程望舒赴深圳走访企业。")
    assert limits.least <= len(abstract.text) <= limits.most
    assert abstract.check is not None and abstract.check.completed
    assert covers(abstract)


def test_what_is_added_stands_at_its_place_in_the_document() -> None:
    rows = [
        "3月18日，程望舒率党政代表团赴深圳考察，推介海屿的产业基础和营商环境。",
        "海屿市政府与华泓医药集团签署投资合作协议。",
    ]
    abstract = checked(rows[1], rows, Limits(least=50, most=100), fill=True)
    assert abstract.text == "".join(rows)
    assert [e.sentences for e in abstract.evidence] == [(0,), (1,)]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("程 望 舒 赴 深 圳 走 访 企 业", "程望舒赴深圳走访企业。"),
        ("3 月 18 日 , 程望舒赴深圳走访企业 .", "3月18日，程望舒赴深圳走访企业。"),
        ("总投资12 . 6亿元的原料药项目落户海屿,,。", "总投资12.6亿元的原料药项目落户海屿。"),
        ("“程望舒赴深圳走访企业。", "程望舒赴深圳走访企业。"),
        ("程望舒（赴深圳走访企业。", "程望舒赴深圳走访企业。"),
        ("，程望舒赴深圳走访企业，", "程望舒赴深圳走访企业。"),
    ],
)
def test_text_is_made_fit_to_print(written: str, printed: str) -> None:
    assert checked(written).text == printed


def test_a_conjunction_does_not_open_a_sentence() -> None:
    assert checked("引进项目15个，并与罗启明座谈。").text == "与罗启明座谈。"


@st.composite
def babble(draw: st.DrawFn) -> str:
    """Pieces of the document in any order, with wrong numbers and Latin words between."""
    pieces = [piece for row in TRIP for piece in re.split("[，。、]", row) if piece]
    alien = st.text(alphabet="0123456789.%AIbc三十亿万元家月日第百分之舒远启明公司大学市", min_size=1, max_size=6)
    parts = st.lists(st.one_of(st.sampled_from(pieces), alien, st.sampled_from(["，", "。", "、"])), max_size=12)
    return "".join(draw(parts))


NUMBERS = re.compile(r"\d+(?:\.\d+)?")
LATIN = re.compile(r"[A-Za-z]+")


@given(babble())
def test_after_checking_no_number_or_latin_word_is_left_that_the_source_lacks(text: str) -> None:
    abstract = checked(text)
    whole = unicodedata.normalize("NFKC", "".join(TRIP))
    said = unicodedata.normalize("NFKC", abstract.text)
    assert {float(number) for number in NUMBERS.findall(said)} <= {float(number) for number in NUMBERS.findall(whole)}
    assert {word.lower() for word in LATIN.findall(said)} <= {word.lower() for word in LATIN.findall(whole)}
    assert AbstractChecker(tagged()).unsupported(abstract.text) == ()
    assert abstract.text.endswith("。") and len(abstract.text) <= WIDE.most
    assert all(abstract.text.count(a) == abstract.text.count(b) for a, b in ("“”", "（）", "《》"))
    assert covers(abstract)


def test_what_follows_a_speech_and_is_said_elsewhere_begins_a_sentence() -> None:
    rows = ["企业家们表示，愿当好宣传员，多带项目回乡。", "东江理工大学副校长许知行主持座谈会。", "双方签署合作协议。"]
    abstract = checked("企业家们表示，愿当好宣传员，东江理工大学副校长许知行主持座谈会。", rows)
    assert abstract.text == "企业家们表示，愿当好宣传员。东江理工大学副校长许知行主持座谈会。"
    assert covers(abstract)
    whole = "企业家们表示，愿当好宣传员，多带项目回乡。"
    assert checked(whole, rows).text == whole


def test_a_wish_stays_with_who_has_it() -> None:
    rows = [
        "3月18日，海屿市委书记程望舒赴深圳走访企业。",
        "东江理工大学校长许知行介绍了学校情况。",
        "希望与海屿加强多领域合作交流。",
    ]
    abstract = checked("3月18日，海屿市委书记程望舒赴深圳走访企业，希望与海屿加强多领域合作交流。", rows)
    assert abstract.text == "3月18日，海屿市委书记程望舒赴深圳走访企业。"
    assert reasons(abstract) == [("希望与海屿加强多领域合作交流。", "parties")]


SPEECH = [
    "3月18日，海屿市委书记程望舒赴深圳走访企业，副市长罗启明，投资促进局局长许知行等参加座谈。",
    "他说，海屿产业基础好。",
    "欢迎各地企业来海屿投资。",
    "投资促进局局长许知行介绍了园区，总投资80亿元。",
]


def extracted(text: str, tour: Tour | None = None) -> Abstract:
    sentences = tagged(SPEECH)
    return AbstractChecker(sentences).check(
        Copied(text), WIDE, lead=LEAD.summarize(sentences), tour=tour, extracted=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "3月18日，海屿市委书记程望舒赴深圳走访企业。程望舒表示，欢迎各地企业来海屿投资。",
        "程望舒说，海屿产业基础好。程望舒表示，欢迎各地企业来海屿投资。程望舒表示，海屿产业基础好。",
        "3月18日，副市长罗启明，投资促进局局长许知行等参加座谈。",
    ],
)
def test_an_extract_stays_as_it_was_put_together(text: str) -> None:
    abstract = extracted(text)
    assert abstract.text == text and reasons(abstract) == []
    assert covers(abstract)


def test_who_is_said_to_speak_rests_on_the_sentence_that_names_him() -> None:
    abstract = extracted("3月18日，程望舒赴深圳走访企业。郑望津指出，欢迎各地企业来海屿投资。")
    assert abstract.text == "3月18日，程望舒赴深圳走访企业。"  # of whom SPEECH knows nothing
    rows = [*SPEECH, "远汇银行副行长顾清源介绍金融产品。", "将扩大投放。"]
    sentences = tagged(rows)
    text = "顾清源指出，将扩大投放。"
    said = AbstractChecker(sentences).check(Copied(text), WIDE, lead=LEAD.summarize(sentences), extracted=True)
    assert said.text == text
    assert [e.sentences for e in said.evidence] == [(4,), (5,)]


@pytest.mark.parametrize("extract", [True, False])
def test_what_the_document_says_twice_rests_on_where_it_was_copied_from(extract: bool) -> None:
    rows = [*TRIP, "近日，海屿市政府与华泓医药集团签署投资合作协议。"]
    sentences = tagged(rows)
    text = "程望舒来到云拓机器人公司，与董事长罗启明座谈。海屿市政府与华泓医药集团签署投资合作协议。"
    for index in (3, 6):
        draft = Copied(text, [1] * 24 + [index] * (len(text) - 24))
        found = AbstractChecker(sentences).check(draft, WIDE, lead=LEAD.summarize(sentences), extracted=extract)
        assert found.text == text
        assert [e.sentences for e in found.evidence] == [(1,), (1,), (index,)]


def test_of_an_extract_a_sentence_goes_whole() -> None:
    text = "程望舒表示，欢迎各地企业来海屿投资。许知行介绍了园区，总投资90亿元。"
    abstract = extracted(text)
    assert abstract.text == "程望舒表示，欢迎各地企业来海屿投资。"
    assert reasons(abstract) == [("总投资90亿元。", "unsupported")]
    assert extracted("总投资90亿元。").text == LEAD.summarize(tagged(SPEECH)).text


def test_hosts_join_an_extract_only_where_the_document_has_them() -> None:
    text = "3月18日，海屿市委书记程望舒赴深圳走访企业。"
    hosts = (Host(name="云拓公司"), Host(name="远汇银行"))
    assert extracted(text, Tour(leader="程望舒", hosts=hosts)).text == text  # of which SPEECH knows nothing
    sentences = tagged(TRIP)
    tour = Tour(leader="程望舒", hosts=(Host(name="云拓机器人公司"), Host(name="远汇银行")))
    named = AbstractChecker(sentences).check(
        Copied("3月18日，海屿市委书记程望舒率队赴深圳走访企业。"),
        WIDE,
        lead=LEAD.summarize(sentences),
        tour=tour,
        extracted=True,
    )
    assert named.text == "3月18日，海屿市委书记程望舒率队赴深圳走访企业，先后到云拓机器人公司、远汇银行。"
