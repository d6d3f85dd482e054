"""Small helpers that every embedder shares."""

from __future__ import annotations

import re

import numpy as np

from kb.embedding.protocol import FloatMatrix

_ROWS = 8
"""Of a product at once: with up to 1,152 dimensions too small for OpenBLAS to share out among its threads. Where the
processors have other work, these wait for each other a hundred times as long as the product takes."""

_WORD = re.compile(r"\w+|[^\w\s]")


def unit_rows(vectors: FloatMatrix) -> FloatMatrix:
    """The rows scaled to length 1, float32. A row of zeros, which no model gives for a text, stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatMatrix = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return unit


def cosines(rows: FloatMatrix, vector: FloatMatrix) -> FloatMatrix:
    """The cosine (n,) of each of ``rows`` (n, d) with ``vector`` (d,), all of length 1; on the calling thread alone."""
    whole = max(len(rows) - 2, 0) // _ROWS * _ROWS  # the rest is never one row, which NumPy would sum in another order
    blocks = rows[:whole].reshape(-1, _ROWS, len(vector)) @ vector
    return np.concatenate([blocks.ravel(), rows[whole:] @ vector])


def printable(text: str) -> str:
    """The text with lone surrogates, which JSON can carry but no UTF-8 can, as question marks. Offsets stay."""
    return text.encode("utf-8", "replace").decode("utf-8")


def word_offsets(text: str) -> list[tuple[int, int]]:
    """Character ranges of words and punctuation marks: an estimate of tokens where the tokenizer is out of reach."""
    return [match.span() for match in _WORD.finditer(text)]
