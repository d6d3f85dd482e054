"""Writing the catalog: its schema, and one transaction an article."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kb.articles.article import Article
from kb.catalog.filter import marks
from kb.catalog.fulltext import FullText
from kb.catalog.rows import Judgement, NewChunk, NewName
from kb.catalog.snapshot import VECTOR_TYPE, RecentVectors, Snapshot, generation_of
from kb.embedding.protocol import FloatMatrix
from kb.errors import KBError, MissingPartError
from kb.runtime.recent import Recent

SCHEMA_VERSION = 3
_BUSY_TIMEOUT_S = 10.0
_REMEMBERED = 10_000
"""Vectors that are kept in memory: 17 MB with the bundled models. A question compares some 500 to 1,000."""

_JUDGEMENTS = (
    """
CREATE TABLE IF NOT EXISTS judgements (
  question_id TEXT PRIMARY KEY, key TEXT NOT NULL, sha256 TEXT NOT NULL, actor TEXT NOT NULL, helpful INTEGER NOT NULL,
  given_on TEXT NOT NULL, fingerprint TEXT NOT NULL, vector BLOB NOT NULL
)
""",
    "CREATE INDEX IF NOT EXISTS judgements_by_key ON judgements (key)",
)
"""Made where they are missing: an index without them lacks nothing that the events database cannot bring back."""

_BY_STATE = """
CREATE INDEX IF NOT EXISTS articles_by_state
ON articles (status, expires_on, audience, language, products, id, supersedes)
"""
"""All that a filter asks for: so no question reads through the rows, which carry the articles' whole texts."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
  rowid INTEGER PRIMARY KEY, id TEXT NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL,
  audience TEXT NOT NULL, owner TEXT NOT NULL, products TEXT NOT NULL, tags TEXT NOT NULL, aliases TEXT NOT NULL,
  created_on TEXT, reviewed_on TEXT, expires_on TEXT, review_every_days INTEGER NOT NULL, supersedes TEXT NOT NULL,
  related TEXT NOT NULL, origin TEXT NOT NULL, source TEXT NOT NULL, root TEXT NOT NULL, path TEXT NOT NULL,
  sha256 TEXT NOT NULL, recipe TEXT NOT NULL, problems TEXT NOT NULL,
  UNIQUE (id, language), UNIQUE (root, path)
);
CREATE TABLE sections (
  article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, ordinal INTEGER NOT NULL, headings TEXT NOT NULL,
  anchor TEXT NOT NULL, level INTEGER NOT NULL, line_from INTEGER NOT NULL, line_to INTEGER NOT NULL,
  PRIMARY KEY (article, ordinal)
) WITHOUT ROWID;
CREATE TABLE chunks (
  rowid INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, section INTEGER NOT NULL,
  ordinal INTEGER NOT NULL, vector_id TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article);
