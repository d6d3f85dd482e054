"""Retrieval: candidates from vectors and full text, fused by score, grouped by article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from assistant.query import Query
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.settings import RetrievalSettings
from kb.terms import base_language

_RETRIES = 5
"""Searches repeated when an article was committed between the vector search and the snapshot."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. ``cosine`` is -1..1, ``bm25`` 0 or more, ``score`` 0..1 fused from both."""

    chunk: int
    article: int
    cosine: float
    bm25: float
    score: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article with the passages that found it, best first; its score is its best passage's."""

    article: ArticleRow
    passages: tuple[Passage, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What retrieval found: articles best first, one row an id."""

    articles: list[Ranked]


@dataclass(slots=True)
class Candidates:
    """Chunks by row with the two scores they were found by; 0 where a list does not hold them."""

    cosine: dict[int, float] = field(default_factory=dict)
    bm25: dict[int, float] = field(default_factory=dict)


@contextmanager
def searching(
    library: Library, vector: FloatMatrix | None, limit: int
) -> Iterator[tuple[Snapshot, list[tuple[str, float]]]]:
    """A snapshot of the catalog, and the vectors nearest to ``vector`` at the same state of the index.

    Without this, an article committed between the two would be missed: its old vectors no longer join, its new ones
    were not there yet. Where Chroma cannot serve, the snapshot's own vectors are compared.
    """
    for attempt in range(_RETRIES):
        before = library.catalog.generation()
        hits = library.nearest(vector, limit) if vector is not None else []
        with library.catalog.snapshot() as snapshot:
            if hits is None and vector is not None:
                hits = snapshot.nearest(library.embedder.fingerprint, vector, limit)
            elif snapshot.generation() != before and attempt < _RETRIES - 1:
                continue
            yield snapshot, hits or []
            return


def retrieve(
    snapshot: Snapshot,
    library: Library,
    query: Query,
    vector: FloatMatrix | None,
    hits: list[tuple[str, float]],
    where: Filter,
    *,
    dense_weight: float | None = None,
) -> Ranking:
    """Rank the articles that ``where`` lets through.

    ``hits`` are the nearest vectors of the whole index. 1. Join them on the catalog; where the filter leaves too few,
    ask again among the allowed ones. 2. Search the full text. 3. Give each candidate both scores. 4. Fuse. 5. Group by
    article. ``dense_weight`` overrides the setting; 1 leaves full text out, 0 the vectors.
    """
    settings = library.settings.retrieval
    weight = _weight(snapshot, query, where, settings) if dense_weight is None else dense_weight
    found = Candidates()
    if weight > 0 and vector is not None:
        found.cosine = _dense(snapshot, library, vector, hits, where, settings.candidates)
    if weight < 1:
        found.bm25 = dict(snapshot.search_text(query.text, query.language, settings.candidates, where))
    if weight > 0 and vector is not None:
        _complete(snapshot, library, vector, found)
    passages = fuse(snapshot, found, weight)
    return Ranking(_group(snapshot, passages, query, where, settings))


def _weight(snapshot: Snapshot, query: Query, where: Filter, settings: RetrievalSettings) -> float:
    """The share of the cosine: words of two languages rarely meet, so across languages BM25 counts for less."""
    spoken = {base_language(language) for language in snapshot.languages(where)}
    across = bool(spoken) and base_language(query.language) not in spoken
    return settings.dense_weight_across if across else settings.dense_weight


def _dense(
    snapshot: Snapshot, library: Library, vector: FloatMatrix, hits: list[tuple[str, float]], where: Filter, limit: int
) -> dict[int, float]:
    joined = snapshot.chunks_of_vectors([key for key, _ in hits], where)
    if len(joined) < limit // 2 and len(hits) >= limit:
        hits = snapshot.nearest(library.embedder.fingerprint, vector, limit, among=where)
        joined = snapshot.chunks_of_vectors([key for key, _ in hits], where)
    cosines = dict(hits)
    return {chunk: cosines[key] for key, chunks in joined.items() for chunk in chunks}


def _complete(snapshot: Snapshot, library: Library, vector: FloatMatrix, found: Candidates) -> None:
    """Chunks that only full text found get their cosine too, so that fusing compares like with like."""
    rest = [chunk for chunk in found.bm25 if chunk not in found.cosine]
    if not rest:
        return
    keys = {row.rowid: row.vector_id for row in snapshot.chunks(rest).values()}
    vectors = snapshot.vectors(library.embedder.fingerprint, sorted(set(keys.values())))
    for chunk, key in keys.items():
        if key in vectors:
            found.cosine[chunk] = float(np.dot(vectors[key], vector))


def fuse(snapshot: Snapshot, found: Candidates, dense_weight: float) -> list[Passage]:
    """Scores brought to 0..1 over the candidates (min-max for cosines, share of the best for BM25), then weighted.

    Score-level fusion beat reciprocal ranks on every set that was tried; see evals/README.md.
    """
    rows = snapshot.chunks(sorted({*found.cosine, *found.bm25}))
    cosines = found.cosine.values()
    low, high = (min(cosines), max(cosines)) if cosines else (0.0, 0.0)
    best = max(found.bm25.values(), default=0.0)
    passages = []
    for rowid, row in rows.items():
        cosine, bm25 = found.cosine.get(rowid, low), found.bm25.get(rowid, 0.0)
        dense = (cosine - low) / (high - low) if high > low else float(bool(found.cosine))
        lexical = bm25 / best if best > 0 else 0.0
        passages.append(Passage(rowid, row.article, cosine, bm25, dense_weight * dense + (1 - dense_weight) * lexical))
    return sorted(passages, key=lambda passage: (-passage.score, passage.chunk))


def _group(
    snapshot: Snapshot, passages: Sequence[Passage], query: Query, where: Filter, settings: RetrievalSettings
) -> list[Ranked]:
    """One row an id: of translations the one in the question's language, else the best.

    An article in another language has to be clearly better than one in the question's own; one that another article
    supersedes goes behind its successor.
    """
    rows = snapshot.articles(sorted({passage.article for passage in passages}))
    superseded = snapshot.superseded(where)
    found: dict[int, list[Passage]] = {}
    for passage in passages:
        found.setdefault(passage.article, []).append(passage)
    ranked = []
    for rowid, own in found.items():
        article = rows[rowid]
        penalty = settings.superseded_penalty * (article.id in superseded)
        penalty += settings.other_language_margin * (not speaks(article, query))
        ranked.append(Ranked(article, tuple(own), max(own[0].score - penalty, 0.0)))
    ranked.sort(key=lambda item: (not speaks(item.article, query), -item.score, item.article.id))
    one_an_id: dict[str, Ranked] = {}
    for item in ranked:
        one_an_id.setdefault(item.article.id, item)
    return sorted(one_an_id.values(), key=lambda item: (-item.score, item.article.id))


def speaks(article: ArticleRow, query: Query) -> bool:
    """Whether an article is in the language of the question, whatever the region."""
    return base_language(article.language) == base_language(query.language)
