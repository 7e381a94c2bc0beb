"""Weights read back from graphs, so that what ships as integers can be trained on."""

from collections.abc import Mapping

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

Tensors = Mapping[str, NDArray[np.float32]]
TABLE, STEPS = "/int8", "/scale"  # what `quantise` makes of a table that is looked up


def stored_weights(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Float weights of a graph as `training.quantise` and `pack_weights` stored them, by the names they had in the module.

    The weight of a linear layer is found by its bias. What was stored as integers comes back as the integers have it.

    Args:
        model: A graph, with the tensors that lie in a file beside it.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            stored[node.output[0]] = _matrix(node, stored)
    for name in [name for name in stored if name.endswith(TABLE)]:
        table = name.removesuffix(TABLE)
        stored[table] = stored[name] * stored[table + STEPS]
    products = {}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            products[node.output[0].rpartition("/")[0]] = _product(node, stored)
        elif node.op_type == "MatMul" and node.input[1] in stored:
            products[node.output[0]] = stored[node.input[1]]
    for node in model.graph.node:
        if node.op_type == "Add" and node.input[0] in products and node.input[1].endswith(".bias"):
            stored[node.input[1].removesuffix("bias") + "weight"] = products[node.input[0]].T
    return {name: torch.tensor(values) for name, values in stored.items() if values.dtype == np.float32}


def _matrix(node: NodeProto, stored: Tensors) -> NDArray[np.float32]:
    """What `pack_weights` stored as integers, with one scale for each index of an axis."""
    integers, scales = stored[node.input[0]], stored[node.input[1]]
    axis = next((helper.get_attribute_value(a) for a in node.attribute if a.name == "axis"), 1)
    shape = [-1 if i == axis else 1 for i in range(integers.ndim)]
    return np.asarray(integers * scales.reshape(shape), np.float32)


def _product(node: NodeProto, stored: Tensors) -> NDArray[np.float32]:
    """The float matrix of a product of integers, (inputs, outputs)."""
    source, output = (name.rpartition("/")[0] for name in (node.input[0], node.output[0]))
    shrink, apart = stored[f"{source}/shrink"], stored[f"{source}/apart"]
    matrix = stored[f"{output}/weight"].astype(np.float32) * stored[f"{output}/steps"] * shrink[:, None]
    matrix[apart] = stored[f"{output}/rows"]
    return np.asarray(matrix, np.float32)
