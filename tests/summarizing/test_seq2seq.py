import re
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig, Seq2SeqConfig, load_config
from pipeline.errors import ConfigError, ModelError
from pipeline.schema import Abstract, TaggedSentence
from pipeline.summarizing.build import build_summarizer
from pipeline.summarizing.checking import AbstractChecker
from pipeline.summarizing.generation import Reading
from pipeline.summarizing.generator import Generator
from pipeline.summarizing.names import UNKNOWN
from pipeline.summarizing.seq2seq import Seq2SeqSummarizer
from tests.conftest import ROOT, make_tagged
from tests.summarizing.test_extractive import ARTICLE, SCHOOL, VISIT
from tests.summarizing.tiny import FAMILIES, READS, save_seq2seq

CONFIGS = sorted((ROOT / "configs" / "seq2seq").glob("*.yaml"))
READ = "程望舒率队赴深圳走访云拓机器人公司，总投资12亿元。"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {family: save_seq2seq(tmp_path_factory.mktemp(family), family) for family in FAMILIES}


def settings(folder: Path, **others: object) -> Seq2SeqConfig:
    return Seq2SeqConfig.model_validate(
        {"kind": "seq2seq", "model": str(folder), "beams": 2, "device": "cpu"}
        | {"tokenizer": "bert" if (folder / "config.json").read_text().count('"bart"') else "auto"}
        | others
    )


def generator(folder: Path, **others: object) -> Generator:
    return Generator(str(folder), settings(folder, **others))


def check(abstract: Abstract, sentences: list[TaggedSentence], most: int) -> None:
    """Nothing but what the sentences say, in whole sentences, each clause with evidence."""
    assert 0 < len(abstract.text) <= most
    assert abstract.text.endswith(("。", "……"))
    assert AbstractChecker(sentences).unsupported(abstract.text) == ()
    assert [e.start for e in abstract.evidence] == [0, *(e.end for e in abstract.evidence[:-1])]
    assert abstract.evidence[-1].end == len(abstract.text)
    assert all(e.sentences for e in abstract.evidence)


@pytest.mark.parametrize("family", FAMILIES)
def test_whatever_a_random_model_writes_the_abstract_is_supported(folders: dict[str, Path], family: str) -> None:
    summarizer = Seq2SeqSummarizer.from_config(settings(folders[family]), str(folders[family]), {})
    sentences = make_tagged(ARTICLE)
    found = summarizer.summarize_all(sentences, [None, VISIT, SCHOOL])
    assert [abstract.topic for abstract in found] == [None, VISIT, SCHOOL]
    for abstract, most in zip(found, (160, 80, 80), strict=True):
        check(abstract, sentences, most)
    assert found[0].check is not None and found[0].check.removed
    assert re.fullmatch(r".+@[0-9a-f]{16}", summarizer.name)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_document_of_20000_characters_and_one_of_60(folders: dict[str, Path], family: str) -> None:
    config = settings(folders[family], beams=1, target_chars=[30, 60])
    summarizer = Seq2SeqSummarizer.from_config(config, str(folders[family]), {})
    rows = ARTICLE + [(f"程望舒指出，第{i}项工作要抓紧，{i}个部门共同推进，确保见效。", []) for i in range(700)]
    sentences = make_tagged(rows)
    assert sum(len(text) for text, _ in rows) > 19_000
    check(summarizer.summarize(sentences), sentences, 60)
    brief = make_tagged(
        [
            ("4月9日,程望舒到云拓机器人公司走访。", [VISIT]),
            ("罗启明陪同,双方就下一步的各项合作深入座谈,并参观新建的生产线。", []),
        ]
    )
    assert (
        summarizer.summarize(brief).text
        == "4月9日，程望舒到云拓机器人公司走访。罗启明陪同，双方就下一步的各项合作深入座谈，并参观新建的生产线。"
    )
    assert summarizer.summarize([]).text == ""


@pytest.mark.parametrize("family", ["bart", "t5"])
def test_models_write_in_batches_what_they_write_alone(folders: dict[str, Path], family: str) -> None:
    texts = [READ, "许知行表示，愿与海屿共建研究院。", "双方签署协议。"]
    for tokens in (1, 10_000):
        together = generator(folders[family], batch_tokens=tokens).generate(
            [Reading(text=text, topic=None, least=5, most=20) for text in texts]
        )
        alone = [
            generator(folders[family]).generate([Reading(text=text, topic=None, least=5, most=20)])[0] for text in texts
        ]
        assert [len(draft.tokens) > 0 for draft in together] == [True] * 3
        if tokens == 1:
            assert together == alone


