"""A trained tagger to a folder `jianbao run` loads: weights, tokenizer, labels, thresholds.

Weights are `model.onnx`, run without torch, or a Hugging Face model. The graph's matrix products are those of 8-bit integers
(see `training.quantise`); its other large tensors are stored as int8 and expanded when the session starts.
"""

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.artefacts import TAGGER_FILE, TaggerCard
from pipeline.errors import ModelError
from pipeline.tagging.base import sigmoid
from pipeline.tagging.onnx import BRANCH, GRAPH, JOINTS
from pipeline.training.attention import fuse_attention
from pipeline.training.quantise import SMALLEST, quantise, quantise_rows

WEIGHTS_FILE = "model.safetensors"
OPSET = 23  # the first whose attention is one operator
LARGEST_DIFFERENCE = 0.05
CHECKED = 8  # windows


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
    """The ONNX graph of a token classifier: `input_ids` (1, tokens) int64 to `logits` (1, tokens, topics) float32.

    Raises:
        ModelError: torch cannot express the model as a graph.
    """
    tokens = torch.export.Dim("tokens", min=2, max=limit)
    example = torch.full((1, min(16, limit)), 5)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        try:
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
        except torch.onnx.OnnxExporterError as error:
            raise ModelError(
                f"{type(model).__name__} cannot be exported to ONNX: {str(error).splitlines()[0]}"
            ) from error
        path = Path(folder) / GRAPH
        if program is None:
            raise ModelError(f"{type(model).__name__} cannot be exported to ONNX")
        program.save(str(path))
        return onnx.load(str(path))


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


def check_graph(model: PreTrainedModel, path: Path, windows: Sequence[NDArray[np.int64]]) -> None:
    """Runs the exported graph beside the model.

    Raises:
        ModelError: Their probabilities differ by more on average than rounding explains.
    """
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for tokens in windows:
            (found,) = session.run(None, {"input_ids": tokens[None]})
            with torch.no_grad():
                expected = model(input_ids=torch.from_numpy(tokens[None])).logits.numpy()
            difference = float(np.abs(sigmoid(found) - sigmoid(expected)).mean())
            if difference > LARGEST_DIFFERENCE:
                raise ModelError(f"the exported graph differs from the model by {difference:.2f}")
    except RuntimeError as error:  # onnxruntime's errors derive from it
        raise ModelError(f"onnxruntime cannot run the exported graph: {' '.join(str(error).split())}") from error


def export_onnx(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    card: TaggerCard,
    folder: Path,
    windows: Sequence[NDArray[np.int64]],
) -> None:
    """Writes what a tagger of kind onnx needs.

    Args:
        model: A token classifier with one label per topic.
        tokenizer: The encoder's.
        card: Topics, thresholds, window and figures.
        folder: An existing folder.
        windows: Token ids of some windows, to see how large activations get.

    Raises:
        ModelError: The model cannot be exported.
    """
    graph = fuse_attention(to_onnx(model, card.limit), {"input_ids": np.full((1, card.limit), 5, np.int64)})
    graph = quantise(graph, [{"input_ids": tokens[None]} for tokens in windows])
    onnx.save(pack_weights(graph), str(folder / GRAPH))
    check_graph(model, folder / GRAPH, [*windows[:CHECKED], windows[0][:3]])
    tokenizer.save_pretrained(folder)
    write_card(card, folder)


def export_transformer(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, card: TaggerCard, folder: Path
) -> None:
    """Writes what a tagger of kind transformer needs: a Hugging Face folder (safetensors) with `tagger.json`."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    write_card(card, folder)


def write_card(card: TaggerCard, folder: Path) -> None:
    """Writes `tagger.json`."""
    text = json.dumps(card.model_dump(), ensure_ascii=False, indent=2) + "\n"
    (folder / TAGGER_FILE).write_text(text, encoding="utf-8")


def publish(made: Path, output: Path) -> None:
    """Moves the files of a finished folder into `output`; what an earlier run exported and this one did not goes away."""
    output.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in made.iterdir()}
    for name in names:
        (made / name).replace(output / name)
    for name in {GRAPH, WEIGHTS_FILE, BRANCH, JOINTS} - names:
        (output / name).unlink(missing_ok=True)
