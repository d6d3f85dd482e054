"""A memo: results that can be computed again, kept in a file of their own so that the next run need not.

It may be deleted at any time. Where it cannot be used, nothing is kept, and nobody is kept from anything.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_BUSY_S = 1.0
_LOG = logging.getLogger(__name__)


class Memo:
    """Plain JSON by key, in the SQLite file ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Any]:
        """All that is kept; empty where the file is missing or cannot be read."""
        try:
            if not self._path.exists():
                return {}
            with contextlib.closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as connection:
                return {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM memo")}
        except (sqlite3.Error, OSError, ValueError) as error:
            _LOG.info("%s is not used: %s", self._path, error)
            return {}

    def replace(self, values: Mapping[str, Any]) -> None:
        """Keep ``values`` and nothing else."""
        rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in values.items()]
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as connection, connection:
                connection.execute("CREATE TABLE IF NOT EXISTS memo (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
                connection.execute("DELETE FROM memo")
                connection.executemany("INSERT INTO memo VALUES (?, ?)", rows)
        except (sqlite3.Error, OSError) as error:
            _LOG.info("%s is not kept: %s", self._path, error)
