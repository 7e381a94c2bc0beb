"""A trained pointer-generator to two ONNX graphs, `reader.onnx` and `writer.onnx`, a file of the tables both look up, and back.

The reader takes a source once and gives the decoder's memory and its first step; the writer takes one more token of every beam.
"""

import json
import shutil
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx.external_data_helper import set_external_data
from tokenizers import Tokenizer
from torch import Tensor

from pipeline.artefacts import require_file
from pipeline.errors import ModelError
from pipeline.summarizing.pointer import CARD, READER, TABLES, TOKENIZER, WRITER, special_ids
from pipeline.training.export import OPSET, pack_weights
from pipeline.training.pointer import Memory, PointerConfig, PointerGenerator
from pipeline.training.quantise import Sample, quantise, quantise_blocks
from pipeline.training.stored import stored_weights

LARGE = 1 << 20  # bytes


class _Reader(torch.nn.Module):
    """`input_ids`, `copyable` (1, S) to the first distributions, copy keys, cross keys and values, and the past."""

    def __init__(self, model: PointerGenerator, first: int) -> None:
        super().__init__()
        self.model, self.first = model, first

    def forward(self, input_ids: Tensor, copyable: Tensor) -> tuple[Tensor, ...]:
        memory = self.model.remember(input_ids, torch.ones_like(input_ids), copyable)
        start = torch.full_like(input_ids[:, :1], self.first)
        generated, copied, past = self.model.decode(memory, start, self.model.empty_past(1))
        return (
            generated[:, -1], copied[:, -1], memory.copy_keys,
            torch.stack(memory.keys), torch.stack(memory.values),
            torch.stack([keys[:, None] for keys, _ in past]), torch.stack([values[:, None] for _, values in past]),
        )  # fmt: skip


class _Writer(torch.nn.Module):
    """One token of each of B beams of R sources, with memory (R, ...) and past (layers, R, B, heads, P, d)."""

    def __init__(self, model: PointerGenerator) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, tokens: Tensor, mask: Tensor, copyable: Tensor, copy_keys: Tensor, keys: Tensor, values: Tensor,
        past_keys: Tensor, past_values: Tensor,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        memory = Memory(
            copy_keys=copy_keys,
            copyable=copyable,
            mask=mask,
            keys=list(keys.unbind(0)),
            values=list(values.unbind(0)),
        )
        past = [(k.flatten(0, 1), v.flatten(0, 1)) for k, v in zip(past_keys, past_values, strict=True)]
        generated, copied, grown = self.model.decode(memory, tokens.reshape(-1, 1), past)
        rows = tokens.shape
        return (
            generated.reshape(*rows, -1), copied.reshape(*rows, -1),
            torch.stack([k.reshape(*rows, *k.shape[1:]) for k, _ in grown]),
            torch.stack([v.reshape(*rows, *v.shape[1:]) for _, v in grown]),
        )  # fmt: skip


def _graph(
    module: torch.nn.Module, inputs: dict[str, tuple[Tensor, dict[int, torch.export.Dim]]], outputs: list[str]
) -> onnx.ModelProto:
    """Exports a module; `inputs` gives for each argument an example and its dynamic dimensions."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module.eval(),
            tuple(example for example, _ in inputs.values()),
            dynamo=True,
            dynamic_shapes={name: sizes for name, (_, sizes) in inputs.items()},
            input_names=list(inputs),
            output_names=outputs,
            opset_version=OPSET,
            verbose=False,
        )
        if program is None:
            raise ModelError("torch could not export the summarizer to ONNX")
        path = Path(folder) / "model.onnx"
        program.save(str(path))
        return onnx.load(str(path))


def to_graphs(
    model: PointerGenerator, first: int, sources: Sequence[Sample]
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The reader's and the writer's graph, with products of 8-bit integers (see `training.quantise`).

    The reader's rows are many and of one text; the writer's are few and of several, and what one says must not change another.

    Args:
        model: A trained pointer-generator.
        first: Id of the token a target starts with.
        sources: Inputs of the reader, `input_ids` and `copyable`, to see how large activations get.
    """
    model.train(False)
    length = torch.export.Dim("source", min=4, max=model.encoder.config.max_position_embeddings)
    past = torch.export.Dim("past", min=1, max=model.config.target_positions - 1)
    beams, rows = torch.export.Dim("beams", min=1, max=64), torch.export.Dim("sources", min=1, max=1024)
    ids = torch.full((1, 12), 5)
    copyable = torch.ones_like(ids, dtype=torch.bool)
    layers, heads = model.config.decoder_layers, model.encoder.config.num_attention_heads
    size = model.encoder.config.hidden_size // heads
    memory = torch.zeros(layers, 2, heads, 12, size)
    before = torch.zeros(layers, 2, 3, heads, 7, size)
    mask = torch.ones(2, 12, dtype=torch.bool)
    reader = _graph(
        _Reader(model, first),
        {"input_ids": (ids, {1: length}), "copyable": (copyable, {1: length})},
        ["generated", "copied", "copy_keys", "keys", "values", "past_keys", "past_values"],
    )
    writer = _graph(
        _Writer(model),
        {
            "tokens": (torch.full((2, 3), 5), {0: rows, 1: beams}),
            "mask": (mask, {0: rows, 1: length}),
            "copyable": (mask.clone(), {0: rows, 1: length}),
            "copy_keys": (torch.zeros(2, 12, model.encoder.config.hidden_size), {0: rows, 1: length}),
            "keys": (memory, {1: rows, 3: length}),
            "values": (memory.clone(), {1: rows, 3: length}),
            "past_keys": (before, {1: rows, 2: beams, 4: past}),
            "past_values": (before.clone(), {1: rows, 2: beams, 4: past}),
        },
        ["generated", "copied", "past_keys_out", "past_values_out"],
    )
    return pack_weights(quantise(reader, sources)), pack_weights(quantise_blocks(writer))


