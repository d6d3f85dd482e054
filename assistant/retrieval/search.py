"""Retrieval: candidates from vectors and full text, scored by all signals, fused, grouped by article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from assistant.retrieval.fusion import Signals, fuse
from assistant.retrieval.near_duplicates import mark_near_duplicates
from assistant.retrieval.parameters import RETRIEVAL, FusionParameters, RetrievalParameters, Weights
from assistant.retrieval.query import Query
from assistant.retrieval.ranking import Candidates, Passage, Ranked, Ranking
from assistant.retrieval.relevance_feedback import adjustments
from assistant.retrieval.rerank import RerankContext, in_question_language, rerankers
from kb.catalog import ArticleRow, ChunkRow, Filter, Snapshot
from kb.embedding.protocol import Embedder, FloatMatrix
from kb.embedding.vectors import cosines
from kb.library import Library
from kb.text.language import primary_language

_RETRIES = 5
"""Searches repeated when an article was committed between the vector search and the snapshot."""


@contextmanager
def searching(library: Library, vector: FloatMatrix) -> Iterator[tuple[Snapshot, list[tuple[str, float]]]]:
    """A snapshot of the catalog, and the vectors nearest to ``vector`` (d,) at the same state of the index.

    Without this, an article committed between the two would be missed: its old vectors no longer join, its new ones
    were not there yet. Where Chroma cannot serve, the snapshot's own vectors are compared. Twice as many vectors as
    candidates are taken, since filters leave some out.
    """
    limit = 2 * library.settings.retrieval.candidates
    for attempt in range(_RETRIES):
        before = library.catalog.generation()
        hits = library.nearest(vector, limit)
        with library.catalog.snapshot() as snapshot:
            if hits is None:
                hits = snapshot.nearest(library.embedder.fingerprint, vector, limit)
            elif snapshot.generation() != before and attempt < _RETRIES - 1:
                continue
            yield snapshot, hits
            return


def retrieve(
    snapshot: Snapshot,
    library: Library,
    query: Query,
    vector: FloatMatrix,
    hits: list[tuple[str, float]],
    where: Filter,
    *,
    weights: Weights | None = None,
    parameters: RetrievalParameters = RETRIEVAL,
) -> Ranking:
    """Rank the articles that ``where`` lets through.

    ``hits`` are the nearest vectors of the whole index. 1. Gather candidates, each with every signal. 2. Fuse. 3. Group
    by article. 4. Rerank. 5. Keep one language of an article. 6. Mark copies. ``weights`` replace those that the
    languages of question and articles call for, and leave out what ratings taught: so one search is measured alone.
    """
    settings = library.settings.retrieval
    whole, weights = weights is None, weights or weights_for(snapshot, library, query, where, parameters.fusion)
    # 1, 2
    pool = candidates(snapshot, library, query, vector, hits, where, weights)
    shares = fuse(pool.signals, weights)
    passages = [
        Passage(key, row.article, pool.signals[key], shares[key], sum(shares[key].values()))
        for key, row in pool.chunks.items()
    ]
    passages.sort(key=lambda passage: (-passage.score, passage.chunk))
    # 3, 4
    ranked = _group(passages, pool.articles)
    keys = [article.key for article in pool.articles.values()]

    def text_of(item: Ranked) -> str:
        return pool.chunks[item.passages[0].chunk].text

    context = RerankContext(
        library.settings,
        where.today,
        frozenset(snapshot.superseded(where)),
        text_of,
        adjustments(library, snapshot, vector, where.today, keys, parameters.feedback) if whole else {},
        parameters.rerank,
    )
    for reranker in rerankers(settings.reranker):
        ranked = reranker.rerank(query, ranked, context)
    # 5, 6
    return Ranking(mark_near_duplicates(_one_an_id(ranked, query), text_of, parameters.duplicates))


def candidates(
    snapshot: Snapshot,
    library: Library,
    query: Query,
    vector: FloatMatrix,
    hits: list[tuple[str, float]],
    where: Filter,
    weights: Weights,
) -> Candidates:
    """The chunks that the searches find which ``weights`` ask for, each with the signals that these ask for.

    ``hits`` (the nearest vectors) are joined on the catalog; where the filter leaves too few of them, all that are
    allowed are compared.
    """
    limit = library.settings.retrieval.candidates
    near = _dense(snapshot, library, vector, hits, where, limit) if weights.cosine else set()
    texts = dict(snapshot.search_text(query.text, query.language, limit, where)) if weights.bm25 else {}
    rows = snapshot.chunks(sorted({*near, *texts}))
    articles = snapshot.articles(sorted({row.article for row in rows.values()}))
    return Candidates(rows, articles, _signals(snapshot, library, query, vector, rows, articles, texts, weights))


def weights_for(
    snapshot: Snapshot, library: Library, query: Query, where: Filter, fusion: FusionParameters = RETRIEVAL.fusion
) -> Weights:
    """Those of the case: across languages, English with an encoder of its own, or any other language."""
    spoken = {primary_language(language) for language in snapshot.languages(where)}
    if spoken and query.primary_language not in spoken:
        return fusion.across
    return fusion.english if query.primary_language == "en" and library.english else fusion.same_language


def _dense(
    snapshot: Snapshot, library: Library, vector: FloatMatrix, hits: list[tuple[str, float]], where: Filter, limit: int
) -> set[int]:
    joined = snapshot.chunks_of_vectors([key for key, _ in hits], where)
    if len(joined) < limit // 2 and len(hits) >= limit:
        hits = snapshot.nearest(library.embedder.fingerprint, vector, limit, among=where)
        joined = snapshot.chunks_of_vectors([key for key, _ in hits], where)
    return {chunk for chunks in joined.values() for chunk in chunks}


def _signals(
    snapshot: Snapshot,
    library: Library,
    query: Query,
    vector: FloatMatrix,
    rows: Mapping[int, ChunkRow],
    articles: Mapping[int, ArticleRow],
    texts: Mapping[int, float],
    weights: Weights,
) -> dict[int, Signals]:
    """Every signal that the weights ask for, of every candidate: so like is compared with like."""
    names = snapshot.own_names(list(articles)) if weights.name or weights.english_name else {}
    every = _cosines(snapshot, library.embedder, vector, rows, names)
    english: tuple[dict[int, float], dict[int, float]] = {}, {}
    if weights.english and library.english:
        speakers = {key for key, article in articles.items() if article.primary_language == "en"}
        own = {key: row for key, row in rows.items() if row.article in speakers}
        asked = library.english.embed_queries([query.text])[0]
        english = _cosines(snapshot, library.english, asked, own, {key: names[key] for key in names if key in speakers})
    return {
        key: Signals(
            every[0].get(key, 0.0),
            texts.get(key, 0.0),
            every[1].get(row.article),
            english[0].get(key),
            english[1].get(row.article),
        )
        for key, row in rows.items()
    }


def _cosines(
    snapshot: Snapshot,
    embedder: Embedder,
    vector: FloatMatrix,
    rows: Mapping[int, ChunkRow],
    names: Mapping[int, Sequence[str]],
) -> tuple[dict[int, float], dict[int, float]]:
    """The cosine of each chunk, and of the nearest of each article's names, as far as their vectors are kept."""
    keys = sorted({row.vector_id for row in rows.values()} | {key for own in names.values() for key in own})
    kept = snapshot.recent_vectors(embedder.fingerprint, keys)
    if not kept:
        return {}, {}
    by_key = dict(zip(kept, cosines(np.stack(list(kept.values())), vector).tolist(), strict=True))
    chunks = {chunk: by_key[row.vector_id] for chunk, row in rows.items() if row.vector_id in by_key}
    best = {article: max((by_key[key] for key in own if key in by_key), default=None) for article, own in names.items()}
    return chunks, {article: cosine for article, cosine in best.items() if cosine is not None}


def _group(passages: Sequence[Passage], articles: Mapping[int, ArticleRow]) -> list[Ranked]:
    """One row an article, best first, with the score of its best passage."""
    by_article: dict[int, list[Passage]] = {}
    for passage in passages:
        by_article.setdefault(passage.article, []).append(passage)
    return [Ranked(articles[row], tuple(own), own[0].score) for row, own in by_article.items()]


def _one_an_id(ranked: Sequence[Ranked], query: Query) -> list[Ranked]:
    """Of translations the one in the question's language, else the best."""
    chosen: dict[str, Ranked] = {}
    for item in sorted(ranked, key=lambda item: not in_question_language(item.article, query)):
        chosen.setdefault(item.article.id, item)
    return [item for item in ranked if chosen[item.article.id] is item]
