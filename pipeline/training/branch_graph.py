"""Graphs of a tagger and of a branch upon it: layers read back from integers, states shown, a branch exported."""

import re
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pipeline.errors import ModelError
from pipeline.tagging.onnx import SALIENCE, STATES
from pipeline.training.attention import fuse_attention
from pipeline.training.export import OPSET, pack_weights
from pipeline.training.quantise import quantise

LAYER = re.compile(r"(?:encoder\.layer|^layers)\.(?=\d+\.)")  # in the names of weights: of a BERT encoder, of a branch
HEAD = "head.bias"  # of a branch
NORMS = 2  # of a layer


def with_states(model: onnx.ModelProto, layers: int) -> onnx.ModelProto:
    """A copy of a tagger's graph that gives, beside its logits, the states after so many layers of its BERT encoder.

    Raises:
        ModelError: The graph has fewer.
    """
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    graph = shown.graph
    norms = [node.output[0] for node in graph.node if node.op_type == "LayerNormalization"]
    if not 0 < NORMS * layers < len(norms):  # the first is that of the embeddings
        raise ModelError(f"the tagger has no {layers} layers that end in a LayerNormalization, and one more")
    if STATES in norms:  # of a branch that was there before
        _rename(graph, STATES, f"{STATES}_{norms.index(STATES)}")
    wanted = norms[NORMS * layers]
    _rename(graph, f"{STATES}_{NORMS * layers}" if wanted == STATES else wanted, STATES)
    kept = [output for output in graph.output if output.name != STATES]
    del graph.output[:]
    graph.output.extend([*kept, helper.make_tensor_value_info(STATES, TensorProto.FLOAT, None)])
    return shown


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def layer_weights(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Weights of the layers of a tagger or a branch, as `training.quantise` and `pack_weights` stored them, by their names.

    The names begin with the number of the layer: `0.attention.self.query.weight`.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found = {name: values for name, values in stored.items() if LAYER.search(name)}  # biases and norms stay as they are
    products = {
        node.output[0].rpartition("/")[0]: _product(node, stored)
        for node in model.graph.node
        if node.op_type == "MatMulInteger"
    }
    for node in model.graph.node:
        if node.op_type == "Add" and node.input[0] in products and LAYER.search(node.input[1]):
            found[node.input[1].removesuffix("bias") + "weight"] = products[node.input[0]].T
    return {LAYER.split(name)[-1]: torch.tensor(np.array(values)) for name, values in found.items()}


def head_weights(model: onnx.ModelProto) -> torch.nn.Linear:
    """The last layer of a branch.

    Raises:
        ModelError: The graph is none of a branch.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    made = {node.output[0]: node for node in model.graph.node}
    sums = [node for node in model.graph.node if node.op_type == "Add" and node.input[1] == HEAD]
    if not sums or sums[0].input[0] not in made:
        raise ModelError("the branch has no last layer of its own")
    weight = torch.tensor(np.array(stored[made[sums[0].input[0]].input[1]])).T
    head = torch.nn.Linear(weight.shape[1], weight.shape[0])
    head.load_state_dict({"weight": weight, "bias": torch.tensor(np.array(stored[HEAD]))})
    return head


def _product(node: onnx.NodeProto, stored: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The float matrix of a product of integers, (inputs, outputs)."""
    source, output = (name.rpartition("/")[0] for name in (node.input[0], node.output[0]))
    shrink, apart = stored[f"{source}/shrink"], stored[f"{source}/apart"]
    matrix = stored[f"{output}/weight"].astype(np.float32) * stored[f"{output}/steps"] * shrink[:, None]
    rows = stored.get(f"{output}/rows")
    if rows is None:
        rows = stored[f"{output}/rows_int8"].astype(np.float32) * stored[f"{output}/rows_scale"]
    matrix[apart] = rows
    return np.asarray(matrix, np.float32)


def branch_to_onnx(
    branch: torch.nn.Module, width: int, limit: int, samples: Sequence[NDArray[np.float32]]
) -> onnx.ModelProto:
    """The graph of a branch, `states` (1, tokens, width) to `salience` (1, tokens, abstracts), with 8-bit weights.

    Args:
        branch: Gives logits of states.
        width: Numbers of a state.
        limit: The most tokens of a window.
        samples: States of some windows, (tokens, width), to see how large activations get.
    """
    tokens = torch.export.Dim("tokens", min=2, max=limit)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            branch,
            (torch.zeros(1, min(16, limit), width),),
            dynamo=True,
            dynamic_shapes={STATES: {1: tokens}},
            input_names=[STATES],
            output_names=[SALIENCE],
            opset_version=OPSET,
            verbose=False,
        )
        if program is None:
            raise ModelError("the branch cannot be exported to ONNX")
        program.save(str(Path(folder) / "branch.onnx"))
        graph = onnx.load(str(Path(folder) / "branch.onnx"))
    graph = fuse_attention(graph, {STATES: np.zeros((1, limit, width), np.float32)})
    return pack_weights(quantise(graph, [{STATES: one[None]} for one in samples]))
