"""A float graph to one that multiplies 8-bit integers, about as exact and faster wherever processors have such products.

Activations of these models have a few channels far larger than the others, which leave a common scale of 8 bits no room.
So the largest channels of each product, as seen on samples, are multiplied apart in float (Dettmers et al. 2022,
LLM.int8(), https://arxiv.org/abs/2208.07339), and what remains is evened out by factors moved into the weights (Xiao et
al. 2022, SmoothQuant, https://arxiv.org/abs/2211.10438). Activations get their scale when the graph runs.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

SMALLEST = 4096  # values; smaller tensors stay float
OUTLIERS = 16  # channels of a product that stay float
SMOOTHING = 0.65  # exponent of the activations in the factors
# Two products are added up in 16 bits on x86 processors without VNNI: 255 * 128 fits.
PAIR = 128
BLOCK = 32
CONTRIBUTED = "com.microsoft"
Sample = Mapping[str, NDArray[np.generic]]


def quantise(model: onnx.ModelProto, samples: Sequence[Sample]) -> onnx.ModelProto:
    """Turns products with large constant matrices into integer ones, and keeps the tables that are looked up in int8.

    Args:
        model: A float graph as torch exports it; it is changed in place.
        samples: Inputs to run it on, to see how large its activations get.

    Returns:
        The same model. Matrices that other nodes read stay as they are.
    """
    products, lookups = _weights(model.graph)
    largest = _largest(model, [node.input[0] for node in products], samples) if products else {}
    tensors = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    added: list[TensorProto] = []
    nodes: list[NodeProto] = []
    smoothed: dict[str, tuple[NDArray[np.float32], NDArray[np.int64]]] = {}
    outputs = {node.output[0] for node in (*products, *lookups)}
    groups = defaultdict(list)
    for node in products:
        groups[node.input[0]].append(tensors[node.input[1]])
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.output[0] in outputs:
            source = node.input[0]
            if source not in smoothed:
                smoothed[source] = _factors(largest[source], groups[source])
                nodes += _integers(source, *smoothed[source], added)
            nodes += _product(node, tensors[node.input[1]], *smoothed[source], added)
        elif node.output[0] in outputs:
            nodes += _lookup(node, tensors[node.input[0]], added)
        else:
            nodes.append(node)
    return _with(model, nodes, added)


def _with(model: onnx.ModelProto, nodes: Sequence[NodeProto], added: Sequence[TensorProto]) -> onnx.ModelProto:
    """The model with other nodes, new tensors, and of its own those that are still used."""
    used = {name for node in nodes for name in node.input}
    kept = [i for i in model.graph.initializer if i.name in used]
    unique = {tensor.name: tensor for tensor in [*kept, *added]}
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(unique.values())
    return model


def quantise_blocks(model: onnx.ModelProto) -> onnx.ModelProto:
    """Turns products with large constant matrices into ones with blocks of 8-bit integers, and keeps tables in int8.

    For a few rows at a time. Each row of activations is rounded by itself, block by block, so that rows do not depend on
    one another; for many rows it is no faster than float. The model is changed in place.
    """
    products, lookups = _weights(model.graph)
    tensors = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    outputs = {node.output[0] for node in (*products, *lookups)}
    added: list[TensorProto] = []
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        if node.output[0] not in outputs:
            nodes.append(node)
        elif node.op_type == "Gather":
            nodes += _lookup(node, tensors[node.input[0]], added)
        else:
            nodes.append(_blocks(node, tensors[node.input[1]], added))
    model.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))
    return _with(model, nodes, added)


def _blocks(node: NodeProto, weight: NDArray[np.float32], added: list[TensorProto]) -> NodeProto:
    output = node.output[0]
    rows, columns = weight.shape
    padded = np.pad(weight, ((0, -rows % BLOCK), (0, 0))).T.reshape(columns, -1, BLOCK)
    scales = np.maximum(np.abs(padded).max(axis=2), 1e-12) / 127
    integers = np.rint(padded / scales[..., None]) + 128  # 128 stands for 0
    added += [
        numpy_helper.from_array(integers.astype(np.uint8), f"{output}/weight"),
        numpy_helper.from_array(scales.astype(np.float32), f"{output}/steps"),
    ]
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], f"{output}/weight", f"{output}/steps"],
        [output],
        domain=CONTRIBUTED,
        K=rows,
        N=columns,
        bits=8,
        block_size=BLOCK,
        accuracy_level=4,  # the activations as int8
    )


def quantise_rows(values: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8 with one scale per index of `axis`: the integers and the scales; 0 stays 0."""
    others = tuple(i for i in range(values.ndim) if i != axis)
    scales = np.maximum(np.abs(values).max(axis=others), 1e-12) / 127
    shape = [-1 if i == axis else 1 for i in range(values.ndim)]
    return np.rint(values / scales.reshape(shape)).astype(np.int8), scales.astype(np.float32)


