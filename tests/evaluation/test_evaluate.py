import pytest

from pipeline.corpus import load_corpus
from pipeline.errors import InputError
from pipeline.evaluation.evaluate import Evaluation, evaluate, training_documents
from pipeline.evaluation.predictions import predict
from pipeline.runner import Jianbao
from tests.conftest import TOPICS, make_gold
from tests.evaluation.material import NAMED, Project, briefing


@pytest.fixture(scope="module")
def evaluation(project: Project) -> Evaluation:
    gold = load_corpus(project.gold, "test")
    found = list(predict(Jianbao.from_config(project.config), gold))
    learn_from = training_documents(project.gold, gold)
    return evaluate(gold, found, NAMED, learn_from=learn_from, other=list(reversed(found)))


def test_figures_of_the_one_wrong_label(evaluation: Evaluation) -> None:
    visits = evaluation.report.topics[TOPICS[0]]
    assert (visits.precision, visits.recall, visits.support) == (0.75, 1.0, 3)
    assert evaluation.report.macro.f1 == pytest.approx((6 / 7 + 1 + 1) / 3)
    assert evaluation.report.exact_match == 15 / 16
    assert (evaluation.report.documents, evaluation.report.sentences) == (4, 16)


def test_baselines_and_the_other_system_stand_beside_it(evaluation: Evaluation) -> None:
    own = evaluation.system
    assert list(evaluation.tagging) == [own, f"{own} (compared)", "majority", "keywords", "linear"]
    assert list(evaluation.differences) == list(evaluation.tagging)[1:]
    assert evaluation.differences[f"{own} (compared)"].macro.value == 0.0
    assert evaluation.differences["majority"].macro.better == 1.0
    assert evaluation.tagging["majority"].macro.f1 == 0.0
    assert list(evaluation.abstracts.reports) == ["lead", "lead (compared)", "lead (baseline)", "textrank", "oracle"]
    assert evaluation.abstracts.reports["lead"] == evaluation.abstracts.reports["lead (baseline)"]
    assert evaluation.topic_abstracts.reports["lead"].abstracts == 4
    assert [topic.name for topic in evaluation.topics] == ["走访", "校地", "成果"]


def test_no_baseline_learns_from_what_it_is_scored_on(project: Project) -> None:
    train = load_corpus(project.gold, "train")
    assert training_documents(project.gold, train) == []
    assert [d.document.id for d in training_documents(project.gold, train[2:])] == ["d0", "d1"]


def test_topics_of_any_kind_are_scored_without_a_config() -> None:
    gold = [make_gold([("新政发布。", ["新政"]), ("天气很好。", [])], "d")]
    found = [briefing("d", [("新政发布。", ("新政",), {"新政": 0.9}), ("天气很好。", (), {"新政": 0.2})])]
    evaluation = evaluate(gold, found)
    assert evaluation.report.macro.f1 == 1.0
    assert [topic.name for topic in evaluation.topics] == ["新政"]
    assert (list(evaluation.tagging), evaluation.abstracts.reports) == (["mine"], {})


def test_systems_of_other_topics_are_not_compared() -> None:
    gold = [make_gold([("天气很好。", [])], "d")]
    one, other = (briefing("d", [("天气很好。", (), {topic: 0.2})]) for topic in ("a", "b"))
    with pytest.raises(InputError, match="score other topics"):
        evaluate(gold, [one], other=[other])
