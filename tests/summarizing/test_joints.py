"""Where copied texts may leave their source and come back; see `pipeline.summarizing.joints`."""

import numpy as np
import pytest
from tokenizers import Tokenizer

from pipeline.summarizing.beams import BeamSearch, Wanted
from pipeline.summarizing.joints import CROSS, DOUBT, FINAL, JUMP, STOP, UNFINISHED, USED, Joints, Source, Vocabulary
from tests.conftest import ROOT

TEXT = "海宇市与蓝鲸公司签约，总投资三亿元。代表团与白鹭公司“座谈。”双方、各部门参加。"
FIRST, SECOND, THIRD = 0, TEXT.index("代"), TEXT.index("双")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """That of the model; the source has one piece a character, so that places are offsets."""
    return Tokenizer.from_file(str(ROOT / "models" / "summarizer" / "tokenizer.json"))


@pytest.fixture(scope="module")
def source(tokenizer: Tokenizer) -> Source:
    return source_of(TEXT, tokenizer)


def source_of(text: str, tokenizer: Tokenizer) -> Source:
    ids = [tokenizer.token_to_id(c) or tokenizer.token_to_id("<unk>") for c in unmarked(text)]
    return Source(
        text=text,
        ids=np.array([*ids, tokenizer.token_to_id("</s>")]),
        copyable=np.array([True] * len(text) + [False]),
        spans=[*((i, i + 1) for i in range(len(text))), (0, 0)],
    )


def unmarked(text: str) -> str:
    """As the tokenizer's normaliser sets marks."""
    return text.replace("，", ",")


@pytest.fixture(scope="module")
def vocabulary(tokenizer: Tokenizer) -> Vocabulary:
    marks = [tokenizer.token_to_id(mark) for mark in (",", "。", "</s>")]
    return Vocabulary.of(tokenizer, marks, tokenizer.token_to_id("</s>"))


def up_to(place: int) -> tuple[tuple[int, ...], str]:
    return tuple(range(place + 1)), TEXT[: place + 1]


def test_texts_begin_where_sentences_do(source: Source, vocabulary: Vocabulary) -> None:
    weights = Joints(source, vocabulary).copies((), "")
    assert [weights[i] for i in (FIRST, SECOND, THIRD)] == [1, 1, 1]
    assert np.flatnonzero(weights).tolist() == [FIRST, SECOND, THIRD, len(TEXT)]


def test_another_sentence_is_out_of_reach_while_a_clause_is_open(source: Source, vocabulary: Vocabulary) -> None:
    joints = Joints(source, vocabulary)
    inside, ended = joints.copies(*up_to(TEXT.index("约"))), joints.copies(*up_to(TEXT.index("。")))
    assert inside[SECOND] == 0
    assert ended[THIRD] == pytest.approx(CROSS)
    assert inside[TEXT.index("，")] == 1
    assert inside[FIRST] < USED * JUMP
    assert inside[TEXT.index("总")] == pytest.approx(JUMP)
    assert inside[TEXT.index("三")] < JUMP


@pytest.mark.parametrize(
    ("last", "mark", "weight"),
    [
        ("司", "。", 0),
        ("司", ",", 0),
        ("约", "。", FINAL),
        ("约", ",", 1),
        ("元", "。", 1),
        ("元", ",", 1),
        ("谈", "。", 1),
    ],
)
def test_clauses_end_where_the_source_ends_them(
    source: Source, vocabulary: Vocabulary, tokenizer: Tokenizer, last: str, mark: str, weight: float
) -> None:
    chances = np.full(tokenizer.get_vocab_size(), 0.5, np.float32)
    Joints(source, vocabulary).restrain(chances, *up_to(TEXT.index(last)))
    expected = 0.5 * weight
    assert chances[tokenizer.token_to_id(mark)] == pytest.approx(expected if expected >= DOUBT else 0)


