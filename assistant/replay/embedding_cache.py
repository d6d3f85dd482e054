"""Remembering: many questions in a row are compared with the same passages and sentences again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kb.catalog.snapshot import nearest_of
from kb.embedding.protocol import Embedder, FloatMatrix
from kb.library import Library
from kb.runtime.recent import Recent

_REMEMBERED = 20_000
"""Texts of each kind, the latest: 30 MB with the bundled model."""


class CachingEmbedder:
    """Gives the vectors that ``embedder`` gives, each text embedded once. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, remembered: int = _REMEMBERED) -> None:
        self._embedder = embedder
        self._queries: Recent[str, FloatMatrix] = Recent(remembered)
        self._passages: Recent[str, FloatMatrix] = Recent(remembered)
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimensions, self.max_tokens = embedder.dimensions, embedder.max_tokens

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._of(texts, self._queries, self._embedder.embed_queries)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._of(texts, self._passages, self._embedder.embed_passages)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """See ``Embedder``."""
        return self._embedder.token_offsets(text)

    def _of(
        self, texts: Sequence[str], known: Recent[str, FloatMatrix], embed: Callable[[Sequence[str]], FloatMatrix]
    ) -> FloatMatrix:
        vectors = known.get(texts, lambda missing: dict(zip(missing, embed(missing), strict=True)))
        rows = [vectors[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimensions), dtype=np.float32)


class CachingLibrary(Library):
    """The library in the home of ``library``, with its models, for asking many questions: nothing is embedded twice.

    It compares every vector, as `kb ask` does, under no lock, and reads them only when the index has changed.
    """

    def __init__(self, library: Library) -> None:
        super().__init__(library.home, library.settings, library.origins)
        self.exact = True
        self.embedder = CachingEmbedder(library.embedder)
        self.english = CachingEmbedder(library.english) if library.english else None
        self._read: tuple[int, tuple[list[str], FloatMatrix]] = (-1, ([], np.empty((0, 0), dtype=np.float32)))

    def nearest(self, vector: FloatMatrix, limit: int) -> list[tuple[str, float]] | None:
        """See ``Library``."""
        read = self._read
        if read[0] != self.catalog.generation():
            with self.catalog.snapshot() as snapshot:
                read = snapshot.generation(), snapshot.chunk_vectors(self.embedder.fingerprint)
            self._read = read
        return nearest_of(read[1], vector, limit)
