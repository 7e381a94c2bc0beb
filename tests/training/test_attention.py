"""Attention in one operator; see `pipeline.training.attention`."""

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from pipeline.training.attention import fuse_attention
from pipeline.training.export import to_onnx
from pipeline.training.pretrained import load_classifier
from tests.training.builders import WINDOW, make_settings, save_encoder

LENGTHS = (2, 17, 64)


def logits(model: onnx.ModelProto, length: int) -> np.ndarray:
    tokens = np.random.default_rng(length).integers(4, 20, (1, length))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"input_ids": tokens})[0])


def longest(length: int) -> dict[str, np.ndarray]:
    return {"input_ids": np.full((1, length), 5, np.int64)}


def kinds(model: onnx.ModelProto) -> Counter[str]:
    return Counter(node.op_type for node in model.graph.node)


@pytest.mark.parametrize("family", ["bert", "modernbert"])
def test_what_sees_everything_is_replaced_and_nothing_else_changes(family: str, tmp_path: Path) -> None:
    encoder = save_encoder(tmp_path / "encoder", family)
    before = to_onnx(load_classifier(make_settings(encoder, tmp_path)).eval(), WINDOW.limit)
    expected = [logits(before, length) for length in LENGTHS]
    layers = kinds(before)["Attention"]
    after = kinds(fuse_attention(before, longest(WINDOW.limit)))
    assert after["MultiHeadAttention"] + after["Attention"] == layers > 0
    assert after["MultiHeadAttention"] == (
        layers if family == "bert" else 0
    )  # ModernBERT turns positions, and some see near ones only
    for length, logits_before in zip(LENGTHS, expected, strict=True):
        np.testing.assert_allclose(logits(before, length), logits_before, atol=1e-5)


def test_a_mask_that_hides_something_stays(tmp_path: Path) -> None:
    encoder = save_encoder(tmp_path / "encoder", "bert")
    model = to_onnx(load_classifier(make_settings(encoder, tmp_path)).eval(), WINDOW.limit)
    causal = np.tril(np.ones((1, 1, 8, 8), bool))
    model.graph.initializer.append(onnx.numpy_helper.from_array(causal, "causal"))
    at = next(i for i, node in enumerate(model.graph.node) if node.op_type == "Attention")
    del model.graph.node[at].input[3:]
    model.graph.node[at].input.append("seen")
    model.graph.node.insert(at, onnx.helper.make_node("Identity", ["causal"], ["seen"]))
    layers = kinds(model)["Attention"]
    after = kinds(fuse_attention(model, longest(8)))
    assert (after["Attention"], after["MultiHeadAttention"]) == (1, layers - 1)
