"""How clauses may be joined, learned from judged cuts; see `pipeline.training.joints`."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from pipeline.artefacts import load_tagger_card
from pipeline.errors import InputError
from pipeline.schema import Joints
from pipeline.tagging.base import tag
from pipeline.tagging.onnx import OnnxTagger
from pipeline.text.sentences import split_sentences
from pipeline.text.tidy import clause_spans
from pipeline.training.branch_data import Reader
from pipeline.training.joints import CutLearner, collate_cuts
from pipeline.training.joints_data import cut_examples, load_cuts
from scripts.train_joints import main as script
from tests.conftest import ROOT, make_document

TAGGER = ROOT / "models" / "tagger"
TEXT = "3月18日，程望舒走访云拓机器人公司，参观生产线，与董事长罗启明座谈。双方签署协议。"


def judgements(folder: Path, count: int) -> tuple[Path, Path]:
    """Texts of the authored corpus with cuts, of which those that end with a first clause that is short are unsound."""
    rows = [json.loads(line) for line in (ROOT / "data" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    texts, cuts = folder / "texts.jsonl", folder / "cuts.jsonl"
    judged = []
    for row in rows[:count]:
        found = []
        for sentence in split_sentences(make_document(row["text"])):
            spans = clause_spans(sentence.text)
            whole = {"start": sentence.start, "end": sentence.end, "alone": sentence.index == 0}
            if len(spans) > 2:
                found.append({**whole, "kept": [0], "sound": spans[0][1] > 15})
                found.append({**whole, "kept": [0, 2], "sound": True, "alone": None})
        digest = hashlib.sha256(row["text"].encode()).hexdigest()
        judged.append({"id": row["id"], "sha256": digest, "cuts": found})
    kept = ("id", "title", "text")
    texts.write_text("".join(json.dumps({k: row[k] for k in kept}) + "\n" for row in rows), encoding="utf-8")
    cuts.write_text("".join(json.dumps(row) + "\n" for row in judged), encoding="utf-8")
    return texts, cuts


def settings(folder: Path, texts: Path, cuts: Path) -> Path:
    shutil.copytree(TAGGER, folder / "tagger")
    default = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    default = default.replace("models/tagger", str(folder / "tagger"))
    (folder / "my.yaml").write_text(default.replace("models/", f"{ROOT}/models/"), encoding="utf-8")
    values = {
        "config": str(folder / "my.yaml"),
        "encoder": str(ROOT / "models" / "encoder"),
        "layers": 1,
        "cuts": [str(cuts)],
        "texts": [str(texts)],
        "work": str(folder / "work"),
        "epochs": 2,
        "windows_per_step": 2,
        "head_rate": 1e-2,
    }
    path = folder / "train.yaml"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def test_joints_are_learned_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    path = settings(tmp_path, *judgements(tmp_path, 30))
    before = OnnxTagger(TAGGER)
    card = load_tagger_card(TAGGER)
    app = typer.Typer()
    app.command()(script)
    run = CliRunner().invoke(app, ["--config", str(path)])
    assert run.exit_code == 0, run.output
    first, last = (float(word) for word in re.findall(r"\d\.\d{3}", run.stdout.rpartition("wrote")[2]))
    assert last < first
    made = OnnxTagger(tmp_path / "tagger")
    sentences = split_sentences(make_document(TEXT))
    texts = [one.text for one in sentences]
    np.testing.assert_array_equal(made.score(texts), before.score(texts))
    clauses = [clause for one in tag(made, sentences, salience=True) for clause in one.clauses]
    joints = [clause.joints for clause in clauses if clause.joints]
    assert len(joints) == len(clauses) and len({one.ends for one in joints}) == len(joints)
    assert load_tagger_card(tmp_path / "tagger") == card.model_copy(update={"joints": True})
    path.write_text(path.read_text(encoding="utf-8").replace('"epochs": 2', '"epochs": 3'), encoding="utf-8")
    refused = CliRunner().invoke(app, ["--config", str(path)])
    assert refused.exit_code == 2 and "holds a run with other settings" in refused.output
    changed = card.model_copy(update={"abstracts": (), "joints": False}).model_dump_json()
    (tmp_path / "tagger" / "tagger.json").write_text(changed, encoding="utf-8")
    refused = CliRunner().invoke(app, ["--config", str(path)])
    assert refused.exit_code == 2 and "has no branch" in refused.output


class Fixed(torch.nn.Module):
    """A network whose logits are the states themselves."""

    head = torch.nn.Identity()

    @staticmethod
    def states(states: torch.Tensor, _mask: torch.Tensor) -> torch.Tensor:
        return states


def test_the_chance_of_a_cut_is_the_product_of_its_joints() -> None:
    values = torch.arange(20, dtype=torch.float32).reshape(4, 5) / 10 - 1  # four clauses of a token each
    rows = [
        [0, 3, 0, 0, 1, 1],  # whole
        [1, 2, 1, 1, 0, -1],  # begun and ended with others
        [0, 3, 0, 0, 1, 0, 0, 3],  # two left out
    ]
    example = {"input_ids": [5] * 4, "units": [0, 1, 2, 3], "length": 4, "cuts": rows, "states": values.numpy()}
    learner = CutLearner(Fixed())  # type: ignore[arg-type]
    batch = collate_cuts([example])
    sound, alone, _ = learner.chances(**batch)
    clauses = [Joints(*row) for row in values.tolist()]

    def chance(logit: float) -> float:
        return float(1 / (1 + np.exp(-logit)))

    expected = [1, chance(clauses[1].begins) * chance(clauses[2].ends), chance(clauses[0].leaves + clauses[3].resumes)]
    np.testing.assert_allclose(sound.exp().numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(alone.numpy(), [-clauses[0].points, -clauses[1].points, -clauses[0].points], rtol=1e-5)
    off = -np.log(1 - expected[1]) - np.log(expected[2])
    led = -np.log(chance(-clauses[0].points)) - np.log(1 - chance(-clauses[0].points))
    assert learner(**batch)["loss"].item() == pytest.approx((off + led) / 4, rel=1e-5)


def test_cuts_are_found_in_their_windows(tmp_path: Path) -> None:
    texts, cuts = tmp_path / "texts.jsonl", tmp_path / "cuts.jsonl"
    body = TEXT * 40
    texts.write_text(json.dumps({"id": "a", "title": "程望舒走访企业", "text": body}) + "\n", encoding="utf-8")
    found = [one for one in split_sentences(make_document(body)) if one.text.startswith("3")]
    judged = [{"start": one.start, "end": one.end, "kept": [0, 1, 3], "sound": True, "alone": False} for one in found]
    row = {"id": "a", "sha256": hashlib.sha256(body.encode()).hexdigest(), "cuts": [*judged, {**judged[0], "end": 5}]}
    cuts.write_text(json.dumps(row) + "\n", encoding="utf-8")
    windows = list(cut_examples(load_cuts(cuts, [texts]), Reader(ROOT / "configs" / "default.yaml")))
    assert len(windows) > 1
    rows = [cut for window in windows for cut in window["cuts"]]
    assert len(rows) == len(judged)  # each once, and none where there is no such sentence
    for window in windows:
        for first, last, begun, ended, sound, alone, *skips in window["cuts"]:
            assert (begun, ended, sound, alone, skips) == (0, 0, 1, 0, [first + 1, last])
            assert window["units"].count(first) and last == first + 3


@pytest.mark.parametrize(
    ("change", "message"),
    [({"sha256": "0"}, "not the one that was judged"), ({"id": "b"}, "text of b is not"), ({"cuts": 1}, "1: cuts")],
)
def test_cuts_that_do_not_fit_are_told(tmp_path: Path, change: dict[str, object], message: str) -> None:
    texts, cuts = judgements(tmp_path, 1)
    row = json.loads(cuts.read_text(encoding="utf-8"))
    cuts.write_text(json.dumps({**row, **change}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_cuts(cuts, [texts])
