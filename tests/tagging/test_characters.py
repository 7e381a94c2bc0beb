from pathlib import Path

import pytest
from tokenizers import Tokenizer

from pipeline.config import WindowConfig
from pipeline.tagging.characters import PLAIN_FORMS, plain_forms
from pipeline.tagging.features import WindowEncoder
from tests.conftest import ROOT
from tests.tagging.tiny import CURLY, TEXT, bert_tokenizer, gemma_tokenizer, xlm_roberta_tokenizer

QUOTED = "书记率队到访“企业”，座谈：‘大学’——协议……（２０２"


def tokens(tokenizer: Tokenizer, text: str) -> list[str]:
    units, _ = WindowEncoder(tokenizer=tokenizer, window=WindowConfig(limit=64, context=0))([text])
    return [tokenizer.id_to_token(token).removeprefix("##") for unit in units for token in unit.tokens]


def test_a_vocabulary_without_quotes_reads_plain_ones_at_the_same_places() -> None:
    found = tokens(bert_tokenizer().backend_tokenizer, QUOTED)
    assert "".join(found) == "书记率队到访\"企业\"，座谈:'大学'--协议..(202"
    assert len(found) == len(QUOTED)


def test_a_vocabulary_with_quotes_keeps_them() -> None:
    found = tokens(bert_tokenizer(TEXT + CURLY).backend_tokenizer, QUOTED)
    assert "".join(found) == "书记率队到访“企业”，座谈：‘大学’——协议……(202"


def test_a_plain_form_the_vocabulary_lacks_too_is_no_help() -> None:
    tokenizer = bert_tokenizer("书记").backend_tokenizer
    assert tokens(tokenizer, "“书记”") == ["[UNK]", "书", "记", "[UNK]"]


def test_unigram_vocabularies_are_asked_too() -> None:
    assert "".join(tokens(xlm_roberta_tokenizer().backend_tokenizer, "“企业”")) == '▁"企业"'
    assert "".join(tokens(xlm_roberta_tokenizer(TEXT + CURLY).backend_tokenizer, "“企业”")) == "▁“企业”"


def test_a_vocabulary_of_bytes_knows_everything() -> None:
    tokenizer = gemma_tokenizer().backend_tokenizer
    assert plain_forms(tokenizer, tokenizer.token_to_id("<unk>")) == {}


def test_the_shipped_tagger_reads_what_it_was_trained_on() -> None:
    tokenizer = Tokenizer.from_file(str(Path(ROOT) / "models" / "tagger" / "tokenizer.json"))
    assert plain_forms(tokenizer, tokenizer.token_to_id("<unk>")) == {}


@pytest.mark.parametrize(
    ("full", "plain"), [("，", ","), ("：", ":"), ("（", "("), ("９", "9"), ("Ａ", "A"), ("～", "~")]
)
def test_full_width_forms(full: str, plain: str) -> None:
    assert PLAIN_FORMS[full] == plain