def quantise_pairs(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """As `quantise_rows` along the columns of a matrix, with scales so large that two rows together never overflow.

    Rows 2i and 2i + 1 of one sign add up to at most `PAIR` in any column.
    """
    padded = np.pad(values, ((0, len(values) % 2), (0, 0)))
    positive, negative = np.maximum(padded, 0), np.maximum(-padded, 0)
    pairs = np.maximum(positive[::2] + positive[1::2], negative[::2] + negative[1::2]).max(axis=0)
    # Rounding may add half a step to each of the two.
    scales = np.maximum(np.maximum(np.abs(values).max(axis=0) / 127, pairs / (PAIR - 1)), 1e-12)
    return np.rint(values / scales).astype(np.int8), scales.astype(np.float32)


def _weights(graph: onnx.GraphProto) -> tuple[list[NodeProto], list[NodeProto]]:
    """Products with a large constant matrix on the right, and lookups in a large constant matrix."""
    large = {
        i.name
        for i in graph.initializer
        if i.data_type == TensorProto.FLOAT and len(i.dims) == 2 and _size(i) >= SMALLEST
    }
    products = [n for n in graph.node if n.op_type == "MatMul" and n.input[1] in large and n.input[0] not in large]
    lookups = [n for n in graph.node if n.op_type == "Gather" and n.input[0] in large and _axis(n) == 0]
    return products, lookups


def _size(tensor: TensorProto) -> int:
    return int(np.prod(tensor.dims))


def _axis(node: NodeProto) -> int:
    return next((int(a.i) for a in node.attribute if a.name == "axis"), 0)


def _largest(model: onnx.ModelProto, names: Sequence[str], samples: Sequence[Sample]) -> dict[str, NDArray[np.float32]]:
    """The largest absolute value that each channel (last axis) of some values has over the samples."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    for name in dict.fromkeys(names):
        probe.graph.node.append(helper.make_node("Abs", [name], [f"{name}/abs"]))
        probe.graph.output.append(helper.make_tensor_value_info(f"{name}/abs", TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found: dict[str, NDArray[np.float32]] = {}
    for sample in samples:
        for name, values in zip(dict.fromkeys(names), session.run(None, dict(sample)), strict=True):
            most = values.reshape(-1, values.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, most), most)
    return found


def _factors(
    largest: NDArray[np.float32], weights: Sequence[NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What each channel is divided by (infinity: it is left out) before it is rounded, and the channels left out."""
    rows = np.max([np.abs(w).max(axis=1) for w in weights], axis=0)
    factors = np.maximum(largest, 1e-5) ** SMOOTHING / np.maximum(rows, 1e-5) ** (1 - SMOOTHING)
    apart = np.sort(np.argsort(-largest)[:OUTLIERS])
    factors[apart] = np.inf
    return factors.astype(np.float32), apart.astype(np.int64)


def _integers(
    source: str, factors: NDArray[np.float32], apart: NDArray[np.int64], added: list[TensorProto]
) -> list[NodeProto]:
    added += [
        numpy_helper.from_array(1 / factors, f"{source}/shrink"),
        numpy_helper.from_array(apart, f"{source}/apart"),
    ]
    return [
        helper.make_node("Mul", [source, f"{source}/shrink"], [f"{source}/even"]),
        helper.make_node(
            "DynamicQuantizeLinear", [f"{source}/even"], [f"{source}/uint8", f"{source}/scale", f"{source}/zero"]
        ),
        helper.make_node("Gather", [source, f"{source}/apart"], [f"{source}/large"], axis=-1),
    ]


def _product(
    node: NodeProto,
    weight: NDArray[np.float32],
    factors: NDArray[np.float32],
    apart: NDArray[np.int64],
    added: list[TensorProto],
) -> list[NodeProto]:
    source, output = node.input[0], node.output[0]
    even = weight * np.where(np.isinf(factors), 0, factors)[:, None]
    integers, scales = quantise_pairs(even.astype(np.float32))
    added += [
        numpy_helper.from_array(integers, f"{output}/weight"),
        numpy_helper.from_array(scales, f"{output}/steps"),
        numpy_helper.from_array(np.zeros(len(scales), np.int8), f"{output}/zero"),
        numpy_helper.from_array(np.ascontiguousarray(weight[apart]), f"{output}/rows"),
    ]
    return [
        helper.make_node(
            "MatMulInteger",
            [f"{source}/uint8", f"{output}/weight", f"{source}/zero", f"{output}/zero"],
            [f"{output}/int32"],
        ),
        helper.make_node("Cast", [f"{output}/int32"], [f"{output}/float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{source}/scale", f"{output}/steps"], [f"{output}/scale"]),
        helper.make_node("Mul", [f"{output}/float", f"{output}/scale"], [f"{output}/even"]),
        helper.make_node("MatMul", [f"{source}/large", f"{output}/rows"], [f"{output}/large"]),
        helper.make_node("Add", [f"{output}/even", f"{output}/large"], [output]),
    ]


def _lookup(node: NodeProto, table: NDArray[np.float32], added: list[TensorProto]) -> list[NodeProto]:
    name, indices = node.input
    output = node.output[0]
    integers, scales = quantise_rows(table, axis=0)
    added += [
        numpy_helper.from_array(integers, f"{name}/int8"),
        numpy_helper.from_array(scales[:, None], f"{name}/scale"),
    ]
    return [
        helper.make_node("Gather", [f"{name}/int8", indices], [f"{output}/int8"]),
        helper.make_node("Gather", [f"{name}/scale", indices], [f"{output}/scale"]),
        helper.make_node("Cast", [f"{output}/int8"], [f"{output}/float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{output}/float", f"{output}/scale"], [output]),
    ]
