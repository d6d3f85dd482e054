"""Articles in numbered versions, and an embedder small enough to embed thousands of them a second."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ingest.chunking import chunk
from kb.articles.reader import read
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.settings import AnswerSettings, EmbeddingSettings, Settings

_SYLLABLES = ("ka", "lo", "mi", "ru", "te", "sa", "ne", "do", "vi", "pu", "ha", "go")


class Words:
    """A bag of words as a sum of fixed random directions: texts that share words are near."""

    name = "words"
    fingerprint = "soak-words-1"
    dimensions = 64
    max_tokens = 128

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Rows of length 1."""
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """The same as queries."""
        return self._embed(texts)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """A token a word."""
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]

    def _embed(self, texts: Sequence[str]) -> FloatMatrix:
        return np.stack([_row(text) for text in texts]) if texts else np.zeros((0, self.dimensions), dtype=np.float32)


@lru_cache(maxsize=10_000)
def _row(text: str) -> FloatMatrix:
    row = sum((_direction(word) for word in re.findall(r"\w+", text.casefold())), np.full(64, 1e-3, np.float32))
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


@lru_cache(maxsize=10_000)
def _direction(word: str) -> FloatMatrix:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=Words.dimensions).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Text:
    """One version of an article: its id, its topic (a word of its own), its file's text and its chunks' texts."""

    id: str
    topic: str
    source: str
    chunks: frozenset[str]


def open_library(home: Path) -> Library:
    """A library with real stores and the small embedder, to which the confidence does not fit: it answers all."""
    library = Library(home, Settings(answer=AnswerSettings(threshold=0.0), embedding=EmbeddingSettings(english=False)))
    library.embedder, library.english = Words(), None
    return library


def text_of(library: Library, number: int, version: int) -> Text:
    """The article ``number`` in a version. One section is the same in all, so that versions share a vector."""
    topic = _word(number)
    name = f"a{number:04}"
    rnd = random.Random(f"{number}/{version}")
    filler = " ".join(_word(rnd.randrange(1000)) for _ in range(12))
    source = (
        f"---\nid: {name}\ntitle: Tarif {topic}\nlanguage: de\nstatus: published\naudience: public\n---\n\n"
        f"Der Tarif {topic} kostet {version} Euro im Monat.\n\n"
        f"## Frist\n\nDie Frist für {topic} beträgt {version} Tage. Das gilt auch für {filler}.\n\n"
        f"## Kontakt\n\nFragen zu {topic} beantwortet das Team.\n\n"
        f"## Ablauf\n\n1. Öffnen Sie {topic} in Fassung {version}.\n2. Bestätigen Sie die {version} Angaben.\n"
    )
    article = read(f"{name}.md", source.encode()).article
    if article is None:
        raise AssertionError(source)
    chunks = chunk(article, library.embedder, library.settings.embedding.chunk_tokens)
    return Text(name, topic, source, frozenset(piece.text for piece in chunks))


def _word(number: int) -> str:
    """A word that no other number has."""
    digits = []
    number += len(_SYLLABLES) ** 2
    while number:
        number, digit = divmod(number, len(_SYLLABLES))
        digits.append(_SYLLABLES[digit])
    return "".join(digits)