CREATE INDEX chunks_by_vector ON chunks (vector_id);
CREATE TABLE units (
  chunk INTEGER NOT NULL REFERENCES chunks ON DELETE CASCADE, ordinal INTEGER NOT NULL, block INTEGER NOT NULL,
  kind TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL, line_from INTEGER NOT NULL, line_to INTEGER NOT NULL,
  PRIMARY KEY (chunk, ordinal)
) WITHOUT ROWID;
CREATE TABLE names (
  article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, ordinal INTEGER NOT NULL, vector_id TEXT NOT NULL,
  text TEXT NOT NULL, PRIMARY KEY (article, ordinal)
) WITHOUT ROWID;
CREATE INDEX names_by_vector ON names (vector_id);
CREATE TABLE vectors (
  fingerprint TEXT NOT NULL, vector_id TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (fingerprint, vector_id)
);
"""


class Catalog:
    """The catalog file. One connection a thread; writers take SQLite's own lock for one article at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._recent: RecentVectors = Recent(_REMEMBERED)
        with self._guard():
            connection = self._connection()
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._create(connection)
            elif version != SCHEMA_VERSION:
                raise MissingPartError(
                    f"The index {path} was made by another version (schema {version}, wanted {SCHEMA_VERSION}).",
                    "Run `kb reindex`: it builds the index anew from the articles.",
                )
            for statement in (*_JUDGEMENTS, _BY_STATE):
                connection.execute(statement)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Read one state of the index, however long the body takes and whatever is written meanwhile."""
        with self._guard():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield Snapshot(connection, self._recent)
            finally:
                connection.rollback()

    def copy_without_aliases(self, path: Path, article_ids: Collection[str]) -> None:
        """Write a copy of this state of the index to ``path``, in which some articles go by their titles alone.

        For looking at what their texts say by themselves. Takes about a second for each gigabyte.
        """
        with self._guard(), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
            self._connection().backup(copy)
            copy.execute("BEGIN")
            rows = copy.execute(f"SELECT rowid FROM articles WHERE id IN ({marks(list(article_ids))})", [*article_ids])
            for (row,) in rows.fetchall():
                copy.execute("UPDATE articles SET aliases = '[]' WHERE rowid = ?", (row,))
                copy.execute("DELETE FROM names WHERE article = ? AND ordinal > 0", (row,))
                copy.execute(
                    "UPDATE fulltext SET aliases = '' WHERE rowid IN (SELECT rowid FROM chunks WHERE article = ?)",
                    (row,),
                )
            copy.execute("COMMIT")

    def generation(self) -> int:
        """A number that grows with every change of the index."""
        with self._guard():
            return generation_of(self._connection())

    def put(
        self,
        article: Article,
        root: str,
        sha256: str,
        recipe: str,
        chunks: Sequence[NewChunk],
        names: Sequence[NewName],
        problems: Iterable[tuple[int, str, str]],
    ) -> None:
        """Replace, in one transaction, what stood under this file and under this article's key."""
        with self._writing() as connection:
            found = connection.execute(
                "SELECT rowid FROM articles WHERE (root = ? AND path = ?) OR (id = ? AND language = ?)",
                (root, article.path, article.id, article.language),
            ).fetchall()
            for (rowid,) in found:
                _delete(connection, rowid)
            row = _insert(connection, article, root, sha256, recipe, chunks, list(problems))
            rows = [(row, ordinal, name.vector_id, name.text) for ordinal, name in enumerate(names)]
            connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", rows)

    def remove(self, rowids: Iterable[int]) -> None:
        """Remove articles by their row, in one transaction."""
        with self._writing() as connection:
            for rowid in rowids:
                _delete(connection, rowid)

    def keep_vectors(self, fingerprint: str, ids: Sequence[str], vectors: FloatMatrix) -> None:
        """Store ``vectors`` (n, d) of one embedder under ``ids`` (n); nothing needs to name them yet."""
        rows = [(fingerprint, key, row.astype(VECTOR_TYPE).tobytes()) for key, row in zip(ids, vectors, strict=True)]
        with self._guard(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def drop_vectors(self, fingerprints: Sequence[str]) -> None:
        """Remove the vectors that no chunk and no name needs, and those of all embedders but ``fingerprints``."""
        with self._guard(), self._connection() as connection:
            connection.execute(
                f"DELETE FROM vectors WHERE fingerprint NOT IN ({marks(fingerprints)})"
                " OR vector_id NOT IN (SELECT vector_id FROM chunks UNION SELECT vector_id FROM names)",
                list(fingerprints),
            )

    def judge(
        self, question_ids: Sequence[str], fingerprint: str, judgements: Sequence[Judgement], vectors: FloatMatrix
    ) -> None:
        """Replace what is known of ``question_ids`` by ``judgements`` with the vectors (n, d) of their questions."""
        rows = [
            (
                *(one.question_id, str(one.key), one.sha256, one.actor, one.helpful),
                *(one.given_on.isoformat(), fingerprint, vector.astype(VECTOR_TYPE).tobytes()),
            )
            for one, vector in zip(judgements, vectors, strict=True)
        ]
        with self._guard(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM judgements WHERE question_id = ?", [(key,) for key in question_ids])
            connection.executemany(f"INSERT INTO judgements VALUES ({marks(range(8))})", rows)

    def note(self, key: str, value: str) -> None:
        """Keep a fact about the index as a whole."""
        with self._guard(), self._connection() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str | None:
        """A fact kept by ``note``."""
        with self._guard():
            row = self._connection().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return None if row is None else str(row[0])

    def check(self) -> list[str]:
        """What SQLite and the full-text index find wrong with the file; empty when sound."""
        with self._guard():
            rows = self._connection().execute("PRAGMA integrity_check").fetchall()
            return [str(row[0]) for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
            except BaseException:
                connection.close()
                raise
            self._local.connection = connection
        return connection

    def _create(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _SCHEMA.strip().split(";\n"):
                    connection.execute(statement)
                FullText.create(connection)
                connection.execute("INSERT INTO meta VALUES ('generation', '0')")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._guard():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except KBError:
            raise
        except (sqlite3.Error, OSError) as error:
            raise _explained(self._path, error) from error


def _delete(connection: sqlite3.Connection, rowid: int) -> None:
    fulltext = FullText(connection)
    for (chunk,) in connection.execute("SELECT rowid FROM chunks WHERE article = ?", (rowid,)).fetchall():
        fulltext.remove(chunk)
    connection.execute("DELETE FROM articles WHERE rowid = ?", (rowid,))


def _insert(
    connection: sqlite3.Connection,
    article: Article,
    root: str,
    sha256: str,
    recipe: str,
    chunks: Sequence[NewChunk],
    problems: list[tuple[int, str, str]],
) -> int:
    """Everything but the names; the row of the article."""
    lists = [json.dumps(part, ensure_ascii=False) for part in (article.products, article.tags, article.aliases)]
    dates = [day.isoformat() if day else None for day in (article.created_on, article.reviewed_on, article.expires_on)]
    more = [json.dumps(part, ensure_ascii=False) for part in (article.supersedes, article.related)]
    values: list[Any] = [
        article.id,
        article.language,
        article.title,
        article.status,
        article.audience,
        article.owner,
        *lists,
        *dates,
    ]
    values += [article.review_every_days, *more, article.origin, article.source, root, article.path, sha256, recipe]
    values.append(json.dumps(problems, ensure_ascii=False))
    rowid = connection.execute(f"INSERT INTO articles VALUES (NULL, {marks(values)})", values).lastrowid
    assert rowid is not None  # noqa: S101  an INSERT has a row
    for ordinal, section in enumerate(article.sections):
        connection.execute(
            "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                rowid,
                ordinal,
                json.dumps(section.headings, ensure_ascii=False),
                section.anchor,
                section.level,
                *section.lines,
            ),
        )
    fulltext = FullText(connection)
    aliases = " \n".join(article.aliases)
    for ordinal, chunk in enumerate(chunks):
        number = connection.execute(
            "INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?)",
            (rowid, chunk.section, ordinal, chunk.vector_id, chunk.text),
        ).lastrowid
        assert number is not None  # noqa: S101  an INSERT has a row
        connection.executemany(
            "INSERT INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, u.ordinal, u.block, u.kind, u.source, u.text, *u.lines) for u in chunk.units],
        )
        headings = " \n".join(article.sections[chunk.section].headings)
        fulltext.add(number, article.title, headings, aliases, chunk.body, article.language)
    return rowid


def _explained(path: Path, error: sqlite3.Error | OSError) -> MissingPartError:
    reason = str(error)
    if "disk is full" in reason or "No space" in reason:
        return MissingPartError(
            f"No space left for the index {path}.", "Free some space, then run `kb ingest` again: it continues."
        )
    if "readonly" in reason or "unable to open" in reason or isinstance(error, PermissionError):
        return MissingPartError(
            f"The index {path} cannot be written: {reason}.", "Mend the folder's rights or choose another --home."
        )
    if "locked" in reason:
        return MissingPartError(f"The index {path} is busy: {reason}.", "Wait a moment and run the command again.")
    return MissingPartError(
        f"The index {path} cannot be read: {reason}.", "Run `kb reindex`: it builds the index anew from the articles."
    )
