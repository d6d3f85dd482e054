"""Vectors of logged questions and tickets, kept so that looking for gaps need not embed the whole log each time.

They lie in a file of their own, which may be deleted at any time: what is missing is embedded again. It holds the
vectors of one embedder; where another one writes, the old ones go. Several processes may use it at once. Where it
cannot be used, vectors are embedded and not kept: nobody is kept from anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kb.embedding.protocol import Embedder, FloatMatrix
from kb.embedding.vectors import unit_rows
from kb.runtime.progress import tell

_STORED = np.dtype("<f2")
"""Half the size of float32, and the cosine of two questions changes by less than 0.001."""

_LOOKED_UP = 1000
_EMBEDDED = 256
"""Keys a statement, and texts that are embedded before they are kept: whoever stops in between loses seconds."""

_WRITER_WAIT_S = 10.0
_ASKER_WAIT_S = 0.1
"""How long a writer waits for another one; after a question, hardly: it can be embedded again."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS embedder (fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
"""

_LOG = logging.getLogger(__name__)


class QuestionVectors:
    """The vectors that are kept in the file ``path`` of texts as ``embedder`` embeds questions."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path = path
        self._embedder = embedder

    def of(self, texts: Sequence[str]) -> FloatMatrix:
        """The vectors of ``texts``, shape (len(texts), dimensions), rows of length 1; what is missing is embedded.

        A text gives the same vector whether it was kept or not. Tells how many have been embedded
        (``kb.runtime.progress``).
        """
        keys = [_key(text) for text in texts]
        wanted = dict(zip(keys, texts, strict=True))
        found = self._read(sorted(wanted))
        missing = [key for key in wanted if key not in found]
        for start in range(0, len(missing), _EMBEDDED):
            tell(start, len(missing))
            part = missing[start : start + _EMBEDDED]
            vectors = self._embedder.embed_queries([folded(wanted[key]) for key in part])
            made = dict(zip(part, (row.tobytes() for row in vectors.astype(_STORED)), strict=True))
            self._write(made, _WRITER_WAIT_S)
            found |= made
        size = self._embedder.dimensions
        rows = np.frombuffer(b"".join(found[key] for key in keys), dtype=_STORED).reshape(len(keys), size)
        return unit_rows(rows.astype(np.float32))

    def keep(self, text: str, vector: FloatMatrix) -> None:
        """Keep the vector (d,) that ``text`` was found to have."""
        self._write({_key(text): vector.astype(_STORED).tobytes()}, _ASKER_WAIT_S)

    def keep_all(self, texts: Sequence[str], vectors: FloatMatrix) -> None:
        """Keep the vectors (n, d) that ``texts`` (n) were found to have, in one go."""
        rows = vectors.astype(_STORED)
        self._write({_key(text): row.tobytes() for text, row in zip(texts, rows, strict=True)}, _WRITER_WAIT_S)

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        if not self._path.exists():
            return found
        with self._forgiving(), self._open(_WRITER_WAIT_S) as connection:
            connection.execute("BEGIN")  # the fingerprint and the vectors as they stood together
            if self._is_ours(connection):
                for start in range(0, len(keys), _LOOKED_UP):
                    part = keys[start : start + _LOOKED_UP]
                    marks = ",".join("?" * len(part))
                    found.update(connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part))
        return found

    def _write(self, made: Mapping[bytes, bytes], wait_s: float) -> None:
        with self._forgiving(), self._open(wait_s) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if not self._is_ours(connection):
                connection.execute("DELETE FROM vectors")
                connection.execute("DELETE FROM embedder")
                connection.execute("INSERT INTO embedder VALUES (?)", (self._embedder.fingerprint,))
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", made.items())
            connection.execute("COMMIT")

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        found = connection.execute("SELECT fingerprint FROM embedder").fetchone()
        return found is not None and found[0] == self._embedder.fingerprint

    @contextlib.contextmanager
    def _open(self, wait_s: float) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work: threads and processes need not know of each other."""
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))  # questions are nobody else's business
        with contextlib.closing(sqlite3.connect(self._path, timeout=wait_s, isolation_level=None)) as connection:
            # What a power cut takes away can be made again, so nothing waits for the disk.
            connection.execute("PRAGMA synchronous=OFF")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'vectors'").fetchone():
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
            yield connection

    @contextlib.contextmanager
    def _forgiving(self) -> Iterator[None]:
        """A file that is out of reach is a line in the log; one that is damaged goes, to be made anew."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            _LOG.info("Vectors of questions are not kept in %s: %s.", self._path, error)
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                for name in ("", "-wal", "-shm"):
                    with contextlib.suppress(OSError):
                        self._path.with_name(self._path.name + name).unlink()


def folded(text: str) -> str:
    """A question as it is embedded, its white space folded."""
    return " ".join(text.split())


def _key(text: str) -> bytes:
    return hashlib.sha256(folded(text).encode("utf-8", "surrogatepass")).digest()
