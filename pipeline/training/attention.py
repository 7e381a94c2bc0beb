"""Attention as onnxruntime computes it fastest on processors: `MultiHeadAttention` over whole rows, block by block.

ONNX's own operator wants heads apart and writes all weights of a window to memory; this one takes queries, keys and values
as the layers give them and keeps a block of the weights at a time (Dao et al. 2022, FlashAttention,
https://arxiv.org/abs/2205.14135).
"""

from collections import defaultdict

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from pipeline.training.quantise import CONTRIBUTED, Sample

APART = [0, 2, 1, 3]  # (batch, tokens, heads, width) to (batch, heads, tokens, width) and back


def fuse_attention(model: onnx.ModelProto, longest: Sample) -> onnx.ModelProto:
    """Replaces every attention that sees the whole window, in place; where a mask hides something it stays as it is.

    Args:
        model: A graph.
        longest: Inputs for it, as long as they can be: those show what masks hide.
    """
    graph = model.graph
    made_by = {output: node for node in graph.node for output in node.output}
    used_by = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            used_by[name].append(node)
    constants = {tensor.name: tensor for tensor in graph.initializer}
    fused: dict[str, NodeProto] = {}
    for node in graph.node:
        if node.op_type != "Attention" or len(node.output) != 1 or len(node.input) > 4:
            continue
        rows = [row for name in node.input[:3] if (row := _apart(made_by, name)) is not None]
        joined = _joined(used_by, node.output[0])
        shapes = [constants[row.input[1]] for row in rows if row.input[1] in constants]
        heads = {int(numpy_helper.to_array(shape)[2]) for shape in shapes}
        if joined is not None and len(shapes) == 3 and len(heads) == 1:
            scale = {a.name: a.f for a in node.attribute if a.name == "scale"}
            fused[node.output[0]] = helper.make_node(
                "MultiHeadAttention",
                [row.input[0] for row in rows],
                [joined],
                domain=CONTRIBUTED,
                num_heads=heads.pop(),
                **scale,
            )
    masks = {name for node in graph.node if node.op_type == "Attention" for name in node.input[3:] if name}
    hiding = _hiding(model, masks, longest)
    fused = {name: node for name, node in fused.items() if not set(made_by[name].input[3:]) & hiding}
    if fused:
        _replace(model, fused)
    return model


def _apart(made_by: dict[str, NodeProto], name: str) -> NodeProto | None:
    """The Reshape that took heads apart, if that is how a value came about."""
    turned = made_by.get(name)
    if turned is None or turned.op_type != "Transpose" or list(turned.attribute[0].ints) != APART:
        return None
    shaped = made_by.get(turned.input[0])
    return shaped if shaped is not None and shaped.op_type == "Reshape" else None


def _joined(used_by: dict[str, list[NodeProto]], name: str) -> str | None:
    """What a value is called after its heads are joined, if that is all that becomes of it."""
    for kind in ("Transpose", "Reshape"):
        users = used_by[name]
        if len(users) != 1 or users[0].op_type != kind:
            return None
        name = users[0].output[0]
    return name


def _hiding(model: onnx.ModelProto, masks: set[str], longest: Sample) -> set[str]:
    """Those of some masks that hide something of long inputs."""
    if not masks:
        return set()
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    names = sorted(masks)
    shown.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(shown.SerializeToString(), providers=["CPUExecutionProvider"])
    values = session.run(names, dict(longest))
    return {name for name, value in zip(names, values, strict=True) if not _all_seen(np.asarray(value))}


def _all_seen(mask: NDArray[np.generic]) -> bool:
    """Whether a mask, true where a token is seen or a number to add, hides nothing."""
    return bool(mask.all() if mask.dtype == np.bool_ else not mask.any())


def _replace(model: onnx.ModelProto, fused: dict[str, NodeProto]) -> None:
    """Puts the new nodes in their places and takes out what nothing needs any more."""
    graph = model.graph
    nodes = [fused.get(node.output[0], node) if node.op_type == "Attention" else node for node in graph.node]
    given = {name for node in fused.values() for name in node.output}
    nodes = [node for node in nodes if node in fused.values() or not given & set(node.output)]
    outputs = {output.name for output in graph.output}
    while True:
        used = outputs.union(*(node.input for node in nodes))
        kept = [node for node in nodes if used & set(node.output)]
        if len(kept) == len(nodes):
            break
        nodes = kept
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
    if all(imported.domain != CONTRIBUTED for imported in model.opset_import):
        model.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))
