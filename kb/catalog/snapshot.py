"""Reading one state of the catalog, however long it takes and whatever is written meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from kb.articles.article import ArticleKey
from kb.catalog import survey
from kb.catalog.filter import Filter, marks
from kb.catalog.fulltext import FullText
from kb.catalog.rows import ArticleRow, ChunkRow, FileRow, Judgement, UnitRow
from kb.embedding.protocol import FloatMatrix
from kb.embedding.vectors import cosines
from kb.runtime.recent import Recent

VECTOR_TYPE = np.dtype("<f4")
"""How vectors lie in the file, on any machine."""

_BOUND_AT_ONCE = 500
_K = TypeVar("_K")
_DURING = "fingerprint = ? AND given_on BETWEEN ? AND ?"


RecentVectors: TypeAlias = Recent[tuple[str, str], FloatMatrix]
"""Vectors by fingerprint and id. An id is made from the text, so that its vector never changes."""


class RatingPeriod(NamedTuple):
    """Ratings whose questions one embedder embedded, given on one of these days, both included."""

    fingerprint: str
    since: str
    until: str


class Snapshot:
    """Reading one state of the catalog."""

    def __init__(self, connection: sqlite3.Connection, recent: RecentVectors) -> None:
        self._connection = connection
        self._recent = recent
        self.fulltext = FullText(connection)

    def generation(self) -> int:
        """The number of the state that is read."""
        return generation_of(self._connection)

    def files(self) -> list[FileRow]:
        """The manifest: every file that is in the index."""
        rows = self._connection.execute(
            "SELECT rowid, root, path, id, language, sha256, recipe, problems FROM articles"
        )
        return [
            FileRow(rowid, root, path, ArticleKey(*key), sha256, recipe, tuple(map(tuple, json.loads(problems))))
            for rowid, root, path, *key, sha256, recipe, problems in rows
        ]

    def counts(self) -> dict[str, int]:
        """How many articles, sections and chunks there are."""
        one = self._connection.execute
        return {name: one(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("articles", "sections", "chunks")}

    def vector_ids(self) -> set[str]:
        """Every vector that a chunk names."""
        return {row[0] for row in self._connection.execute("SELECT DISTINCT vector_id FROM chunks")}

    def kept_vectors(self, fingerprint: str) -> set[str]:
        """The ids of all vectors that are kept of one embedder, named by a chunk or not."""
        rows = self._connection.execute("SELECT vector_id FROM vectors WHERE fingerprint = ?", (fingerprint,))
        return {row[0] for row in rows}

    def vectors(self, fingerprint: str, ids: Sequence[str]) -> dict[str, FloatMatrix]:
        """The vectors (d,) of one embedder for those ``ids`` that are kept."""
        rows = self._rows_of(
            ids, "SELECT vector_id, vector FROM vectors WHERE fingerprint = ? AND vector_id", fingerprint
        )
        return {key: np.frombuffer(raw, dtype=VECTOR_TYPE) for key, raw in rows}

    def recent_vectors(self, fingerprint: str, ids: Sequence[str]) -> dict[str, FloatMatrix]:
        """As ``vectors``, in the order of ``ids``, what was read lately from memory. For searching: not all is kept."""

        def read(missing: list[tuple[str, str]]) -> dict[tuple[str, str], FloatMatrix]:
            found = self.vectors(fingerprint, [key for _, key in missing])
            return {(fingerprint, key): vector for key, vector in found.items()}

        found = self._recent.get([(fingerprint, key) for key in ids], read)
        return {key: vector for (_, key), vector in found.items()}

    def nearest(
        self, fingerprint: str, vector: FloatMatrix, limit: int, among: Filter | None = None
    ) -> list[tuple[str, float]]:
        """The ``limit`` nearest vectors by cosine, best first, each compared: exact, in about 30 ms for 10,000.

        Only of chunks that ``among`` lets through, where it is given. ``vector`` (d,) has length 1, as all here.
        """
        return nearest_of(self.chunk_vectors(fingerprint, among), vector, limit)

    def chunk_vectors(self, fingerprint: str, among: Filter | None = None) -> tuple[list[str], FloatMatrix]:
        """The ids and the vectors (n, d) of all chunks, or of those that ``among`` lets through."""
        named = "SELECT vector_id FROM chunks"
        values: list[Any] = []
        if among is not None:
            condition, values = among.condition()
            named += f" JOIN articles ON articles.rowid = article WHERE {condition}"
        query = f"SELECT vector_id, vector FROM vectors WHERE fingerprint = ? AND vector_id IN ({named})"
        return _with_vectors(self._connection.execute(query, [fingerprint, *values]))

    def lacking(self, fingerprint: str, language: str | None, besides: Collection[int]) -> tuple[dict[str, str], ...]:
        """What has no vector of one embedder, as text by id: chunks, then names; only in ``language`` where given."""
        found = []
        for table in ("chunks", "names"):
            rows = self._connection.execute(
                f"SELECT vector_id, {table}.text, article FROM {table} JOIN articles ON articles.rowid = article"
                " WHERE vector_id NOT IN (SELECT vector_id FROM vectors WHERE fingerprint = ?)"
                " AND (? IS NULL OR articles.language = ? OR articles.language LIKE ? || '-%')",
                [fingerprint, language, language, language],
            )
            found.append({key: text for key, text, article in rows if article not in besides})
        return tuple(found)

    def own_names(self, articles: Sequence[int]) -> dict[int, list[str]]:
        """The ids of the vectors of each article's names, leaving out names by which more than one other goes too.

        Where titles are only headings of a collection ("General"), they say nothing about the article.
        """
        found: dict[int, list[str]] = {}
        query = (
            "SELECT article, vector_id FROM names AS own WHERE"
            " (SELECT count(*) FROM (SELECT 1 FROM names WHERE vector_id = own.vector_id LIMIT 3)) <= 2 AND article"
        )
        for article, key in self._rows_of(articles, query, order="ORDER BY article, ordinal"):
            found.setdefault(article, []).append(key)
        return found

    def named_vectors(self, fingerprint: str) -> tuple[list[int], FloatMatrix]:
        """The vectors (n, d) of all names by one embedder, with the article (its row) of each."""
        return self._vectors_by_article("names", fingerprint)

    def passage_vectors(self, fingerprint: str) -> tuple[list[int], FloatMatrix]:
        """The vectors (n, d) of all chunks by one embedder, with the article (its row) of each."""
        return self._vectors_by_article("chunks", fingerprint)

    def _vectors_by_article(self, table: str, fingerprint: str) -> tuple[list[int], FloatMatrix]:
        query = f"SELECT article, vector FROM {table} JOIN vectors USING (vector_id) WHERE fingerprint = ?"
        return _with_vectors(self._connection.execute(f"{query} ORDER BY article, ordinal", (fingerprint,)))

    def texts_of(self, vector_ids: Sequence[str]) -> dict[str, str]:
        """The embedded text of each vector, for embedding it again."""
        return dict(self._rows_of(vector_ids, "SELECT vector_id, text FROM chunks WHERE vector_id"))

    def _rows_of(self, keys: Sequence[Any], query: str, *values: object, order: str = "") -> Iterator[tuple[Any, Any]]:
        """The rows of ``query``, which ends in a column, where that is one of ``keys``; SQLite binds only so many."""
        for start in range(0, len(keys), _BOUND_AT_ONCE):
            part = keys[start : start + _BOUND_AT_ONCE]
            yield from self._connection.execute(f"{query} IN ({marks(part)}) {order}", [*values, *part])

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

    def chunks_of_vectors(self, vector_ids: Sequence[str], where: Filter) -> dict[str, list[int]]:
        """The chunks behind ``vector_ids`` that a filter lets through; equal texts of two articles share a vector."""
        condition, values = where.condition()
        # CROSS JOIN: from the few chunks to their articles. SQLite would go through all published articles instead.
        rows = self._connection.execute(
            f"SELECT vector_id, chunks.rowid FROM chunks CROSS JOIN articles ON articles.rowid = article"
            f" WHERE vector_id IN ({marks(vector_ids)}) AND {condition} ORDER BY chunks.rowid",
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
            f" WHERE chunks.rowid IN ({marks(rowids)})",
            list(rowids),
        )
        return {
            rowid: ChunkRow(rowid, article, key, text, section, _texts(headings), anchor, (first, last))
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
            f"SELECT {_ARTICLE} FROM articles WHERE rowid IN ({marks(rowids)})", list(rowids)
        )
        return {row[0]: _article(row) for row in rows}

    def find(self, article_id: str) -> list[tuple[ArticleRow, str]]:
        """All languages of an article by its id, each with its source, German first."""
        rows = self._connection.execute(
            f"SELECT {_ARTICLE}, source FROM articles WHERE id = ? ORDER BY language",
            (article_id,),
        )
        return [(_article(row[:-1]), row[-1]) for row in rows]

    def sources(self, keys: Collection[ArticleKey]) -> dict[ArticleKey, tuple[int, str]]:
        """The row and the source of each of the articles ``keys`` that is in the index."""
        if not keys:
            return {}
        rows = self._connection.execute(
            "SELECT id, language, rowid, source FROM articles"
            f" WHERE (id, language) IN (VALUES {','.join(['(?,?)'] * len(keys))})",
            [part for key in keys for part in key],
        )
        return {ArticleKey(*key): (rowid, source) for *key, rowid, source in rows}

    def judged_vectors(self, period: RatingPeriod, keys: Collection[ArticleKey]) -> tuple[list[str], FloatMatrix]:
        """The questions that were rated for one of the articles ``keys``, with their vectors (n, d)."""
        rows = self._connection.execute(
            f"SELECT question_id, vector FROM judgements WHERE {_DURING} AND key IN ({marks(list(keys))})",
            [*period, *map(str, keys)],
        )
        return _with_vectors(rows)

    def judgements(self, period: RatingPeriod, question_ids: Sequence[str] | None = None) -> list[Judgement]:
        """What ratings say: all of a period, or of those on ``question_ids``."""
        chosen = "" if question_ids is None else f" AND question_id IN ({marks(question_ids)})"
        rows = self._connection.execute(
            "SELECT question_id, key, sha256, actor, helpful, given_on FROM judgements"
            f" WHERE {_DURING}{chosen} ORDER BY question_id",
            [*period, *(question_ids or ())],
        )
        return [
            Judgement(question, ArticleKey.parse(key), sha256, actor, bool(helpful), date.fromisoformat(day))
            for question, key, sha256, actor, helpful, day in rows
        ]

    def last_helpful(self, period: RatingPeriod, keys: Collection[ArticleKey]) -> dict[tuple[ArticleKey, str], date]:
        """When each of the articles ``keys``, in each of its texts (SHA-256), was last rated helpful."""
        rows = self._connection.execute(
            f"SELECT key, sha256, max(given_on) FROM judgements WHERE {_DURING} AND helpful"
            f" AND key IN ({marks(list(keys))}) GROUP BY key, sha256",
            [*period, *map(str, keys)],
        )
        return {(ArticleKey.parse(key), sha256): date.fromisoformat(day) for key, sha256, day in rows}

    def listing(self, where: Filter) -> list[ArticleRow]:
        """All articles that a filter lets through, by title."""
        condition, values = where.condition()
        rows = self._connection.execute(f"SELECT {_ARTICLE} FROM articles WHERE {condition} ORDER BY title, id", values)
        return [_article(row) for row in rows]

    def survey(self, where: Filter, fingerprint: str) -> survey.Survey:
        """All articles that a filter lets through, with chunks, units, names and the vectors of one embedder."""
        return survey.read_survey(self._connection, self.listing(where), where, fingerprint, VECTOR_TYPE)


def nearest_of(stored: tuple[list[str], FloatMatrix], vector: FloatMatrix, limit: int) -> list[tuple[str, float]]:
    """Of ids and vectors (n, d), the ``limit`` nearest to ``vector`` (d,) with their cosines, best first."""
    ids, vectors = stored
    if not ids:
        return []
    found = cosines(vectors, vector)
    best = np.argpartition(-found, limit - 1)[:limit] if limit < len(ids) else range(len(ids))
    return sorted(((ids[at], float(found[at])) for at in best), key=lambda hit: (-hit[1], hit[0]))


def _with_vectors(rows: Iterable[tuple[_K, bytes]]) -> tuple[list[_K], FloatMatrix]:
    """Rows of a key and a vector as the keys (n) and the matrix (n, d)."""
    found = list(rows)
    vectors = np.frombuffer(b"".join(raw for _, raw in found), dtype=VECTOR_TYPE)
    return [key for key, _ in found], vectors.reshape(len(found), -1) if found else vectors.reshape(0, 0)


_ARTICLE_COLUMNS = tuple(item.name for item in fields(ArticleRow))
_ARTICLE = ", ".join(f"articles.{name}" for name in _ARTICLE_COLUMNS)


def _article(row: Sequence[Any]) -> ArticleRow:
    named = dict(zip(_ARTICLE_COLUMNS, row, strict=True))
    for name in ("products", "tags", "aliases", "supersedes", "related"):
        named[name] = _texts(named[name])
    for name in ("created_on", "reviewed_on", "expires_on"):
        named[name] = date.fromisoformat(named[name]) if named[name] else None
    return ArticleRow(**named)


@lru_cache(maxsize=4096)
def _texts(stored: str) -> tuple[str, ...]:
    """A list of texts as it was stored; every question reads dozens of rows, and mostly the same."""
    return tuple(json.loads(stored))


def generation_of(connection: sqlite3.Connection) -> int:
    """The number of the state that ``connection`` sees."""
    return int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
