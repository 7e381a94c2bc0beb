"""What the machine can do in matrix products, and what of it the tagger makes use of, for the benchmark."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from pipeline.artefacts import load_tagger_card
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.onnx import OnnxTagger

SIDE = 1024  # of the square matrices multiplied
PRODUCTS = 20
FULL = 0.97  # of the tokens a window has room for


def timed(run: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def integer_product() -> float:
    """Operations per second of one MatMulInteger by onnxruntime, unsigned by signed bytes."""
    draw = np.random.default_rng(1)
    right = draw.integers(-64, 64, (SIDE, SIDE), np.int8)
    left = draw.integers(0, 256, (SIDE, SIDE), np.uint8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, [SIDE, SIDE])],
        [helper.make_tensor_value_info("product", TensorProto.INT32, [SIDE, SIDE])],
        [numpy_helper.from_array(right, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return _rate(lambda: session.run(None, {"left": left}))


def float_products() -> dict[str, float]:
    """Operations per second of one product by torch, by precision."""
    import torch

    from pipeline.training.tagger import computes_bf16

    kinds = {"fp32": torch.float32} | ({"bf16": torch.bfloat16} if computes_bf16() else {})
    matrices = {name: torch.randn(SIDE, SIDE).to(kind) for name, kind in kinds.items()}
    return {name: _rate(lambda m=matrix: m @ m) for name, matrix in matrices.items()}  # type: ignore[misc]


def _rate(multiply: Callable[[], object]) -> float:
    return 2 * SIDE**3 / min(timed(multiply) for _ in range(PRODUCTS))


def dense_weights(model: Path) -> tuple[str, int]:
    """The precision in which a graph multiplies by most of its constant matrices, and the numbers in these matrices."""
    graph = onnx.load(str(model)).graph
    sizes = {tensor.name: math.prod(tensor.dims) for tensor in graph.initializer}
    sizes |= {n.output[0]: sizes.get(n.input[0], 0) for n in graph.node if n.op_type == "DequantizeLinear"}
    kinds = {"int8": "MatMulInteger", "fp32": "MatMul"}
    found = {
        precision: sum(sizes.get(node.input[1], 0) for node in graph.node if node.op_type == kind)
        for precision, kind in kinds.items()
    }
    return max(found.items(), key=lambda item: item[1])


def token_rates(
    folder: Path, documents: Sequence[Sequence[str]], limits: dict[str, float], repeats: int
) -> dict[str, Any]:
    """Tokens per second of a tagger beside the limit: two operations per token and weight of the dense layers.

    Attention's own products, a fifth more in a full window, are not counted.

    Args:
        folder: The tagger.
        documents: The sentences of each document.
        limits: Operations per second by precision.
        repeats: How often each is measured; the median counts.
    """
    card = load_tagger_card(folder)
    tagger, encode = OnnxTagger(folder), WindowEncoder.from_folder(folder, card.window)
    precision, weights = dense_weights(folder / "model.onnx")
    limit = limits[precision] / (2 * weights)
    window = _full_window([text for texts in documents for text in texts], encode, FULL * card.window.limit)
    found: dict[str, Any] = {"precision": precision, "weights": weights, "limit": limit}
    for name, texts in (("window", [window]), ("documents", documents)):
        computed = needed = 0
        for one in texts:
            units, windows = encode(one)
            needed += sum(len(unit.tokens) for unit in units)
            computed += sum(len(w.tokens) for w in windows if len(w.owned))
        seconds = [timed(lambda texts=texts: [tagger.score(one) for one in texts]) for _ in range(repeats + 1)]  # type: ignore[misc]
        rate = computed / float(np.median(seconds[1:]))
        found[name] = {"tokens": computed, "needed": needed, "per_second": rate, "share": rate / limit}
    return found


def _full_window(texts: Sequence[str], encode: WindowEncoder, least: float) -> list[str]:
    """The first run of sentences that fills a window."""
    for start in range(len(texts)):
        for end in range(start + 1, len(texts) + 1):
            windows = encode(texts[start:end])[1]
            if len(windows) > 1:
                break
            if len(windows[0].tokens) >= least:
                return list(texts[start:end])
    raise ValueError("no sentences that fill a window: take more documents")
