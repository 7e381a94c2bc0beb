"""A trained tagger to the folder `jianbao run` loads: `model.onnx` with int8 weights, tokenizer, labels, thresholds.

Matrices are stored as int8 with one scale per row of an embedding and per output of a linear layer, and expanded to
float32 when the session starts: the file is a quarter of its size, the arithmetic stays float.
"""

import json
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from transformers import PreTrainedModel

from pipeline.artefacts import TAGGER_FILE, TaggerCard
from pipeline.errors import ModelError

SMALLEST = 4096
OPSET = 18


class _Logits(torch.nn.Module):
    """The model as a function of token ids only: one unpadded window needs no mask."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=input_ids).logits
        return logits


@torch.no_grad()
def scale_classifier(model: PreTrainedModel, slopes: NDArray[np.float32], offsets: NDArray[np.float32]) -> None:
    """Makes the linear classifier give ``slope * logit + offset`` for each topic, in place."""
    classifier = model.classifier
    if not isinstance(classifier, torch.nn.Linear):
        raise ModelError("only a linear classifier can be calibrated")
    classifier.weight.mul_(torch.from_numpy(slopes)[:, None])
    classifier.bias.mul_(torch.from_numpy(slopes)).add_(torch.from_numpy(offsets))


def to_onnx(model: PreTrainedModel, limit: int) -> onnx.ModelProto:
    """The ONNX graph of a token classifier: `input_ids` (1, tokens) int64 to `logits` (1, tokens, topics) float32."""
    tokens = torch.export.Dim("tokens", min=2, max=limit)
    example = torch.full((1, min(16, limit)), 5)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Logits(model),
            (example,),
            dynamo=True,
            dynamic_shapes={"input_ids": {1: tokens}},
            input_names=["input_ids"],
            output_names=["logits"],
            opset_version=OPSET,
            verbose=False,
        )
        path = Path(folder) / "model.onnx"
        if program is None:
            raise ModelError("torch could not export the model to ONNX")
        program.save(str(path))
        return onnx.load(str(path))


def quantise_rows(values: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8 with one scale per index of `axis`: the integers and the scales; 0 stays 0."""
    others = tuple(i for i in range(values.ndim) if i != axis)
    scales = np.maximum(np.abs(values).max(axis=others), 1e-12) / 127
    shape = [-1 if i == axis else 1 for i in range(values.ndim)]
    return np.rint(values / scales.reshape(shape)).astype(np.int8), scales.astype(np.float32)


def pack_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replaces every large float matrix by int8 values and a DequantizeLinear node, in place."""
    graph = model.graph
    gathered = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    nodes, kept = [], []
    for initializer in graph.initializer:
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < SMALLEST:
            kept.append(initializer)
            continue
        axis = 0 if initializer.name in gathered else values.ndim - 1
        integers, scales = quantise_rows(values, axis)
        name = initializer.name
        kept += [numpy_helper.from_array(integers, name + "_int8"), numpy_helper.from_array(scales, name + "_scale")]
        nodes.append(helper.make_node("DequantizeLinear", [name + "_int8", name + "_scale"], [name], axis=axis))
    body = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*nodes, *body])
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    return model


def export_tagger(model: PreTrainedModel, tokenizer: Path, card: TaggerCard, output: Path) -> None:
    """Writes the model folder; the files of an earlier one are replaced only when all are ready.

    Args:
        model: A token classifier with one label per topic.
        tokenizer: The encoder's `tokenizer.json`.
        card: Topics, thresholds, window and figures.
        output: The folder.
    """
    output.mkdir(parents=True, exist_ok=True)
    packed = pack_weights(to_onnx(model, card.limit))
    with tempfile.TemporaryDirectory(dir=output) as folder:
        onnx.save(packed, str(Path(folder) / "model.onnx"))
        shutil.copyfile(tokenizer, Path(folder) / "tokenizer.json")
        (Path(folder) / TAGGER_FILE).write_text(
            json.dumps(card.model_dump(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        for name in ("model.onnx", "tokenizer.json", TAGGER_FILE):
            (Path(folder) / name).replace(output / name)
