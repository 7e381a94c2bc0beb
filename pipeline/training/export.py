"""A trained tagger to a folder `jianbao run` loads: weights, tokenizer, labels, thresholds.

Weights are `model.onnx`, run without torch, or a Hugging Face model. In the graph, matrices are stored as int8 with one
scale per row of an embedding and per output of a linear layer, and expanded to float32 when the session starts: the file
is a quarter of its size, the arithmetic stays float.
"""

import json
import tempfile
import warnings
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

GRAPH_FILE, WEIGHTS_FILE = "model.onnx", "model.safetensors"
SMALLEST = 4096
OPSET = 18
LARGEST_DIFFERENCE = 0.1


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
        path = Path(folder) / GRAPH_FILE
        if program is None:
            raise ModelError(f"{type(model).__name__} cannot be exported to ONNX")
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


def check_graph(model: PreTrainedModel, path: Path, limit: int) -> None:
    """Runs the exported graph beside the model, on short and on full windows of arbitrary tokens.

    Raises:
        ModelError: Their probabilities differ by more than the rounding of the weights explains.
    """
    tokens = np.random.default_rng(0).integers(0, model.config.vocab_size, (1, limit))
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for length in (limit, 3):
            (found,) = session.run(None, {"input_ids": tokens[:, :length]})
            with torch.no_grad():
                expected = model(input_ids=torch.from_numpy(tokens[:, :length])).logits.numpy()
            difference = float(np.abs(sigmoid(found) - sigmoid(expected)).max())
            if difference > LARGEST_DIFFERENCE:
                raise ModelError(f"the exported graph differs from the model by {difference:.2f} on {length} tokens")
    except RuntimeError as error:  # onnxruntime's errors derive from it
        raise ModelError(f"onnxruntime cannot run the exported graph: {' '.join(str(error).split())}") from error


def export_onnx(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, card: TaggerCard, folder: Path) -> None:
    """Writes what a tagger of kind onnx needs.

    Args:
        model: A token classifier with one label per topic.
        tokenizer: The encoder's.
        card: Topics, thresholds, window and figures.
        folder: An existing folder.

    Raises:
        ModelError: The model cannot be exported.
    """
    onnx.save(pack_weights(to_onnx(model, card.limit)), str(folder / GRAPH_FILE))
    check_graph(model, folder / GRAPH_FILE, card.limit)
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
    for name in {GRAPH_FILE, WEIGHTS_FILE} - names:
        (output / name).unlink(missing_ok=True)