@pytest.mark.parametrize("family", FAMILIES)
def test_banned_words_are_not_written_again(folders: dict[str, Path], family: str) -> None:
    model = generator(folders[family])
    first = model.generate([Reading(text=READ, topic=None, least=10, most=30)])[0]
    words = re.findall(r"[一-龥0-9]{2}", "".join(first.text.split()))[:2]
    banned = model.ban(words, first)
    assert words and banned
    second = model.generate([Reading(text=READ, topic=None, least=10, most=30)], banned)[0]
    assert not any(word in "".join(second.text.split()) for word in words)


def test_lengths_follow_the_characters_asked_for(folders: dict[str, Path]) -> None:
    model = generator(folders["t5"])
    for least, most in ((10, 20), (60, 80)):
        assert (
            least
            <= len(model.generate([Reading(text=READ, topic=None, least=least, most=most)])[0].tokens)
            <= most * 1.25 + 1
        )


def test_limits_prefix_and_vocabularies(folders: dict[str, Path]) -> None:
    assert generator(folders["bart"]).limit == READS
    assert generator(folders["t5"], input_tokens=64).limit == 64
    assert generator(folders["t5"], prefix="双方：").overhead == generator(folders["t5"]).overhead + 3
    assert generator(folders["bart"]).count("“签署”") == 4  # curly quotes, which BERT lacks, are read as straight ones
    model = generator(folders["t5"])
    assert model.count("“签署”") == 4
    unknown = model._tokenizer.unk_token_id
    assert UNKNOWN in model._draft([unknown, *model._tokenizer("签署")["input_ids"]]).text


def test_a_model_that_reads_too_little_for_anything_gives_the_lead(folders: dict[str, Path]) -> None:
    summarizer = Seq2SeqSummarizer.from_config(
        settings(folders["t5"], input_tokens=32, prefix="双方" * 16), str(folders["t5"]), {}
    )
    abstract = summarizer.summarize(make_tagged(ARTICLE))
    assert abstract.check is not None and abstract.check.replaced
    assert abstract.text.startswith("3月18日")


def test_a_hub_model_that_is_not_cached_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="allow_download: true"):
        Generator("nobody/no-such-model", Seq2SeqConfig(kind="seq2seq", model="nobody/no-such-model"))


def test_models_that_cannot_be_used_say_why(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"has no model\.safetensors: write it anew"):
        generator(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="cannot be loaded"):
        generator(tmp_path)
    with pytest.raises(ModelError, match="cannot run on device"):
        generator(folders["t5"], device="cuda:7")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.name)
def test_every_config_loads(path: Path) -> None:
    config = load_config(path, PipelineConfig).summarizer
    assert isinstance(config, Seq2SeqConfig)
    with pytest.raises(ModelError, match="allow_download: true"):
        build_summarizer(config, path)


def test_a_model_beside_the_config_is_found(folders: dict[str, Path]) -> None:
    folder = folders["t5"]
    config = Seq2SeqConfig(kind="seq2seq", model=f"./{folder.name}")
    assert build_summarizer(config, folder.parent / "my.yaml").name.startswith(folder.name + "@")


def test_lengths_out_of_order_are_an_error(tmp_path: Path) -> None:
    text = CONFIGS[0].read_text(encoding="utf-8").replace("kind: seq2seq", "kind: seq2seq\n  target_chars: [160, 80]")
    path = tmp_path / "my.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"target_chars: the least \(160\) must not be over the most \(80\)"):
        load_config(path, PipelineConfig)


def test_the_tokenizer_recipe_of_the_pegasus_config_works(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    lines = (ROOT / "configs" / "seq2seq" / "randeng-pegasus-238m.yaml").read_text(encoding="utf-8").splitlines()
    recipe = "\n".join(line[4:] for line in lines if line.startswith("#   "))
    words = [
        "[PAD]",
        "[unused1]",
        "[unused2]",
        "[unused3]",
        "[UNK]",
        "签署",
        "合作",
        "协议",
        "战",
        "略",
        "协",
        "ai",
        "##ai",
    ]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    exec(recipe.replace("FOLDER", str(tmp_path)), {})
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    ids = tokenizer("签署战略合作协议AI")["input_ids"]
    assert ids == [5, 8, 9, 6, 7, 11, 1]
    assert tokenizer.decode(ids, skip_special_tokens=True) == "签署战略合作协议ai"
    assert tokenizer("签署鑫协议")["input_ids"] == [5, 4, 7, 1]
