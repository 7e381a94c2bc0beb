"""Float graphs to integer ones."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pipeline.training.quantise import PAIR, quantise, quantise_blocks, quantise_pairs, quantise_rows

WIDTH, HEIGHT, WORDS = 64, 96, 80
RANDOM = np.random.default_rng(0)
TABLE = RANDOM.standard_normal((WORDS, WIDTH)).astype(np.float32)
SPREAD = np.ones(WIDTH, np.float32)
SPREAD[[3, 40]] = 200  # channels far larger than the others
LEFT, RIGHT = (RANDOM.standard_normal((WIDTH, HEIGHT)).astype(np.float32) / 8 for _ in range(2))
IDS = RANDOM.integers(0, WORDS, (1, 50))


def network(*more: onnx.NodeProto) -> onnx.ModelProto:
    """Looks words up, spreads their channels, and multiplies them with two matrices."""
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["looked"]),
        helper.make_node("Mul", ["looked", "spread"], ["states"]),
        helper.make_node("MatMul", ["states", "left"], ["one"]),
        helper.make_node("MatMul", ["states", "right"], ["two"]),
        helper.make_node("Add", ["one", "two"], ["out"]),
        *more,
    ]
    tensors = {"table": TABLE, "spread": SPREAD, "left": LEFT, "right": RIGHT}
    made = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, "n", HEIGHT])],
        [numpy_helper.from_array(values, name) for name, values in tensors.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def run(model: onnx.ModelProto) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found: NDArray[np.float32] = session.run(None, {"ids": IDS})[0]
    return found


def test_products_and_lookups_are_of_integers_and_give_about_the_same() -> None:
    expected = run(network())
    made = quantise(network(), [{"ids": IDS}])
    kinds = [node.op_type for node in made.graph.node]
    assert kinds.count("MatMulInteger") == 2
    assert kinds.count("DynamicQuantizeLinear") == 1, "both products read the same integers"
    large = [i for i in made.graph.initializer if i.data_type == TensorProto.FLOAT and np.prod(i.dims) > 2000]
    assert not large
    difference = np.abs(run(made) - expected).mean() / np.abs(expected).mean()
    assert difference < 0.01


def test_without_the_large_channels_apart_it_would_be_far_less_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(network())
    difference = np.abs(run(quantise(network(), [{"ids": IDS}])) - expected).mean()
    monkeypatch.setattr("pipeline.training.quantise.OUTLIERS", 0)
    monkeypatch.setattr("pipeline.training.quantise.SMOOTHING", 0.0)
    assert np.abs(run(quantise(network(), [{"ids": IDS}])) - expected).mean() > 3 * difference


def test_blocks_give_about_the_same_and_rows_do_not_depend_on_one_another() -> None:
    expected = run(network())
    made = quantise_blocks(network())
    assert [node.op_type for node in made.graph.node].count("MatMulNBits") == 2
    found = run(made)
    assert np.abs(found - expected).mean() / np.abs(expected).mean() < 0.03
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    (alone,) = session.run(None, {"ids": IDS[:, :3]})
    np.testing.assert_allclose(alone, found[:, :3], rtol=1e-5, atol=1e-4)


def test_a_matrix_that_something_else_reads_as_well_stays() -> None:
    model = network(helper.make_node("Transpose", ["left"], ["turned"]))
    model.graph.output.append(helper.make_tensor_value_info("turned", TensorProto.FLOAT, [HEIGHT, WIDTH]))
    made = quantise(model, [{"ids": IDS}])
    assert "left" in {i.name for i in made.graph.initializer}
    run(made)


def test_quantised_rows_are_within_half_a_step() -> None:
    values = RANDOM.standard_normal((5, 40)).astype(np.float32)
    for axis in (0, 1):
        integers, scales = quantise_rows(values, axis)
        shaped = scales[:, None] if axis == 0 else scales
        assert np.abs(integers * shaped - values).max() <= scales.max() / 2 + 1e-6


@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 8.0]))
def test_two_products_never_overflow_16_bits(rows: int, seed: int, tail: float) -> None:
    values = (np.random.default_rng(seed).standard_normal((rows, 7)) ** 3 * tail).astype(np.float32)
    integers, scales = quantise_pairs(values)
    assert np.abs(integers * scales - values).max() <= scales.max() / 2 + 1e-6
    wide = np.pad(integers.astype(int), ((0, rows % 2), (0, 0)))
    for sign in (1, -1):
        same = np.maximum(sign * wide, 0)
        assert (same[::2] + same[1::2]).max() <= PAIR
    assert 255 * PAIR < 2**15
