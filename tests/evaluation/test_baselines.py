import pytest

from pipeline.corpus import load_corpus
from pipeline.evaluation.baselines import KEYWORDS, KeywordTagger, baselines, fit_linear, fit_majority
from tests.conftest import TOPICS, make_gold
from tests.evaluation.material import Project


def test_keyword_rules_read_as_they_say() -> None:
    tagger = KeywordTagger(topics=TOPICS)
    texts = ["与恒远公司董事长座谈。", "到江州大学考察。", "双方签署协议。", "天气很好。"]
    assert tagger.score(texts).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert tagger.score([]).shape == (0, 3)
    assert set(KEYWORDS) == set(TOPICS)


def test_the_majority_is_the_share_in_the_training_data() -> None:
    gold = [make_gold([("一。", TOPICS[:1]), ("二。", TOPICS[:1]), ("三。", TOPICS[1:2]), ("四。", [])], "d")]
    tagger = fit_majority(gold, TOPICS)
    assert tagger.rates == (0.5, 0.25, 0.0)
    assert tagger.score(["甲", "乙"]).tolist() == [[0.5, 0.25, 0.0]] * 2


def test_tf_idf_learns_the_words(project: Project) -> None:
    scores = fit_linear(load_corpus(project.gold, "train"), TOPICS).score(["子地的大学都很好。", "子地的天气都很好。"])
    assert scores[0, 1] > 0.5 > scores[0, 0] and scores[1].max() < 0.5


@pytest.mark.parametrize(
    ("topics", "learnable", "names"),
    [
        (TOPICS, True, ["majority", "keywords", "linear"]),
        (TOPICS, False, ["keywords"]),
        (("policy",), True, []),
        ((*TOPICS, "policy"), True, []),
    ],
)
def test_only_baselines_that_can_be_had(
    project: Project, topics: tuple[str, ...], learnable: bool, names: list[str]
) -> None:
    learn_from = load_corpus(project.gold, "train") if learnable else []
    assert [tagger.name for tagger in baselines(topics, learn_from)] == names
