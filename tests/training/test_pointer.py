import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import typer
import yaml
from tokenizers import Tokenizer
from typer.testing import CliRunner

from pipeline.config import PointerConfig, load_config
from pipeline.errors import ConfigError, ModelError
from pipeline.summarizing.generation import Reading
from pipeline.summarizing.pointer import PointerWriter
from pipeline.training.pointer import IGNORED, PointerGenerator, calibrate, from_encoder
from pipeline.training.pointer_data import (
    NewsLimits,
    Pair,
    PairEncoder,
    abstract_pairs,
    collate_pairs,
    hold_out,
    news_pairs,
    usable,
)
from pipeline.training.pointer_export import export_summarizer, read_summarizer, share_tables
from pipeline.training.pointer_train import TrainSummarizerConfig, load_pairs
from scripts.evaluate_headlines import main as headlines_script
from scripts.train_summarizer import main as train_script
from tests.conftest import ROOT, TOPICS, make_gold

PAIRS = [
    Pair(task="企业：", source="今天书记到企业座谈。天气很好。", target="书记到企业座谈。"),
    Pair(task="大学：", source="天气很好。今天大学签协议。", target="大学签协议。"),
    Pair(task="企业：", source="天气很好。今天企业签约。书记到访。", target="企业签约。"),
]


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(tiny_encoder / "tokenizer.json"))


@pytest.fixture(scope="module")
def batch(tokenizer: Tokenizer) -> dict[str, torch.Tensor]:
    encode = PairEncoder(tokenizer=tokenizer, source_tokens=60, target_tokens=20)
    examples = [e for pair in PAIRS if (e := encode(pair))]
    assert len(examples) == len(PAIRS)
    return collate_pairs(examples, padding=1, first=0)


