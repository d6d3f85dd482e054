"""The database below the log: connections, transactions, its revision, and what can go wrong with it.

SQLite and PostgreSQL differ in three places, all of them here: how a connection is set up, how a write transaction
begins, and how two processes that open a new database at once take turns.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kb.errors import MissingPartError, UsageError
from kb.events.schema import HEAD
from kb.runtime.progress import is_told, tell

_BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for another one. Writes take milliseconds; a bulk load of 100,000 questions, seconds."""

_CONNECT_TIMEOUT_S = 10
_MIGRATION_LOCK = 0x6C6F7473  # "lots": a key of PostgreSQL's advisory locks that nothing else here uses


BATCH = 1000
"""Rows a statement: well below the parameter limits of SQLite (32,766) and PostgreSQL (65,535)."""

_T = TypeVar("_T")


class EventLogUnavailableError(MissingPartError):
    """The event log cannot be reached, read or written. An answer does not need it: go on and warn."""


class DatabasePart:
    """A part of a library in the events database. Closed, it opens its connections again on the next use."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Store:
    """An open database at the newest revision. Safe to use from several threads and processes."""

    def __init__(self, url: str) -> None:
        self._url = _parse(url)
        self.place = self._url.render_as_string(hide_password=True)
        self._engine = self._create_engine()
        try:
            with self._translated():
                self._migrate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections; they are opened again on the next use."""
        self._engine.dispose()

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction for reading. Raises EventLogUnavailableError."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction: all of the body's changes, or none. Raises EventLogUnavailableError."""
        with self._translated(), self._writing() as connection:
            yield connection

    def rows(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        """All rows of a query, read in one transaction. Raises EventLogUnavailableError."""
        with self.read() as connection:
            return connection.execute(query).mappings().all()

    def pages(self, query: sa.Select[Any], *order: sa.Column[Any]) -> Iterator[sa.RowMapping]:
        """All rows of a query in the order of columns that name a row together, and that it selects.

        Read batch by batch, each in a transaction of its own, so that a slow reader holds nothing up. Tells how many
        rows have been read (``kb.runtime.progress``).
        """
        total = self._count(query) if is_told() else 0
        done = 0
        query = query.order_by(*order).limit(BATCH)
        page = self.rows(query)
        while page:
            tell(done, total)
            yield from page
            done += len(page)
            # After the last row rather than by OFFSET: equally fast on every page, and rows added meanwhile shift none.
            last = tuple(page[-1][column.name] for column in order)
            page = self.rows(query.where(sa.tuple_(*order) > last))

    def _count(self, query: sa.Select[Any]) -> int:
        with self.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0

    def _writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        return self._engine.execution_options(lotse_write=True).begin()

    def _create_engine(self) -> sa.Engine:
        sqlite = self._url.get_backend_name() == "sqlite"
        if sqlite:
            _create_file(Path(str(self._url.database)))
        # Parameters hold question texts and actors: they must not get into an error's text or a log.
        options: dict[str, Any] = {
            "hide_parameters": True,
            "json_serializer": _to_json,
            "json_deserializer": _from_json,
        }
        if sqlite:
            options["connect_args"] = {"timeout": _BUSY_TIMEOUT_S}
        else:
            options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": _CONNECT_TIMEOUT_S}}
        try:
            engine = sa.create_engine(self._url, **options)
        except ModuleNotFoundError as error:
            raise EventLogUnavailableError(
                f"The event log {self.place} needs {error.name}, which is not installed.",
                "Install it with `pip install 'lotse-kb[postgres]'`.",
            ) from None
        if sqlite:
            sa.event.listen(engine, "connect", _set_up_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _migrate(self) -> None:
        """Bring the database to ``HEAD``: 1. look; 2. take the lock; 3. look again; 4. upgrade, all or nothing."""
        with self._engine.begin() as connection:
            if _revision(connection) == HEAD:
                return
        if self._url.get_backend_name() == "sqlite":
            self._use_wal()
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            if _revision(connection) != HEAD:
                self._upgrade(connection)

    def _upgrade(self, connection: sa.Connection) -> None:
        from alembic import command
        from alembic.util import CommandError

        from kb.migrations import config

        try:
            command.upgrade(config(connection), "head")
        except CommandError as error:
            raise EventLogUnavailableError(
                f"The event log {self.place} is at a revision that this version does not know: {error}.",
                "Install the version of lotse-kb that wrote it, or a newer one: `pip install --upgrade lotse-kb`.",
            ) from None

    def _use_wal(self) -> None:
        """Let readers and a writer work at once. The file remembers; only while it changes may nobody else read it."""
        deadline = time.monotonic() + _BUSY_TIMEOUT_S
        while True:
            try:
                with contextlib.closing(sqlite3.connect(str(self._url.database), timeout=1.0)) as connection:
                    connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise self._unavailable(str(error)) from None
                time.sleep(0.02)  # SQLite does not wait by itself here
            else:
                return

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """What the database reports becomes an error with a remedy; wrong data stays the caller's matter."""
        try:
            yield
        except (sa.exc.IntegrityError, sa.exc.DataError):
            raise
        except sa.exc.DBAPIError as error:
            raise self._unavailable(str(error.orig).strip().partition("\n")[0]) from None
        except sa.exc.TimeoutError:
            raise self._unavailable("too many connections are in use") from None

    def _unavailable(self, why: str) -> EventLogUnavailableError:
        if "malformed" in why or "not a database" in why:
            remedy = "Move the file away and put a copy from a backup in its place; nothing else can bring it back."
        elif self._url.get_backend_name() == "sqlite":
            remedy = "See that the disk has room and that you may write the file and its folder, or use another --home."
        else:
            remedy = "See that the server runs and that events.url (KB_EVENTS__URL) names it and a user who may write."
        return EventLogUnavailableError(f"The event log {self.place} cannot be used: {why}.", remedy)


def batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    """``items`` in lists of ``BATCH``, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, or overwrite those whose primary key is there; other tables may go on pointing to them."""
    key = [column.name for column in table.primary_key]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changes = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changes), list(rows))


def _parse(url: str) -> sa.URL:
    hint = "Use sqlite:///PATH/events.sqlite3 or postgresql+psycopg://USER@HOST/DATABASE."
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise UsageError("The URL of the event log cannot be read.", hint) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise UsageError(f"The event log cannot be kept in {parsed.drivername}.", hint)
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise UsageError("The event log needs a file: what is kept in memory is lost.", hint)
    return parsed


def _create_file(path: Path) -> None:
    """A new file that only its owner reads; SQLite gives its companions (-wal, -shm) the same rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise EventLogUnavailableError(
            f"The event log {path} cannot be created: {error.strerror}.",
            "Give a folder you may write with --home or KB_HOME, or mend its rights.",
        ) from None


def _set_up_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver guesses
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once, without waiting, when another one wrote in
    # between. Taking the write lock at its start makes it wait instead.
    write = connection.get_execution_options().get("lotse_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if revision is None else str(revision)


_to_json = functools.partial(json.dumps, default=dict, allow_nan=False)
"""Any mapping is an object; NaN and infinity, which PostgreSQL refuses and SQLite would keep, are errors in both."""

_SHORT = 80
"""Characters of JSON that are read once only: filters and empty lists, the same in nearly all rows of a log."""


def _from_json(text: str) -> object:
    return _known_json(text) if len(text) <= _SHORT else json.loads(text)


@functools.lru_cache(maxsize=1024)
def _known_json(text: str) -> object:
    """What several rows share, so nobody may change it; rows are frozen, and what they hold is only read."""
    found: object = json.loads(text)
    return found
