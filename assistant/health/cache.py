"""Results of earlier comparisons, in a file beside the index that can be made again: only what changed is compared."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from assistant.health.neighbours import Neighbours
from kb.runtime.cancellation import checkpoint

_LOG = logging.getLogger(__name__)

RECIPE: Final = 4
"""Counted up with every change of a rule, as results of other rules are worth nothing."""

_SCHEMA = """
CREATE TABLE recipe (recipe TEXT NOT NULL);
CREATE TABLE results (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE neighbours (language TEXT PRIMARY KEY, keys TEXT NOT NULL, count INTEGER NOT NULL, places BLOB NOT NULL,
  cosines BLOB NOT NULL);
"""


class Comparisons:
    """The results of one kind: those of the last time, and what is asked for now."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self.kept = kept
        self.now: dict[str, Any] = {}

    def get(self, key: str, compare: Callable[[], Any], is_valid: Callable[[Any], bool] = lambda _: True) -> Any:  # noqa: ANN401  plain JSON
        """The result for ``key``: the one of the last time where it is valid, else that of ``compare``."""
        if key not in self.now:
            checkpoint()
            known = key in self.kept and is_valid(self.kept[key])
            self.now[key] = self.kept[key] if known else compare()
        return self.now[key]


class Cache:
    """Results by kind and key. A file that cannot be read or written costs time, never a result."""

    def __init__(self, file: Path, fingerprint: str) -> None:
        self._file = file
        self._recipe = f"{RECIPE} {fingerprint}"
        self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def results(self, kind: str) -> dict[str, Any]:
        """Everything that is known of one kind."""
        rows = self._read("SELECT key, value FROM results WHERE kind = ?", (kind,))
        return {key: json.loads(value) for key, value in rows}

    def keep(self, kind: str, kept: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """Keep the results ``now`` of a kind and no others; ``kept`` are those of the last time."""
        new = {key: value for key, value in now.items() if key not in kept or kept[key] != value}
        rows = [(kind, key, json.dumps(value, ensure_ascii=False, sort_keys=True)) for key, value in new.items()]
        self._write("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)
        self._write("DELETE FROM results WHERE kind = ? AND key = ?", [(kind, key) for key in kept.keys() - now.keys()])

    @contextmanager
    def comparisons(self, kind: str) -> Iterator[Comparisons]:
        """The results of one kind; what is asked for within is kept at the end, and nothing else."""
        comparisons = Comparisons(self.results(kind))
        yield comparisons
        self.keep(kind, comparisons.kept, comparisons.now)

    def neighbours(self, language: str) -> Neighbours | None:
        """The nearest passages of the last time; None where there was none."""
        rows = self._read("SELECT keys, count, places, cosines FROM neighbours WHERE language = ?", (language,))
        if not rows:
            return None
        keys, count, places, cosines = rows[0]
        return Neighbours(
            tuple(json.loads(keys)),
            np.frombuffer(places, dtype="<i8").reshape(-1, count).astype(np.int64),
            np.frombuffer(cosines, dtype="<f4").reshape(-1, count).astype(np.float32),
        )

    def keep_neighbours(self, language: str, found: Neighbours) -> None:
        """Replace the nearest passages of one language."""
        row = (
            language,
            json.dumps(found.keys),
            found.places.shape[1],
            found.places.astype("<i8").tobytes(),
            found.cosines.astype("<f4").tobytes(),
        )
        self._write("INSERT OR REPLACE INTO neighbours VALUES (?, ?, ?, ?, ?)", [row])

    def _read(self, query: str, values: tuple[str, ...]) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            _LOG.info("The file %s of earlier comparisons cannot be read: %s", self._file, error)
            return []

    def _write(self, query: str, rows: list[Any]) -> None:
        try:
            with self._connection:
                self._connection.executemany(query, rows)
        except sqlite3.Error as error:
            _LOG.warning("What was compared could not be kept in %s: %s", self._file, error)

    def _open(self) -> sqlite3.Connection:
        """The file as it is, or made anew where it is of other rules or damaged; else one in memory."""
        for attempt in range(2):
            try:
                connection = sqlite3.connect(self._file, timeout=10)
                tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'recipe'").fetchone()[0]
                if tables and connection.execute("SELECT recipe FROM recipe").fetchone() == (self._recipe,):
                    return connection
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    connection.execute(f'DROP TABLE "{name}"')
                self._create(connection)
            except sqlite3.Error as error:
                _LOG.info("The file %s of earlier comparisons is made anew: %s", self._file, error)
                if attempt == 0:
                    self._file.unlink(missing_ok=True)
            else:
                return connection
        memory = sqlite3.connect(":memory:")
        self._create(memory)
        return memory

    def _create(self, connection: sqlite3.Connection) -> None:
        with connection:
            connection.executescript(_SCHEMA)
            connection.execute("INSERT INTO recipe VALUES (?)", (self._recipe,))