@pytest.fixture(scope="module")
def trained(tiny_encoder: Path, batch: dict[str, torch.Tensor]) -> PointerGenerator:
    """A model that can only copy: the end is the one piece it may generate."""
    torch.manual_seed(2)
    model = from_encoder(str(tiny_encoder), decoder_layers=2, target_positions=20, frequent={2: 3})
    calibrate(model, batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(150):
        loss = model(**batch)["loss"]
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss.item() < 0.05
    return model.eval()


def test_an_untrained_model_goes_on_copying_behind_what_it_wrote(
    tiny_encoder: Path, batch: dict[str, torch.Tensor]
) -> None:
    torch.manual_seed(3)
    model = from_encoder(str(tiny_encoder), decoder_layers=2, target_positions=20, frequent={2: 1, 5: 3}).eval()
    calibrate(model, batch)
    memory = model.remember(batch["input_ids"], batch["attention_mask"], batch["copyable"])
    _, copied, _ = model.decode(memory, batch["decoder_input_ids"], model.empty_past(len(PAIRS)))
    left = batch["input_ids"].roll(1, dims=1)
    follows = (left[:, None] == batch["decoder_input_ids"][:, :, None]) & batch["copyable"][:, None]  # (B, T, S)
    share = (copied / copied.sum(-1, keepdim=True) * follows).sum(-1)[follows.any(-1)].mean()
    by_chance = (follows.sum(-1) / batch["copyable"].sum(-1)[:, None])[follows.any(-1)].mean()
    assert share > 3 * by_chance


def test_what_was_trained_is_saved(trained: PointerGenerator, batch: dict[str, torch.Tensor], tmp_path: Path) -> None:
    trained.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors").is_file()
    again = PointerGenerator.from_pretrained(tmp_path).eval()
    torch.testing.assert_close(again(**batch)["loss"], trained(**batch)["loss"])


def test_token_by_token_gives_what_all_at_once_gives(trained: PointerGenerator, batch: dict[str, torch.Tensor]) -> None:
    memory = trained.remember(batch["input_ids"], batch["attention_mask"], batch["copyable"])
    ids = batch["decoder_input_ids"]
    generated, copied, _ = trained.decode(memory, ids, trained.empty_past(len(ids)))
    torch.testing.assert_close(
        generated.sum(-1) + copied.sum(-1), torch.ones(ids.shape), atol=1e-5, rtol=0
    )  # a distribution
    past = trained.empty_past(len(ids))
    for at in range(ids.shape[1]):
        one_generated, one_copied, past = trained.decode(memory, ids[:, at : at + 1], past)
        torch.testing.assert_close(one_generated[:, 0], generated[:, at], atol=1e-5, rtol=0)
        torch.testing.assert_close(one_copied[:, 0], copied[:, at], atol=1e-5, rtol=0)


def test_a_target_out_of_reach_counts_nothing(trained: PointerGenerator, batch: dict[str, torch.Tensor]) -> None:
    only = {name: values[:1].clone() for name, values in batch.items()}
    before = trained(**only)["loss"]
    unknown = int(trained.encoder.config.vocab_size) - 1  # a digit that no source has
    only["labels"][0, -1] = unknown if only["labels"][0, -1] == IGNORED else only["labels"][0, -1]
    torch.testing.assert_close(trained(**only)["loss"], before)


def test_the_exported_graphs_write_what_was_learned(
    trained: PointerGenerator, tiny_encoder: Path, tmp_path: Path
) -> None:
    export_summarizer(trained, tiny_encoder / "tokenizer.json", tmp_path, [])
    writer = PointerWriter(
        tmp_path, PointerConfig(kind="pointer", threads=1, beams=3), {"firm": "企业", "school": "大学"}
    )
    readings = [
        Reading(
            text=pair.source, topic="school" if pair.task == "大学：" else "firm", least=1, most=18, sentences=False
        )
        for pair in PAIRS
    ]
    alone = [writer.generate([reading])[0] for reading in readings]
    assert [draft.text for draft in alone] == [pair.target for pair in PAIRS]
    for draft, reading in zip(alone, readings, strict=True):
        copied = [
            (reading.text[at], character) for at, character in zip(draft.places, draft.text, strict=True) if at >= 0
        ]
        assert copied and all(source == character for source, character in copied)
    assert writer.generate(readings) == alone
    assert "企业" not in writer.again(readings[0], ["企业"], []).text
    together = writer.generate([replace(readings[0], most=3), *readings[1:]])
    assert len(together[0].text) <= 3 and together[1:] == alone[1:]


LIMITS = NewsLimits(source_chars=60, coverage=0.5, selection_chars=26)


def test_news_gives_headlines_and_selections_in_chinese_only() -> None:
    text = (
        "市长到企业走访。天气晴好，街上行人不多。企业介绍了今年的生产情况。"
        + "后面的话不再读，因为已经够长了，一句也不要。" * 3
    )
    rows = [
        {"id": "a", "title": "市长走访企业 介绍生产情况", "text": text},
        {"id": "b", "title": "left out", "text": text},
        {"id": "c", "title": "In English", "text": "The mayor called on a firm. " * 9},
        {"id": "d", "title": "短", "text": "太短。"},
        {"id": "e", "title": "完全不同的一件事情", "text": text},
    ]
    pairs = list(news_pairs(rows, frozenset({"b"}), LIMITS))
    assert [(p.task, p.target) for p in pairs] == [
        ("标题：", "市长走访企业 介绍生产情况"),
        ("摘要：", "市长到企业走访。企业介绍了今年的生产情况。"),
    ]
    assert all(p.source == text[: text.index("后") + 22] for p in pairs)
    assert [p.task for p in news_pairs(rows, frozenset({"b"}), replace(LIMITS, selection_chars=0))] == ["标题："]
    assert not usable("# 标题\n" + text)


def test_a_topics_abstract_is_written_from_its_sentences() -> None:
    gold = make_gold([("企业甲到访。", ["enterprise_visit"]), ("天气很好。", []), ("别的事情。", [])], "g")
    gold = replace(gold, abstract="企业甲到访。", topic_abstracts={"enterprise_visit": "企业甲到访。"})
    pairs = list(abstract_pairs([gold], dict.fromkeys(TOPICS, "企业走访"), len, 12))
    assert [(p.task, p.source) for p in pairs] == [("摘要：", "企业甲到访。天气很好。"), ("企业走访：", "企业甲到访。")]
    learn, watch = hold_out(PAIRS, 0.34, 1)
    assert len(learn) == 2 and len(watch) == 1


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("train_summarizer*.yaml")), ids=lambda p: p.name)
def test_every_stage_config_loads(path: Path, tokenizer: Tokenizer) -> None:
    settings = load_config(path, TrainSummarizerConfig)
    assert settings.texts or settings.annotations or load_pairs(settings, tokenizer)


def test_a_stage_needs_something_to_learn_from(tokenizer: Tokenizer) -> None:
    settings = TrainSummarizerConfig(start="x", output=Path("x"), work=Path("x"))
    with pytest.raises(ConfigError, match="name texts"):
        load_pairs(settings, tokenizer)


