"""Texts to vectors: the Protocol that every model behind it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatMatrix: TypeAlias = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors, so that a dot product is the cosine.

    ``name`` is for people. ``fingerprint`` changes whenever the same text would give another vector (weights, prefixes,
    pooling, quantisation, sequence length): vectors of two fingerprints never meet. ``max_tokens`` counts the whole
    input of the model, prefix and special tokens included. Implementations are safe to call from several threads.
    """

    name: str
    fingerprint: str
    dimensions: int
    max_tokens: int

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Shape (len(texts), dimensions), float32, rows of length 1. Texts are questions; the prefix is added here."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """As ``embed_queries`` for article text. Longer texts than ``max_tokens`` are cut; callers chunk first."""
        ...

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Character ranges [start, end) of the tokens of ``text``, without prefix and special tokens, never cut."""
        ...
