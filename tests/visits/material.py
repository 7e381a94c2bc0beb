from pipeline.config import TopicConfig
from pipeline.schema import Abstract, Briefing, Document, Provenance
from pipeline.visits.record import find_visits
from tests.conftest import make_tagged

VISIT, SCHOOL, OUTCOME = "enterprise_visit", "university_cooperation", "outcome_summary"
TOPICS = tuple(TopicConfig(id=topic, name=topic) for topic in (VISIT, SCHOOL, OUTCOME))
ROWS = [
    ("6月3日上午，松塘市委书记贺清源率队赴杭州，走访青禾机器人公司，与董事长吴晓帆座谈。", [VISIT]),
    ("双方就共建装配基地进行深入交流。", [VISIT]),
    ("双方签署投资框架协议，总投资3.2亿元。", [VISIT, OUTCOME]),
    ("次日，贺清源来到临安理工大学，与副校长冯若水会谈。", [SCHOOL]),
]


def make_briefing(rows: list[tuple[str, list[str]]] = ROWS, title: str = "") -> Briefing:
    document = Document(id="d", source="a.txt", title=title, body="".join(text for text, _ in rows))
    sentences = tuple(make_tagged(rows))
    return Briefing(
        document=document,
        sentences=sentences,
        abstract=Abstract(text="", topic=None, evidence=()),
        topic_abstracts={},
        provenance=Provenance(version="0", config_digest="0", models={"tagger": "t", "summarizer": "s"}),
        visits=find_visits(document, sentences),
    )