def test_a_list_goes_on_with_its_own_items(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    text = "市长到甲市、乙市、丙市，访高校、聚人才。"
    at = text.index("、")
    weights = Joints(source_of(text, tokenizer), vocabulary).copies(tuple(range(at + 1)), text[: at + 1])
    assert weights[at + 1] == 1
    assert weights[text.index("丙")] == pytest.approx(JUMP)
    assert weights[text.index("访")] == weights[text.index("聚")] == 0
    before = Joints(source_of(text, tokenizer), vocabulary).copies(tuple(range(at)), text[:at])
    assert before[at] == 1
    assert before[text.rindex("、")] == 0, "the mark of another list leads into it"


def test_guests_do_not_become_hosts(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    """A list of persons goes on to what is said of them: neither the next sentence nor a clause behind that is in reach."""
    text = "市委书记李海，市长王江，一行来到海宇大学进行了工作交流，校长赵河接待。副校长钱湖介绍了情况。"
    joints = Joints(source_of(text, tokenizer), vocabulary)
    end = text.index("，")
    weights = joints.copies(tuple(range(end + 1)), text[: end + 1])
    assert weights[text.index("市长")] == 1
    assert weights[text.index("一行")] == pytest.approx(JUMP)
    assert weights[text.index("校长")] == weights[text.index("副校长")] == 0
    told = text.index("，校长")
    weights = joints.copies(tuple(range(told + 1)), text[: told + 1])
    assert weights[text.index("校长")] == 1
    assert weights[text.index("副校长")] == pytest.approx(CROSS * UNFINISHED)


def test_a_text_ends_at_a_full_stop(source: Source, vocabulary: Vocabulary) -> None:
    chances = np.full(len(vocabulary.ends), 0.5, np.float32)
    Joints(source, vocabulary).restrain(chances, *up_to(TEXT.index("，")))
    assert chances[vocabulary.end] == pytest.approx(0.5 * STOP)


def test_in_doubt_copying_goes_on(source: Source, vocabulary: Vocabulary) -> None:
    place = TEXT.index("签")
    chances = np.full(len(vocabulary.ends), DOUBT / 2, np.float32)
    Joints(source, vocabulary).restrain(chances, *up_to(place))
    assert np.flatnonzero(chances).tolist() == [source.ids[place + 1]]


@pytest.mark.parametrize(
    ("sentences", "expected"), [(True, "代表团与白鹭公司“座谈。"), (False, "代表团与白鹭公司签约。")]
)
def test_a_deed_does_not_pass_to_another_firm(
    source: Source, vocabulary: Vocabulary, tokenizer: Tokenizer, sentences: bool, expected: str
) -> None:
    """The model would write of the second firm what the text says of the first."""
    wish = [*range(SECOND, TEXT.rindex("司") + 1), *range(TEXT.index("签"), TEXT.index("约") + 1), TEXT.index("。")]
    wanted = Wanted(least=0, most=30, beams=2, no_repeat=6, sentences=sentences)
    search = BeamSearch(source, wanted, vocabulary, tokenizer)
    for _ in range(30):
        rows = len(search.beams)
        generated = np.full((rows, len(vocabulary.ids)), 1e-6, np.float32)
        copied = np.full((rows, len(source.ids)), 1e-6, np.float32)
        for row, beam in enumerate(search.beams):
            if beam.text.endswith("。"):
                generated[row, -1] = 0.9
            else:
                at = len(beam.places)
                copied[row, wish[min(at, len(wish) - 1)]] = 0.8
                copied[row, min(beam.places[-1] + 1 if beam.places else 0, len(TEXT) - 1)] += 0.1
        if not search.advance(generated, copied):
            break
    assert search.best.text == expected
    assert "".join(TEXT[at] for at in search.best.characters) == expected


def test_a_text_that_gets_stuck_ends_with_its_last_whole_clause(
    source: Source, vocabulary: Vocabulary, tokenizer: Tokenizer
) -> None:
    search = BeamSearch(source, Wanted(least=0, most=13, beams=1, no_repeat=6), vocabulary, tokenizer)
    generated = np.zeros((1, len(vocabulary.ids)), np.float32)
    for place in range(13):
        copied = np.zeros((1, len(source.ids)), np.float32)
        copied[0, place] = 0.9
        search.advance(generated, copied)
    assert search.best.text == "海宇市与蓝鲸公司签约，"
