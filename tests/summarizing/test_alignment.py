import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.summarizing.alignment import FactSource
from pipeline.summarizing.facts import FactKind, extract_facts
from pipeline.text.tidy import tidy
from tests.conftest import make_tagged

SOURCE = [
    "4月8日至10日，海屿市委书记程望舒率党政代表团赴深圳市、上海市，走访企业9家。",
    "8日下午，程望舒到深圳云拓机器人公司，与董事长罗启明座谈，副市长罗青参加。",
    "10日，海屿市与东江理工大学签署战略合作协议，校长许知行致辞，计划总投资3亿元，引进人才20余名，当天晚上代表团返回。",
    "云拓公司去年产值增长5%，产品销往ASEAN等12个国家，研发投入占百分之七点五。",
    "第十五届海屿博览会将于2026年5月举行，预计到会6,500人，用地1200亩。",
    "AI-Lab与C919项目组参加，《校地合作备忘录》和“滨海计划”同时发布。",
]


def source(*texts: str) -> FactSource:
    return FactSource([tagged.sentence for tagged in make_tagged([(text, []) for text in texts or SOURCE])])


def faults(text: str, *texts: str) -> list[str]:
    return [found.fact.text for found in source(*texts).align(text) if found.unsupported]


SUPPORTED = [
    "总投资300000000元",
    "总投资３亿元",
    "总投资三亿元",
    "总投资30000万元",
    "增长百分之五",
    "增长５％",
    "占7.5%",
    "销往十二个国家",
    "销往12 个国家",
    "引进二十余名人才",
    "引进人才20多位",
    "四月八日",
    "４月８日",
    "4月10日，签署协议",
    "8日下午到云拓",
    "第15届博览会",
    "2026年5月",
    "二〇二六年五月",
    "到会6500人",
    "用地一千二百亩",
    "同日，双方座谈",
    "当天双方签约",
    "10日晚上返回",
    "asean",
    "ＡＳＥＡＮ",
    "AI",
    "市委书记程望舒",
    "程望舒表示",
    "副市长罗青参加",
    "东江理工大学校长许知行",
    "赴东江理工大学",
    "走进深圳云拓机器人公司",
    "赴上海市",
    "海屿市政府",
    "《校地合作备忘录》",
    "发布“滨海计划”",
    "一批企业",
    "进一步推动",
]
UNSUPPORTED = [
    ("总投资30亿元", "30亿元"),
    ("总投资3亿美元", "3亿美元"),
    ("总投资三万元", "三万元"),
    ("增长5个百分点", "5个百分点"),
    ("增长百分之六", "百分之六"),
    ("销往13个国家", "13个"),
    ("销往12家企业", "12家"),
    ("引进人才20名", "20名"),
    ("引进人才近20名", "近20名"),
    ("走访企业近9家", "近9家"),
    ("4月9日", "4月9日"),
    ("5月8日", "5月8日"),
    ("2025年4月8日", "2025年4月8日"),
    ("8日上午到云拓", "8日上午"),
    ("2027年5月", "2027年5月"),
    ("第14届博览会", "第14届"),
    ("ASEA", "ASEA"),
    ("C91", "C91"),
    ("市委书记程望远", "程望远"),
    ("程望表示", "程望"),
    ("市长罗青参加", "市长"),
    ("校长程望舒致辞", "校长程望舒"),
    ("书记罗启明座谈", "书记罗启明"),
    ("董事长罗青", "董事长罗青"),
    ("县委书记程望舒", "县委书记程望舒"),
    ("王建国表示", "王建国"),
    ("赴西江理工大学", "西江理工大学"),
    ("东江师范大学校长", "东江师范大学"),
    ("云拓集团", "云拓集团"),
    ("赴杭州", "杭州"),
    ("赴临海市", "临海市"),
    ("《人才合作备忘录》", "人才合作备忘录"),
    ("发布“深海计划”", "深海计划"),
    ("合作单位为\ufffd公司", "\ufffd"),
]


@pytest.mark.parametrize("text", SUPPORTED)
def test_what_the_source_says_in_any_form_is_supported(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(("text", "fault"), UNSUPPORTED)
def test_what_the_source_does_not_say_is_found(text: str, fault: str) -> None:
    assert any(fault in found or found in fault for found in faults(text)), faults(text)


@pytest.mark.parametrize(("text", "fault"), [case for case in UNSUPPORTED if "县委书记" not in case[0]])
def test_it_is_supported_where_the_source_says_just_that(text: str, fault: str) -> None:
    assert faults(text + "。", *SOURCE, text + "。") == [] or fault in ("ASEA", "C91", "\ufffd")


@pytest.mark.parametrize("index", range(len(SOURCE)))
def test_every_sentence_supports_itself(index: int) -> None:
    found = source().align(tidy(SOURCE[index]))
    assert found
    assert all(index in a.sentences for a in found if a.fact.kind is not FactKind.NOVEL)


def test_facts_name_their_sentences_and_places() -> None:
    text = "程望舒与许知行签约，总投资三亿元。"
    found = {a.fact.text: a for a in source().align(text)}
    assert found["三亿元"].sentences == (2,)
    assert all(text[a.fact.start : a.fact.end] == a.fact.text for a in found.values())
    assert [f.kind for f in extract_facts("4月9日，海屿市投资3亿元。")] == [
        FactKind.DATE,
        FactKind.PLACE,
        FactKind.NUMBER,
    ]


def test_months_and_years_carry_over_to_the_days_after_them() -> None:
    told = ["2025年12月30日，双方座谈。", "31日上午签约。"]
    assert faults("12月31日上午签约", *told) == []
    assert faults("2025年12月31日签约", *told) == []
    assert faults("11月31日签约", *told) == ["11月31日"]


def test_two_places_do_not_make_one() -> None:
    assert faults("上海云拓机器人公司") != []
    assert faults("深圳的海屿商会", "代表团到深圳市，与海屿商会座谈。") == []


def test_novel_words_are_reported_but_are_no_fault() -> None:
    found = [a for a in source().align("程望舒热烈拥抱罗启明") if a.fact.kind is FactKind.NOVEL]
    assert [a.fact.text for a in found] == ["热烈拥抱"]
    assert not found[0].unsupported


def test_latin_words_take_the_spelling_of_the_source() -> None:
    assert source().spelled("asean与ai-lab") == "ASEAN与AI-Lab"
    assert source().spelled("unknown") == "unknown"


@given(st.text(alphabet="海屿市书记程望舒3亿元12月%．，。 ＡaIⅣ①十百第约\ufffd日", max_size=40))
def test_any_text_supports_itself(text: str) -> None:
    assert [f for f in faults(text, text or "无") if f != "\ufffd"] == []


@given(st.integers(min_value=1, max_value=10**12), st.sampled_from(["元", "家", "人", "吨"]))
def test_numerals_are_compared_by_value(value: int, unit: str) -> None:
    told = f"共计{value}{unit}。"
    assert faults(f"共计{value:,}{unit}", told) == []
    assert faults(f"共计{chinese(value)}{unit}", told) == []
    assert faults(f"共计{value + 1}{unit}", told) != []


def chinese(value: int) -> str:
    """The Chinese numeral of a number, as it is read."""
    for size, name in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if value >= size:
            head, rest = divmod(value, size)
            gap = "零" if rest and rest < size // 10 else ""
            return chinese(head) + name + gap + (chinese(rest) if rest else "")
    return "零一二三四五六七八九"[value]
