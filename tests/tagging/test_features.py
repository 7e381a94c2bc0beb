"""Sentences to windows, with and without the document's title."""

from pathlib import Path

import pytest

from pipeline.config import WindowConfig
from pipeline.tagging.features import WindowEncoder
from tests.tagging.tiny import FAMILIES

TEXTS = ["今天天气很好。", "大学与企业座谈。"] * 6


@pytest.mark.parametrize("name", FAMILIES)
def test_every_window_begins_with_the_title(name: str, tmp_path: Path) -> None:
    FAMILIES[name].tokenizer().save_pretrained(tmp_path)
    plain = WindowEncoder.from_folder(tmp_path, WindowConfig(limit=40, context=8))
    titled = WindowEncoder.from_folder(tmp_path, WindowConfig(limit=40, context=8, title=10))
    units, windows = titled(TEXTS, "大学")
    assert units == plain(TEXTS)[0]
    first, separator = titled.special.first, titled.special.separator
    borders = [] if first is None else [first]
    (title,) = plain(["大学"])[1]
    expected = [*borders, *title.tokens[title.units == 0], separator]
    assert len(windows) > 1
    for window in windows:
        assert window.tokens[: len(expected)].tolist() == expected
        assert set(window.units[: len(expected)].tolist()) == {-1}
        assert len(window.tokens) <= 40


@pytest.mark.parametrize("name", FAMILIES)
def test_a_long_title_is_cut_and_none_is_read_where_there_is_no_room(name: str, tmp_path: Path) -> None:
    FAMILIES[name].tokenizer().save_pretrained(tmp_path)
    plain = WindowEncoder.from_folder(tmp_path, WindowConfig(limit=40, context=8))
    titled = WindowEncoder.from_folder(tmp_path, WindowConfig(limit=40, context=8, title=10))
    start = 0 if titled.special.first is None else 1
    for window in titled(TEXTS, "大学企业天气" * 20)[1]:
        assert (window.units[: start + 10] == -1).all()
        assert window.units[start + 10] >= 0
    for windows in (plain(TEXTS, "大学")[1], titled(TEXTS)[1]):
        for found, wanted in zip(windows, plain(TEXTS)[1], strict=True):
            assert found.tokens.tolist() == wanted.tokens.tolist()
