"""A memo: results that can be computed again, kept in a file of their own so that the next run need not.

It may be deleted at any time. Where it cannot be used, nothing is kept, and nobody is kept from anything.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_BUSY_S = 10.0
_SCHEMA = (
    "CREATE TABLE recipe (recipe TEXT NOT NULL)",
    "CREATE TABLE results (kind TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
)
_LOG = logging.getLogger(__name__)


class Memo:
    """Plain JSON by kind and key, in the SQLite file ``path``.

    ``recipe`` names what makes the results: of another recipe nothing is read, and the first write begins anew.
    """

    def __init__(self, path: Path, recipe: str = "") -> None:
        self._path = path
        self._recipe = recipe

    def read(self, kind: str = "") -> dict[str, Any]:
        """All that is kept of one kind; empty where the file is missing or cannot be read."""
        if not self._path.exists():
            return {}
        with self._forgiving("read"), self._open() as connection:
            if self._is_ours(connection):
                rows = connection.execute("SELECT key, value FROM results WHERE kind = ?", (kind,))
                return {key: json.loads(value) for key, value in rows}
        return {}

    def update(self, new: Mapping[str, Any], gone: Iterable[str] = (), kind: str = "") -> None:
        """Keep ``new`` results of one kind, and those there are but for ``gone``."""
        self._write("DELETE FROM results WHERE kind = ? AND key = ?", [(kind, key) for key in gone], new, kind)

    def replace(self, values: Mapping[str, Any], kind: str = "") -> None:
        """Keep ``values`` and nothing else of their kind."""
        self._write("DELETE FROM results WHERE kind = ?", [(kind,)], values, kind)

    def _write(self, delete: str, gone: Sequence[tuple[str, ...]], values: Mapping[str, Any], kind: str) -> None:
        """Delete and insert in one transaction, in which nobody else can begin the file anew."""
        rows = [(kind, key, json.dumps(value, ensure_ascii=False)) for key, value in values.items()]
        with self._forgiving("written"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as connection:
                connection.execute("BEGIN IMMEDIATE")
                if not self._is_ours(connection):
                    self._make_anew(connection)
                connection.executemany(delete, gone)
                connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return "recipe" in tables and connection.execute("SELECT recipe FROM recipe").fetchone() == (self._recipe,)

    def _make_anew(self, connection: sqlite3.Connection) -> None:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'DROP TABLE "{name}"')
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO recipe VALUES (?)", (self._recipe,))

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as connection, connection:
            yield connection

    @contextlib.contextmanager
    def _forgiving(self, done: str) -> Iterator[None]:
        """A file that is out of reach is a line in the log; one that is damaged goes, to be made anew."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            _LOG.info("%s is not %s: %s", self._path, done, error)
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                with contextlib.suppress(OSError):
                    self._path.unlink()
