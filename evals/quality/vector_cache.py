"""An embedder that keeps what it made: after a change of the code, an index is made anew without embedding it again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from kb.embedding.protocol import Embedder, FloatMatrix
from kb.library import Library

_PARAMETERS = 500
"""Values bound in one statement, well below SQLite's limit."""


class StoringEmbedder:
    """``embedder``, with its vectors kept in the SQLite file ``path`` by the hash of their text."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self.plain = embedder
        self._path = path
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimensions, self.max_tokens = embedder.dimensions, embedder.max_tokens

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """As the embedder; texts that were seen cost nothing."""
        return self._embed(texts, self.plain.embed_queries)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """As the embedder; texts that were seen cost nothing."""
        return self._embed(texts, self.plain.embed_passages)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """As the embedder."""
        return self.plain.token_offsets(text)

    def _embed(self, texts: Sequence[str], embed: Callable[[Sequence[str]], FloatMatrix]) -> FloatMatrix:
        keys = [hashlib.sha256(f"{embed.__name__}\n{self.fingerprint}\n{text}".encode()).digest() for text in texts]
        connection = sqlite3.connect(self._path, timeout=60)
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
            found = _found(connection, keys)
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
            if new:
                rows = embed(list(new.values()))
                fresh = {key: row.astype("<f4").tobytes() for key, row in zip(new, rows, strict=True)}
                with connection:
                    connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", fresh.items())
                found |= fresh
        finally:
            connection.close()
        vectors = [np.frombuffer(found[key], dtype="<f4") for key in keys]
        return np.stack(vectors) if vectors else np.empty((0, self.dimensions), dtype=np.float32)


@contextmanager
def without_cache(library: Library) -> Iterator[None]:
    """While the body runs, ``library`` embeds as it does for people, for measuring how long that takes."""
    shelved = library.embedder, library.english
    library.embedder = shelved[0].plain if isinstance(shelved[0], StoringEmbedder) else shelved[0]
    library.english = shelved[1].plain if isinstance(shelved[1], StoringEmbedder) else shelved[1]
    try:
        yield
    finally:
        library.embedder, library.english = shelved


def _found(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for start in range(0, len(keys), _PARAMETERS):
        part = keys[start : start + _PARAMETERS]
        marks = ",".join("?" * len(part))
        found.update(connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part))  # noqa: S608
    return found