def test_tables_that_two_graphs_hold_are_kept_once(tmp_path: Path) -> None:
    draws = np.random.default_rng(0)
    common, own = (draws.normal(size=(600, 500)).astype(np.float32) for _ in range(2))

    def graph(**tables: np.ndarray) -> onnx.ModelProto:
        nodes = [onnx.helper.make_node("Gather", [name, "rows"], [f"{name}_rows"]) for name in tables]
        inputs = [onnx.helper.make_tensor_value_info("rows", onnx.TensorProto.INT64, ["n"])]
        outputs = [onnx.helper.make_tensor_value_info(f"{name}_rows", onnx.TensorProto.FLOAT, None) for name in tables]
        tensors = [onnx.numpy_helper.from_array(values, name) for name, values in tables.items()]
        made = onnx.helper.make_graph(nodes, "lookup", inputs, outputs, tensors)
        return onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10)

    graphs = {"one": graph(a=common, b=own), "other": graph(c=common)}
    share_tables(list(graphs.values()), tmp_path / "tables.bin")
    assert (tmp_path / "tables.bin").read_bytes() == common.tobytes()
    found = {}
    for name, model in graphs.items():
        onnx.save(model, str(tmp_path / f"{name}.onnx"))
        session = onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        found[name] = session.run(None, {"rows": np.array([3, 599])})
    np.testing.assert_array_equal(found["one"], [common[[3, 599]], own[[3, 599]]])
    np.testing.assert_array_equal(found["other"], [common[[3, 599]]])


@pytest.fixture
def news(tmp_path: Path) -> Path:
    rows = []
    for number in range(60):
        day = "一二三四五六七八九十"[number % 10]
        title = f"书记到企业{day}座谈" if number % 2 else f"今天大学{day}签协议"
        text = (
            f"天气很好。{title}。" + "好天气，好企业。" * (8 + number % 3) + "一二三四五六七八九十"[number // 10] + "。"
        )
        rows.append(json.dumps({"id": str(number), "title": title, "text": text}, ensure_ascii=False))
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_stage_is_trained_exported_and_trained_on(news: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    values = {
        "texts": [{"path": str(news), "source_chars": 50}],
        "start": str(tiny_encoder),
        "encoder": str(tiny_encoder),
        "source_tokens": 60,
        "target_tokens": 20,
        "decoder_layers": 2,
        "frequent": 20,
        "held_out": 0.2,
        "epochs": 6,
        "decoder_rate": 3e-3,
        "encoder_rate": 3e-3,
    }

    def settings(name: str, **changes: object) -> Path:
        folders = {"output": str(tmp_path / name), "work": str(tmp_path / f"{name}.work")}
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump({**values, **folders, **changes}), encoding="utf-8")
        return path

    run = CliRunner()
    train, headlines = (typer.Typer() for _ in range(2))
    train.command()(train_script)
    headlines.command()(headlines_script)
    first = run.invoke(train, ["--config", str(settings("first")), "--export", str(tmp_path / "onnx")])
    assert first.exit_code == 0, first.output
    history = json.loads((tmp_path / "first" / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    losses = [row["eval_loss"] for row in history if "eval_loss" in row]
    assert len(losses) > 10 and losses[-1] < losses[0] / 2

    options = {"model": tmp_path / "onnx", "held-out-of": tmp_path / "first.yaml", "source-chars": 50}
    found = run.invoke(headlines, [str(news), *(f"--{name}={value}" for name, value in options.items())])
    assert found.exit_code == 0, found.output
    assert "on 12 headlines" in found.stdout

    on = settings("second", start=str(tmp_path / "onnx"), epochs=0.1, encoder_rate=1e-9, decoder_rate=1e-9)
    assert run.invoke(train, ["--config", str(on)]).exit_code == 0
    history = json.loads((tmp_path / "second" / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    assert [row["eval_loss"] for row in history if "eval_loss" in row][-1] == pytest.approx(losses[-1], abs=0.05)

    other = settings("second", start=str(tmp_path / "onnx"), epochs=0.2)
    refused = run.invoke(train, ["--config", str(other)])
    assert refused.exit_code == 2 and "holds a run with other settings" in refused.output
    missing = run.invoke(train, ["--config", str(settings("third", start=str(tmp_path / "onnx"), encoder="none"))])
    assert missing.exit_code == 2 and "none" in missing.output


def test_what_was_exported_is_read_back(
    trained: PointerGenerator, batch: dict[str, torch.Tensor], tiny_encoder: Path, tmp_path: Path
) -> None:
    export_summarizer(trained, tiny_encoder / "tokenizer.json", tmp_path, [])
    again = read_summarizer(tmp_path, tiny_encoder)
    for name, values in trained.state_dict().items():
        torch.testing.assert_close(
            again.state_dict()[name], values, atol=0.02, rtol=0.02, msg=lambda m, n=name: f"{n}: {m}"
        )
    (tmp_path / "reader.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="no summarizer over"):
        read_summarizer(tmp_path, tiny_encoder)
