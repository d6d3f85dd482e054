"""Everything that an examination of all articles needs, read in four queries instead of one an article."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.catalog.filter import Filter
from kb.catalog.rows import ArticleRow, ChunkRow, UnitRow
from kb.embedding.protocol import FloatMatrix


@dataclass(frozen=True, slots=True)
class Survey:
    """Articles by row, their chunks in the order of articles (id, language) and text, each chunk's units.

    ``vectors`` (n, d) are those of the chunks, of length 1, a row of zeros where none is kept. ``names`` are the
    phrases that each article goes by (id of the vector, text), its title first, ``sources`` the files as they stand.
    """

    articles: Mapping[int, ArticleRow]
    chunks: Sequence[ChunkRow]
    units: Mapping[int, Sequence[UnitRow]]
    vectors: FloatMatrix
    names: Mapping[int, Sequence[tuple[str, str]]]
    sources: Mapping[int, str]


def read_survey(
    connection: sqlite3.Connection,
    articles: Sequence[ArticleRow],
    where: Filter,
    fingerprint: str,
    vector_type: np.dtype[np.float32],
) -> Survey:
    """Survey the ``articles`` that ``where`` lets through, with the vectors of one embedder."""
    condition, values = where.condition()
    ordered = {row.rowid: row for row in sorted(articles, key=lambda row: (row.id, row.language))}
    place = {rowid: number for number, rowid in enumerate(ordered)}
    rows = connection.execute(
        "SELECT chunks.rowid, chunks.article, vector_id, chunks.text, section, headings, anchor, line_from, line_to,"
        " chunks.ordinal FROM chunks JOIN articles ON articles.rowid = chunks.article"
        " JOIN sections ON sections.article = chunks.article AND sections.ordinal = section"
        f" WHERE {condition}",
        values,
    ).fetchall()
    rows.sort(key=lambda row: (place[row[1]], row[9]))
    chunks = [
        ChunkRow(rowid, article, key, text, section, tuple(json.loads(headings)), anchor, (first, last))
        for rowid, article, key, text, section, headings, anchor, first, last, _ in rows
    ]
    units: dict[int, list[UnitRow]] = {chunk.rowid: [] for chunk in chunks}
    for chunk, ordinal, block, kind, source, text, first, last in connection.execute(
        "SELECT chunk, units.ordinal, block, kind, units.source, units.text, line_from, line_to FROM units"
        " JOIN chunks ON chunks.rowid = chunk JOIN articles ON articles.rowid = chunks.article"
        f" WHERE {condition} ORDER BY chunk, units.ordinal",
        values,
    ):
        units[chunk].append(UnitRow(ordinal, block, kind, source, text, (first, last)))
    names: dict[int, list[tuple[str, str]]] = {}
    for article, key, text in connection.execute(
        "SELECT article, vector_id, text FROM names JOIN articles ON articles.rowid = article"
        f" WHERE {condition} ORDER BY article, ordinal",
        values,
    ):
        names.setdefault(article, []).append((key, text))
    sources = dict(connection.execute(f"SELECT rowid, source FROM articles WHERE {condition}", values))
    return Survey(ordered, chunks, units, _vectors(connection, chunks, fingerprint, vector_type), names, sources)


def _vectors(
    connection: sqlite3.Connection, chunks: Sequence[ChunkRow], fingerprint: str, vector_type: np.dtype[np.float32]
) -> FloatMatrix:
    kept = dict(
        connection.execute(
            "SELECT vector_id, vector FROM vectors"
            " WHERE fingerprint = ? AND vector_id IN (SELECT vector_id FROM chunks)",
            (fingerprint,),
        )
    )
    width = len(next(iter(kept.values()), b"")) // vector_type.itemsize
    empty = bytes(width * vector_type.itemsize)
    raw = b"".join(kept.get(chunk.vector_id, empty) for chunk in chunks)
    return np.frombuffer(raw, dtype=vector_type).reshape(len(chunks), width).astype(np.float32)
