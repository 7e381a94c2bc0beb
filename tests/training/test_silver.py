"""Learning from texts that nobody labelled: an encoder adapted to them, and a smaller tagger that teachers teach."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import load_from_disk
from transformers import AutoConfig, AutoModel

from pipeline.config import WindowConfig
from pipeline.corpus import GoldDocument
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.tagging.base import sigmoid
from pipeline.training.adapt import AdaptEncoderConfig, adapt_encoder
from pipeline.training.checkpoints import load_trained, save_trained
from pipeline.training.pretrained import keep_layers, load_classifier, load_tokenizer, window_encoder
from pipeline.training.run import claim_work
from pipeline.training.silver import LabelTextsConfig, label_texts
from pipeline.training.tagger import predict_units, train_tagger
from pipeline.training.texts import text_windows
from tests.training.builders import WINDOW, make_settings, save_encoder

TITLED = WindowConfig(limit=64, context=0, title=8)


@pytest.fixture
def texts(learnable: list[GoldDocument], tmp_path: Path) -> Path:
    """Six texts, one of them in English and one too short to say anything."""
    rows = [{"id": str(i), "title": "走访企业", "text": g.document.body * 4} for i, g in enumerate(learnable[:4])]
    rows += [{"id": "en", "title": "", "text": "The mayor called on a firm. " * 9}, {"id": "no", "text": "短。"}]
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def write_ids(path: Path, *ids: str) -> Path:
    path.write_text("\n".join(json.dumps({"id": name}) for name in ids), encoding="utf-8")
    return path


def test_windows_are_the_taggers_and_of_the_texts_that_may_be_read(
    texts: Path, tiny_encoder: Path, tmp_path: Path
) -> None:
    tokenizer = load_tokenizer(str(tiny_encoder))
    encode = window_encoder(tokenizer, TITLED)
    everything = text_windows([texts], [], encode)
    one = text_windows([texts], [write_ids(tmp_path / "held.jsonl", "0", "1", "2")], encode)
    assert 0 < len(one) < len(everything)
    title = tokenizer.encode("走访企业", add_special_tokens=False)
    for row in everything:
        assert row["input_ids"][1 : 1 + len(title)] == title
        assert row["length"] == len(row["input_ids"]) == len(row["units"]) <= TITLED.limit
    assert len(text_windows([texts], [], encode, most=1)) < len(everything)
    with pytest.raises(InputError, match="no Chinese text in it that is not left out"):
        text_windows([texts], [write_ids(tmp_path / "held.jsonl", "0", "1", "2", "3")], encode)


def test_an_adapted_encoder_guesses_better(texts: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    encoder = save_encoder(tmp_path / "encoder", "bert")
    settings = AdaptEncoderConfig(
        texts=(texts,),
        encoder=str(encoder),
        output=tmp_path / "adapted",
        work=tmp_path / "work",
        window=TITLED,
        epochs=8,
        windows_per_step=2,
        rate=3e-3,
        held_out=0.2,
    )
    before, after = adapt_encoder(settings)
    assert after < before - 0.5
    adapted, plain = (AutoModel.from_pretrained(folder) for folder in (settings.output, encoder))
    assert adapted.config.to_dict().keys() == plain.config.to_dict().keys()
    assert not torch.equal(adapted.embeddings.word_embeddings.weight, plain.embeddings.word_embeddings.weight)
    tokens = load_tokenizer(str(settings.output)).get_vocab()
    assert tokens == load_tokenizer(str(encoder)).get_vocab()
    with pytest.raises(ModelError, match="its tokenizer has no mask token"):
        adapt_encoder(settings.model_copy(update={"encoder": str(tiny_encoder)}))


def test_a_small_tagger_learns_what_its_teachers_say(
    texts: Path,
    tiny_encoder: Path,
    learnable: list[GoldDocument],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.training.silver.computes_bf16", lambda: False)  # the same figures on any machine
    settings = make_settings(tiny_encoder, tmp_path, epochs=6, seeds=[1, 2])
    tokenizer = load_tokenizer(settings.encoder)
    folders = []
    for seed in settings.seeds:
        save_trained(train_tagger(settings, tokenizer, learnable, learnable[:4], seed), tokenizer, settings, seed)
        folders.append(settings.work / f"seed-{seed}" / "model")
    silver = tmp_path / "silver"
    labelling = LabelTextsConfig(
        teachers=tuple(folders), texts=(texts,), window=TITLED, windows_at_once=3, output=silver
    )
    count = label_texts(labelling)
    rows = load_from_disk(str(silver)).to_list()
    assert len(rows) == count
    each = [load_trained(settings, seed) for seed in settings.seeds]
    expected = np.mean([sigmoid(predict_units(model, rows, bf16=False)) for model in each if model], axis=0)
    np.testing.assert_allclose(np.concatenate([row["labels"] for row in rows]), expected, atol=1e-5)

    small = settings.model_copy(
        update={"encoder": str(folders[0]), "layers": 1, "silver": silver, "repeats": 2, "work": tmp_path / "small"}
    )
    student = train_tagger(small, tokenizer, learnable, learnable[:4], 1)
    assert student.config.num_hidden_layers == 1
    said = sigmoid(predict_units(student, rows, bf16=False))
    assert np.abs(said - expected).mean() < 0.15
    with pytest.raises(InputError, match=r"no labelled windows there: write them with scripts/label_texts\.py"):
        train_tagger(small.model_copy(update={"silver": tmp_path}), tokenizer, learnable, learnable[:4], 3)
    with pytest.raises(ModelError, match="no token classifier there"):
        label_texts(labelling.model_copy(update={"teachers": (folders[0], tmp_path)}))


def test_batches_say_what_windows_say_one_by_one(texts: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    settings = make_settings(tiny_encoder, tmp_path)
    model = load_classifier(settings)
    rows = text_windows([texts], [], window_encoder(load_tokenizer(settings.encoder), TITLED)).to_list()
    alone, together = (predict_units(model, rows, bf16=False, at_once=n) for n in (1, 4))
    assert alone.shape == (sum(max(row["units"]) + 1 for row in rows), 3)
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_layers_that_stay_are_evenly_spaced(tiny_encoder: Path) -> None:
    config = AutoConfig.from_pretrained(tiny_encoder)
    config.num_hidden_layers = 4
    encoder = AutoModel.from_config(config)
    layers = list(encoder.encoder.layer)
    keep_layers(encoder, 0)
    assert len(encoder.encoder.layer) == 4
    keep_layers(encoder, 2)
    assert [layers.index(layer) for layer in encoder.encoder.layer] == [1, 3]
    assert encoder.config.num_hidden_layers == 2
    with pytest.raises(ConfigError, match="layers: 3 is more than the 2 of the encoder"):
        keep_layers(encoder, 3)


def test_a_work_folder_belongs_to_one_run(tiny_encoder: Path, tmp_path: Path) -> None:
    settings = make_settings(tiny_encoder, tmp_path, window=WINDOW)
    settings.corpus.write_text("", encoding="utf-8")
    claim_work(settings)
    claim_work(settings)
    assert load_trained(settings, 13) is None
    with pytest.raises(ConfigError, match="holds a run with other settings: delete it, or set another `work`"):
        claim_work(settings.model_copy(update={"epochs": 5}))
