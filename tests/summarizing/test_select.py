from pipeline.reading.documents import read_document
from pipeline.schema import TaggedSentence
from pipeline.summarizing.select import is_tiny, rank, select, verbatim
from pipeline.text.sentences import split_sentences
from tests.conftest import ROOT, TOPICS, make_tagged

VISIT, SCHOOL = "enterprise_visit", "university_cooperation"
LONG = make_tagged(
    [
        ("春潮涌动，奋楫争先。", []),
        ("3月18日，程望舒率队走访云拓机器人公司，与董事长罗启明座谈。", [VISIT]),
        *[(f"会议强调，第{i}项工作要抓紧抓实，各级各部门各负其责。", []) for i in range(600)],
        ("当天下午，程望舒到东江理工大学与校长许知行签署协议。", [SCHOOL]),
    ]
)


def test_what_is_read_fits_and_keeps_the_order_of_the_document() -> None:
    assert sum(len(s.sentence.text) for s in LONG) > 14_000
    for budget in (40, 100, 500, 2000):
        texts = select(LONG, None, budget, len).texts
        places = [[s.sentence.text for s in LONG].index(text) for text in texts]
        assert sum(map(len, texts)) <= budget
        assert places == sorted(set(places))
    chosen = select(LONG, None, 100, len)
    assert LONG[1].sentence.text in chosen.texts and LONG[-1].sentence.text in chosen.texts
    assert all(chosen.text[start:].startswith(text) for start, text in zip(chosen.starts, chosen.texts, strict=True))
    assert chosen.text[chosen.starts[-1] :] == chosen.texts[-1] == chosen.sentences[-1].sentence.text


def test_a_topic_reads_its_sentences_only() -> None:
    assert select(LONG, SCHOOL, 500, len).texts == (LONG[-1].sentence.text,)
    assert [s.sentence.index for s in rank(LONG, VISIT)] == [1]
    assert select(LONG, TOPICS[2], 500, len).texts == select(LONG, TOPICS[2], 500, len).starts == ()


def test_a_sentence_that_does_not_fit_gives_whole_clauses() -> None:
    assert select(LONG[1:2], None, 25, len).text == "3月18日，程望舒率队走访云拓机器人公司。"
    assert select(LONG[1:2], None, 3, len).text == ""


def test_furniture_is_never_read() -> None:
    document = read_document(str(ROOT / "data" / "samples" / "haiyu_delegation.txt"))
    sentences = [
        TaggedSentence(sentence=s, scores=dict.fromkeys(TOPICS, 0.9), topics=TOPICS) for s in split_sentences(document)
    ]
    read = select(sentences, None, 100_000, len).text
    assert "程望舒" in read
    assert document.furniture
    assert not any(word in read for word in ("编辑", "客户端", "春季义务植树"))


def test_a_tiny_text_is_its_own_abstract() -> None:
    tiny = make_tagged([("双方座谈。", [VISIT]), ("气氛热烈,合作愉快", [])])
    assert is_tiny(tiny, None, 160) and not is_tiny(LONG, None, 160)
    abstract = verbatim(tiny, None)
    assert abstract.text == "双方座谈。气氛热烈，合作愉快。"
    assert [(e.start, e.end, e.sentences) for e in abstract.evidence] == [(0, 5, (0,)), (5, 15, (1,))]
    assert verbatim(tiny, VISIT).text == "双方座谈。"
    assert is_tiny([], None, 160) and verbatim([], None).text == ""
