"""The catalog: what the index knows, in one SQLite file that can be made again from the articles.

Articles, their sections, chunks and quotable units, the manifest of files, and the full-text index live together, so
that one transaction replaces an article wholly or not at all. A reader works in a ``snapshot`` and sees one state.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from kb.article import Article, Lines, UnitKind
from kb.errors import KBError, MissingPartError
from kb.fulltext import FullText

SCHEMA_VERSION = 1
_BUSY_TIMEOUT_S = 10.0

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
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer. The default is what an agent may see: published, not expired, any audience."""

    today: date
    audience: str = "internal"
    language: str | None = None
    products: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("published",)
    expired: bool = False
    hidden: tuple[str, ...] = ()

    def condition(self) -> tuple[str, list[Any]]:
        """SQL over ``articles`` with its parameters. An unknown audience sees public articles only."""
        parts = [f"articles.status IN ({_marks(self.statuses)})"]
        values: list[Any] = [*self.statuses]
        if self.audience != "internal":
            parts.append("articles.audience = 'public'")
        if self.language:
            parts.append("(articles.language = ? OR articles.language LIKE ? || '-%')")
            values += [self.language, self.language]
        if self.products:
            parts.append(
                "(articles.products = '[]' OR EXISTS (SELECT 1 FROM json_each(articles.products)"
                f" WHERE value IN ({_marks(self.products)})))"
            )
            values += self.products
        if not self.expired:
            parts.append("(articles.expires_on IS NULL OR articles.expires_on >= ?)")
            values.append(self.today.isoformat())
        if self.hidden:
            parts.append(f"articles.id NOT IN ({_marks(self.hidden)})")
            values += self.hidden
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class FileRow:
    """The manifest's word on one file: what was read, and by which recipe it was made into chunks."""

    article: int
    root: str
    path: str
    key: str
    sha256: str
    recipe: str
    problems: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as the index knows it; ``path`` is below ``root``."""

    rowid: int
    id: str
    language: str
    title: str
    status: str
    audience: str
    owner: str
    products: tuple[str, ...]
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    created_on: date | None
    reviewed_on: date | None
    expires_on: date | None
    review_every_days: int
    supersedes: tuple[str, ...]
    related: tuple[str, ...]
    root: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A quotable unit in its chunk; units of one table or list share ``block``, the block's place in its section."""

    ordinal: int
    block: int
    kind: UnitKind
    source: str
    text: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk with its place: the row of its article, its section's headings, anchor and lines."""

    rowid: int
    article: int
    vector_id: str
    text: str
    section: int
    headings: tuple[str, ...]
    anchor: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk to be stored: ``text`` was embedded under ``vector_id``; ``body`` is it without its breadcrumb."""

    vector_id: str
    section: int
    text: str
    body: str
    units: tuple[UnitRow, ...]


class Catalog:
    """The catalog file. One connection a thread; writers take SQLite's own lock for one article at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
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

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Read one state of the index, however long the body takes and whatever is written meanwhile."""
        with self._guard():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield Snapshot(connection)
            finally:
                connection.rollback()

    def generation(self) -> int:
        """A number that grows with every change of the index."""
        with self._guard():
            return _generation(self._connection())

    def put(
        self,
        article: Article,
        root: str,
        sha256: str,
        recipe: str,
        chunks: Sequence[NewChunk],
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
            _insert(connection, article, root, sha256, recipe, chunks, list(problems))

    def remove(self, rowids: Iterable[int]) -> None:
        """Remove articles by their row, in one transaction."""
        with self._writing() as connection:
            for rowid in rowids:
                _delete(connection, rowid)

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


class Snapshot:
    """Reading one state of the catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.fulltext = FullText(connection)

    def generation(self) -> int:
        """The number of the state that is read."""
        return _generation(self._connection)

    def files(self) -> list[FileRow]:
        """The manifest: every file that is in the index."""
        rows = self._connection.execute(
            "SELECT rowid, root, path, id || '@' || language, sha256, recipe, problems FROM articles"
        )
        return [
            FileRow(article, root, path, key, sha256, recipe, tuple((p[0], p[1], p[2]) for p in json.loads(problems)))
            for article, root, path, key, sha256, recipe, problems in rows
        ]

    def counts(self) -> dict[str, int]:
        """How many articles, sections and chunks there are."""
        one = self._connection.execute
        return {name: one(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("articles", "sections", "chunks")}

    def vector_ids(self, besides: Collection[int] = ()) -> set[str]:
        """Every vector that the catalog names, leaving the articles ``besides`` out."""
        rows = self._connection.execute("SELECT vector_id, article FROM chunks")
        return {vector_id for vector_id, article in rows if article not in besides}

    def texts_of(self, vector_ids: Sequence[str]) -> dict[str, str]:
        """The embedded text of each vector, for embedding it again."""
        texts: dict[str, str] = {}
        for start in range(0, len(vector_ids), 500):
            part = vector_ids[start : start + 500]
            texts.update(
                self._connection.execute(
                    f"SELECT vector_id, text FROM chunks WHERE vector_id IN ({_marks(part)})", part
                )
            )
        return texts

    def languages(self, where: Filter) -> set[str]:
        """The languages of the articles that a filter lets through."""
        condition, values = where.condition()
        return {
            row[0]
            for row in self._connection.execute(f"SELECT DISTINCT language FROM articles WHERE {condition}", values)
        }

    def superseded(self, where: Filter) -> set[str]:
        """Ids of articles that another one, which the filter lets through, says it supersedes."""
        condition, values = where.condition()
        rows = self._connection.execute(
            f"SELECT DISTINCT value FROM articles, json_each(supersedes) WHERE supersedes != '[]' AND {condition}",
            values,
        )
        return {row[0] for row in rows}

    def allowed_vectors(self, where: Filter) -> list[str]:
        """The vectors of the chunks that a filter lets through."""
        condition, values = where.condition()
        rows = self._connection.execute(
            f"SELECT DISTINCT vector_id FROM chunks JOIN articles ON articles.rowid = article WHERE {condition}",
            values,
        )
        return [row[0] for row in rows]

    def chunks_of_vectors(self, vector_ids: Sequence[str], where: Filter) -> dict[str, list[int]]:
        """The chunks behind ``vector_ids`` that a filter lets through; equal texts of two articles share a vector."""
        condition, values = where.condition()
        rows = self._connection.execute(
            f"SELECT vector_id, chunks.rowid FROM chunks JOIN articles ON articles.rowid = article"
            f" WHERE vector_id IN ({_marks(vector_ids)}) AND {condition} ORDER BY chunks.rowid",
            [*vector_ids, *values],
        )
        found: dict[str, list[int]] = {}
        for vector_id, rowid in rows:
            found.setdefault(vector_id, []).append(rowid)
        return found

    def search_text(self, query: str, language: str, limit: int, where: Filter) -> list[tuple[int, float]]:
        """Chunks by BM25, best first, of the articles that a filter lets through."""
        condition, values = where.condition()
        fragment = (
            f"rowid IN (SELECT chunks.rowid FROM chunks JOIN articles ON articles.rowid = article WHERE {condition})"
        )
        return self.fulltext.search(query, language, limit, fragment, values)

    def chunks(self, rowids: Sequence[int]) -> dict[int, ChunkRow]:
        """Chunks by row, with the place of their section."""
        rows = self._connection.execute(
            "SELECT chunks.rowid, chunks.article, vector_id, text, section, headings, anchor, line_from, line_to"
            " FROM chunks JOIN sections ON sections.article = chunks.article AND sections.ordinal = section"
            f" WHERE chunks.rowid IN ({_marks(rowids)})",
            list(rowids),
        )
        return {
            rowid: ChunkRow(rowid, article, key, text, section, tuple(json.loads(headings)), anchor, (first, last))
            for rowid, article, key, text, section, headings, anchor, first, last in rows
        }

    def units(self, chunk: int) -> list[UnitRow]:
        """The quotable units of a chunk, in the order of the text."""
        rows = self._connection.execute(
            "SELECT ordinal, block, kind, source, text, line_from, line_to FROM units WHERE chunk = ? ORDER BY ordinal",
            (chunk,),
        )
        return [
            UnitRow(ordinal, block, kind, source, text, (a, b)) for ordinal, block, kind, source, text, a, b in rows
        ]

    def chunks_of_section(self, article: int, section: int) -> list[int]:
        """The chunks of one section, in the order of the text."""
        rows = self._connection.execute(
            "SELECT rowid FROM chunks WHERE article = ? AND section = ? ORDER BY ordinal", (article, section)
        )
        return [row[0] for row in rows]

    def articles(self, rowids: Sequence[int]) -> dict[int, ArticleRow]:
        """Articles by row."""
        rows = self._connection.execute(
            f"SELECT {_ARTICLE} FROM articles WHERE rowid IN ({_marks(rowids)})", list(rowids)
        )
        return {row[0]: _article(row) for row in rows}

    def find(self, article_id: str) -> list[tuple[ArticleRow, str]]:
        """All languages of an article by its id, each with its source, German first."""
        rows = self._connection.execute(
            f"SELECT {_ARTICLE}, source FROM articles WHERE id = ? ORDER BY language",
            (article_id,),
        )
        return [(_article(row[:-1]), row[-1]) for row in rows]

    def listing(self, where: Filter) -> list[ArticleRow]:
        """All articles that a filter lets through, by title."""
        condition, values = where.condition()
        rows = self._connection.execute(f"SELECT {_ARTICLE} FROM articles WHERE {condition} ORDER BY title, id", values)
        return [_article(row) for row in rows]


_ARTICLE_COLUMNS = tuple(item.name for item in fields(ArticleRow))
_ARTICLE = ", ".join(f"articles.{name}" for name in _ARTICLE_COLUMNS)


def _article(row: Sequence[Any]) -> ArticleRow:
    named = dict(zip(_ARTICLE_COLUMNS, row, strict=True))
    for name in ("products", "tags", "aliases", "supersedes", "related"):
        named[name] = tuple(json.loads(named[name]))
    for name in ("created_on", "reviewed_on", "expires_on"):
        named[name] = date.fromisoformat(named[name]) if named[name] else None
    return ArticleRow(**named)


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _generation(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


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
) -> None:
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
    rowid = connection.execute(f"INSERT INTO articles VALUES (NULL, {_marks(values)})", values).lastrowid
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
