"""A tagger's graph that also tells salience: its layers are read back from it, and a branch of layers is set upon one of them.

A branch shares the first layers of the tagger and computes some of its own, so that two readings of a document cost
little more than one.
"""

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper

from pipeline.errors import ModelError
from pipeline.tagging.onnx import LOGITS, SALIENCE
from pipeline.training.export import OPSET, pack_weights
from pipeline.training.quantise import quantise

STATES = "states"  # input of a branch
PREFIX = "branch/"
INPUT = "input_ids"
LAYER = "encoder.layer."  # in the names of a BERT encoder's weights
NORMS = 2  # of a layer


def states_after(graph: onnx.GraphProto, layers: int) -> str:
    """The name of the states after so many layers of a BERT encoder.

    Raises:
        ModelError: The graph has fewer.
    """
    norms = [node for node in graph.node if node.op_type == "LayerNormalization"]
    norms = [node for node in norms if not node.output[0].startswith(PREFIX)]
    if not 0 < NORMS * layers < len(norms):  # the first is that of the embeddings
        raise ModelError(f"the tagger has fewer than {layers} layers that end in a LayerNormalization")
    return str(norms[NORMS * layers].output[0])


def with_output(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """A copy of a graph that gives some of its inner values as well."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    shown.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return shown


def without_branch(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of a graph without the branch that an earlier training set upon it."""
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    graph = bare.graph
    for items in (graph.node, graph.initializer, graph.output, graph.value_info):
        kept = [item for item in items if not _of_branch(item)]
        del items[:]
        items.extend(kept)
    return bare


def _of_branch(item: onnx.NodeProto | onnx.TensorProto | onnx.ValueInfoProto) -> bool:
    names = [*item.output] if isinstance(item, onnx.NodeProto) else [item.name]
    return any(name.startswith(PREFIX) or name == SALIENCE for name in names)


def layer_weights(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Weights of the layers of a BERT encoder, as `training.quantise` and `pack_weights` stored them, by their names in it.

    The names begin with the number of the layer: `0.attention.self.query.weight`.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found = {name: values for name, values in stored.items() if LAYER in name}  # biases and norms stay as they are
    products = {
        node.output[0].rpartition("/")[0]: _product(node, stored)
        for node in model.graph.node
        if node.op_type == "MatMulInteger"
    }
    for node in model.graph.node:
        if node.op_type == "Add" and node.input[0] in products and LAYER in node.input[1]:
            found[node.input[1].removesuffix("bias") + "weight"] = products[node.input[0]].T
    return {name.partition(LAYER)[2]: torch.tensor(np.array(values)) for name, values in found.items()}


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
    return pack_weights(quantise(graph, [{STATES: one[None]} for one in samples]))


def with_branch(tagger: onnx.ModelProto, branch: onnx.ModelProto, layers: int) -> onnx.ModelProto:
    """The tagger's graph with a branch upon the states after so many of its layers: a second output, `salience`."""
    at = states_after(tagger.graph, layers)
    named = compose.add_prefix(branch, PREFIX)
    named.ir_version = tagger.ir_version
    both = compose.merge_models(
        with_output(tagger, at),
        named,
        io_map=[(at, PREFIX + STATES)],
        outputs=[LOGITS, PREFIX + SALIENCE],
    )
    for node in both.graph.node:
        for i, name in enumerate(node.output):
            if name == PREFIX + SALIENCE:
                node.output[i] = SALIENCE
    both.graph.output[1].name = SALIENCE
    return both