def export_summarizer(model: PointerGenerator, tokenizer: Path, output: Path, sources: Sequence[Sample]) -> None:
    """Writes two graphs, the tables they share, `tokenizer.json` and `summarizer.json`; old files go only when all are ready.

    Args:
        model: A trained pointer-generator.
        tokenizer: Its `tokenizer.json`.
        output: The folder.
        sources: As for `to_graphs`.
    """
    first, _, _ = special_ids(Tokenizer.from_file(str(tokenizer)))
    output.mkdir(parents=True, exist_ok=True)
    reader, writer = to_graphs(model, first, sources)
    with tempfile.TemporaryDirectory(dir=output) as name:
        folder = Path(name)
        share_tables((reader, writer), folder / TABLES)
        onnx.save(reader, str(folder / READER))
        onnx.save(writer, str(folder / WRITER))
        shutil.copyfile(tokenizer, folder / TOKENIZER)
        card = {
            "frequent": model.config.frequent,
            "target_tokens": model.config.target_positions,
            "source_tokens": model.encoder.config.max_position_embeddings,
        }
        (folder / CARD).write_text(json.dumps(card) + "\n", encoding="utf-8")
        for file in (TABLES, READER, WRITER, TOKENIZER, CARD):
            (folder / file).replace(output / file)


def share_tables(graphs: Sequence[onnx.ModelProto], path: Path) -> None:
    """Moves the large tensors that several graphs have in common into one file beside them, in place (ONNX external data)."""
    holders: dict[bytes, list[onnx.TensorProto]] = defaultdict(list)
    for graph in graphs:
        for tensor in graph.graph.initializer:
            if len(tensor.raw_data) >= LARGE:
                holders[tensor.raw_data].append(tensor)
    with path.open("wb") as stream:
        for data, tensors in holders.items():
            if len(tensors) < 2:
                continue
            for tensor in tensors:
                set_external_data(tensor, path.name, offset=stream.tell(), length=len(data))
                tensor.ClearField("raw_data")
            stream.write(data)


def read_summarizer(folder: Path, encoder: Path) -> PointerGenerator:
    """The pointer-generator of an exported folder, to be trained on or saved as safetensors.

    The reader takes the first step and so has all weights, as exact as its integers; only positions stand in the writer.

    Args:
        folder: What `export_summarizer` wrote.
        encoder: A folder with the `config.json` of the encoder it was made from.

    Raises:
        ModelError: A file is missing or damaged, or the weights are not those of such an encoder.
    """
    card = json.loads(require_file(folder / CARD).read_text(encoding="utf-8"))
    sizes = json.loads(require_file(encoder / "config.json").read_text(encoding="utf-8"))
    try:
        weights = {
            name.removeprefix("model."): values
            for file in (WRITER, READER)
            for name, values in stored_weights(onnx.load(str(require_file(folder / file)))).items()
        }
        decoder_layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
        config = PointerConfig(
            encoder={**sizes, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0},
            decoder_layers=decoder_layers,
            target_positions=card["target_tokens"],
            frequent=tuple(card["frequent"]),
        )
        model = PointerGenerator(config)
        own = model.state_dict()
        model.load_state_dict({**{name: weights[name] for name in own if name in weights}, "frequent": own["frequent"]})
    except (DecodeError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"{folder}: no summarizer over {encoder}: {' '.join(str(error).split())[:200]}") from None
    return model
