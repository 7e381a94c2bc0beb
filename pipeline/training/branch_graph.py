"""Graphs of a tagger and of a branch upon it: states shown, layers read back, a branch exported."""

import re
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from pipeline.errors import ModelError
from pipeline.tagging.onnx import SALIENCE, STATES
from pipeline.training.attention import fuse_attention
from pipeline.training.export import OPSET, pack_weights
from pipeline.training.quantise import quantise
from pipeline.training.stored import stored_weights

LAYER = re.compile(r"(?:encoder\.layer|^layers)\.(?=\d+\.)")  # in the names of weights: of a BERT encoder, of a branch
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


def shown_layers(model: onnx.ModelProto) -> int:
    """After how many layers of a tagger the states are that its graph gives; 0 if it gives none."""
    norms = [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]
    return norms.index(STATES) // NORMS if STATES in norms else 0


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def layer_weights(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Weights of the layers of a tagger or a branch (see `training.stored`), by their names.

    The names begin with the number of the layer: `0.attention.self.query.weight`.
    """
    return {LAYER.split(name)[-1]: values for name, values in stored_weights(model).items() if LAYER.search(name)}


def head_weights(model: onnx.ModelProto) -> torch.nn.Linear:
    """The last layer of a branch.

    Raises:
        ModelError: The graph is none of a branch.
    """
    stored = stored_weights(model)
    if not {"head.weight", "head.bias"} <= set(stored):
        raise ModelError("the branch has no last layer of its own")
    head = torch.nn.Linear(stored["head.weight"].shape[1], stored["head.weight"].shape[0])
    head.load_state_dict({name: stored[f"head.{name}"] for name in ("weight", "bias")})
    return head


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
