import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models

from pipeline.config import WindowConfig
from pipeline.errors import ModelError
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.special import SpecialTokens, read_names
from tests.tagging.tiny import FAMILIES, bert_tokenizer

WINDOW = WindowConfig(limit=64, context=0)


def of_words(*words: str) -> Tokenizer:
    return Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token=words[0]))


@pytest.mark.parametrize("with_config", [True, False])
@pytest.mark.parametrize("name", FAMILIES)
def test_windows_have_the_borders_of_the_encoder(name: str, with_config: bool, tmp_path: Path) -> None:
    family = FAMILIES[name]
    family.tokenizer().save_pretrained(tmp_path)
    if not with_config:
        (tmp_path / "tokenizer_config.json").unlink()
    _, (window,) = WindowEncoder.from_folder(tmp_path, WINDOW)(["今天", "大学"])
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    found = [tokenizer.id_to_token(token) for token in window.tokens.tolist()]
    first, separator = family.borders
    assert [token for token in found if token != "▁"] == [
        *filter(None, [first]),
        *"今天",
        separator,
        *"大学",
        separator,
    ]


def test_names_in_the_config_come_before_known_ones(tmp_path: Path) -> None:
    tokenizer = of_words("[UNK]", "[CLS]", "[SEP]", "<start>", "<stop>", "<none>", "<fill>")
    (tmp_path / "special_tokens_map.json").write_text('{"eos_token": "<stop>", "pad_token": null}')
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"bos_token": {"content": "<start>", "special": True}, "unk_token": "<none>", "pad_token": "<fill>"})
    )
    found = SpecialTokens.resolve(tokenizer, read_names(tmp_path))
    assert found == SpecialTokens(first=3, separator=4, unknown=5, padding=6)


def test_a_named_separator_without_a_first_token_means_there_is_none() -> None:
    tokenizer = of_words("<unk>", "<s>", "</s>", "<pad>")
    assert SpecialTokens.resolve(tokenizer, {"eos_token": "</s>"}).first is None
    assert SpecialTokens.resolve(tokenizer).first == 1


def test_a_vocabulary_without_unknown_and_padding_tokens_uses_the_separator() -> None:
    assert SpecialTokens.resolve(of_words("a", "</s>")) == SpecialTokens(first=None, separator=1, unknown=1, padding=1)


def test_no_separator_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    of_words("a", "b").save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ModelError, match=r"none of \[SEP\].*name its sep_token or eos_token") as caught:
        WindowEncoder.from_folder(tmp_path, WINDOW)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["{", "[]"])
def test_damaged_files_are_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json: missing"):
        WindowEncoder.from_folder(tmp_path, WINDOW)
    bert_tokenizer().save_pretrained(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(content)
    with pytest.raises(ModelError, match=r"tokenizer_config\.json: damaged"):
        WindowEncoder.from_folder(tmp_path, WINDOW)
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ModelError, match=r"tokenizer\.json: damaged"):
        WindowEncoder.from_folder(tmp_path, WINDOW)


def test_truncation_and_padding_of_the_tokenizer_itself_cut_nothing(tmp_path: Path) -> None:
    tokenizer = bert_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    units, _ = WindowEncoder.from_folder(tmp_path, WINDOW)(["今天", "大学" * 10])
    assert [len(unit.tokens) for unit in units] == [2, 20]
