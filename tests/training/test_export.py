from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from pipeline.errors import ModelError
from pipeline.training.export import check_graph, pack_weights, publish, scale_classifier
from pipeline.training.pretrained import load_classifier
from tests.training.builders import make_settings


def test_scale_classifier_makes_logits_affine(tiny_encoder: Path, tmp_path: Path) -> None:
    model = load_classifier(make_settings(tiny_encoder, tmp_path)).eval()
    tokens = torch.tensor([[0, 5, 6, 7, 2]])
    slopes, offsets = np.array([2.0, 0.5, 1.0], np.float32), np.array([0.1, -3.0, 0.0], np.float32)
    with torch.no_grad():
        before = model(input_ids=tokens).logits
        scale_classifier(model, slopes, offsets)
        torch.testing.assert_close(
            model(input_ids=tokens).logits, before * torch.from_numpy(slopes) + torch.from_numpy(offsets)
        )
    model.classifier = torch.nn.Sequential(model.classifier)
    with pytest.raises(ModelError, match="only a linear classifier"):
        scale_classifier(model, slopes, offsets)


def graph(folder: Path, logits: float) -> Path:
    """A graph that gives the same logits whatever it is asked."""
    shape = [1, "tokens"]
    nodes = [
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Concat", ["shape", "three"], ["wanted"], axis=0),
        helper.make_node(
            "ConstantOfShape", ["wanted"], ["logits"], value=helper.make_tensor("v", TensorProto.FLOAT, [1], [logits])
        ),
    ]
    made = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, 3])],
        [helper.make_tensor("three", TensorProto.INT64, [1], [3])],
    )
    path = folder / "model.onnx"
    onnx.save(
        pack_weights(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)), str(path)
    )
    return path


def test_a_graph_that_computes_something_else_is_refused(tiny_encoder: Path, tmp_path: Path) -> None:
    model = load_classifier(make_settings(tiny_encoder, tmp_path)).eval()
    torch.nn.init.zeros_(model.classifier.weight)
    torch.nn.init.zeros_(model.classifier.bias)
    windows = [np.arange(5, 5 + length) for length in (9, 3)]
    check_graph(model, graph(tmp_path, 0.0), windows)
    with pytest.raises(ModelError, match=r"differs from the model by 0\.4"):
        check_graph(model, graph(tmp_path, 3.0), windows)


def test_publishing_replaces_what_an_earlier_run_exported(tmp_path: Path) -> None:
    output, made = tmp_path / "output", tmp_path / "made"
    for folder, names in (
        (output, ("model.onnx", "README.md", "tagger.json")),
        (made, ("model.safetensors", "tagger.json")),
    ):
        folder.mkdir()
        for name in names:
            (folder / name).write_text(folder.name)
    publish(made, output)
    found = {path.name: path.read_text() for path in output.iterdir()}
    assert found == {"README.md": "output", "model.safetensors": "made", "tagger.json": "made"}
