"""Where the characters of a text come from; see `pipeline.summarizing.copied`."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.summarizing.copied import NOWHERE, Copied

PARTS = [(2, "程望舒走访云拓公司。"), (5, "双方签署协议。")]


def test_parts_are_copied_from_their_sentences() -> None:
    text = Copied.joined(PARTS)
    assert text.text == "程望舒走访云拓公司。双方签署协议。"
    assert (text.rests_on(0, 10), text.rests_on(10, 17)) == ((2,), (5,))
    assert text.rests_on(2, 17) == (2, 5)  # seven letters of the one, six of the other
    assert text.rests_on(2, 11) == (2,)  # one letter is no ground
    assert Copied.joined([]).rests_on(0, 0) == ()


def test_a_changed_text_knows_what_it_kept() -> None:
    changed = Copied.joined(PARTS).became("3月18日，市长程望舒走访云拓公司。签署协议。")
    assert changed.rests_on(0, 6) == ()  # the day was added
    assert changed.rests_on(6, 17) == (2,)
    assert changed.rests_on(17, 22) == (5,)
    assert changed.became("签署协议。").rests_on(0, 5) == (5,)


def test_of_a_text_from_elsewhere_nothing_is_known() -> None:
    assert Copied("程望舒走访。").rests_on(0, 6) == ()
    assert Copied("程望舒走访。").became("程望舒。").rests_on(0, 4) == ()


@given(st.text("甲乙丙，。1", min_size=1, max_size=40), st.text("甲乙丙，。1", max_size=40))
def test_what_is_kept_are_characters_of_the_text(text: str, other: str) -> None:
    changed = Copied(text, range(len(text))).became(other)
    assert len(changed.sentences) == len(other)
    kept = [at for at in changed.sentences if at != NOWHERE]
    assert kept == sorted(set(kept))
    assert all(at == NOWHERE or text[at] == character for at, character in zip(changed.sentences, other, strict=True))
