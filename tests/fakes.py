"""Stand-ins that keep the Protocols: real behaviour on a small scale, no recorded calls."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from argon2 import PasswordHasher

from kb.embedding.protocol import FloatMatrix

CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 as it is, at the least cost. A hash says what it cost, so signing in is as cheap."""


class WordEmbedder:
    """A bag of words as a sum of fixed random directions: texts that share words are near. Counts what it embeds."""

    name = "words"
    dimensions = 64
    max_tokens = 128

    def __init__(self, fingerprint: str = "words-1") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        self.embedded += texts
        return self._embed(texts)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]

    def _embed(self, texts: Sequence[str]) -> FloatMatrix:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for number, text in enumerate(texts):
            words = re.findall(r"\w+", text.casefold())
            rows[number] = 1e-3 + sum((_direction(word, self.dimensions) for word in words), rows[number])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(texts) else rows


def _direction(word: str, dimensions: int) -> FloatMatrix:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=dimensions).astype(np.float32)
