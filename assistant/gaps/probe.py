"""Probing: a question asked again, as it was asked and with the filters off, with all kept that proves a cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from assistant.evidence import Evidence
from assistant.gaps.signals import Case
from assistant.judge import Bench, judge
from assistant.query import understand
from assistant.rerank import speaks
from assistant.retrieval import Ranked, retrieve, searching
from kb.catalog import ArticleRow, Filter
from kb.embedding.protocol import Embedder, FloatMatrix
from kb.library import Library

STATUSES: Final = ("draft", "review", "published", "archived")
KEPT: Final = 10
"""Articles of a ranking that are kept: as many as an answer lists."""

_SENTENCES: Final = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """An article in a ranking: its place from 1, its fused score (0..1) and its best passage's cosine (-1..1)."""

    article: ArticleRow
    rank: int
    score: float
    cosine: float

    @property
    def key(self) -> str:
        """id@language."""
        return f"{self.article.id}@{self.article.language}"


@dataclass(frozen=True, slots=True)
class View:
    """What some articles give a question: ``confidence`` is p(the first one answers), 0..1.

    ``answered``: whether that passes the threshold. ``evidence`` are the best units of that article, ``measured`` is
    what the confidence was computed from.
    """

    hit: Hit
    confidence: float
    answered: bool
    evidence: tuple[Evidence, ...]
    measured: Mapping[str, float]

    @property
    def sentence(self) -> str:
        """The unit that answers best, as it reads."""
        return self.evidence[0].unit.text if self.evidence else ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question asked again.

    ``own``: what its asker gets. ``foreign``: the same from other languages only. ``blocked``: what comes from
    articles that its asker may not see, or that are not in force. None: there are none. ``hits`` is the asker's
    ranking.
    """

    case: Case
    hits: tuple[Hit, ...]
    own: View | None
    foreign: View | None
    blocked: View | None


class Prober:
    """Asks questions again over one library; nothing is logged, and no text is embedded twice."""

    def __init__(self, library: Library, today: date) -> None:
        self._today = today
        self._library = Library(library.home, library.settings, library.origins)
        self._library.exact = True
        self._library.catalog = library.catalog
        self._library.embedder = Remembering(library.embedder)
        self._library.english = Remembering(library.english) if library.english else None

    def probe(self, case: Case, vector: FloatMatrix) -> Probe:
        """Ask the question of ``case``, whose vector (d,) is given, again.

        1. As it was asked. 2. The same among its foreign articles only. 3. With every filter off: what its asker
        could not see.
        """
        query = understand(case.text, case.language)
        own = Filter(self._today, case.audience, case.only_language, case.products)
        wide = Filter(self._today, statuses=STATUSES, expired=True)
        with searching(self._library, vector, 2 * self._library.settings.retrieval.candidates) as (snapshot, near):
            bench = Bench(self._library, snapshot, query, vector, self._today)
            # 1, 2
            ranked = retrieve(snapshot, self._library, query, vector, near, own).articles
            foreign = [item for item in ranked if not speaks(item.article, query)]
            # 3
            everything = retrieve(snapshot, self._library, query, vector, near, wide).articles
            allowed = {row.rowid for row in snapshot.listing(own)}
            blocked = [item for item in everything if item.article.rowid not in allowed]
            return Probe(
                case,
                tuple(_hit(item, place) for place, item in enumerate(ranked[:KEPT], 1)),
                self._view(bench, ranked, ranked),
                self._view(bench, foreign, ranked),
                self._view(bench, blocked, everything),
            )

    def _view(self, bench: Bench, judged: Sequence[Ranked], ranked: Sequence[Ranked]) -> View | None:
        """What ``judged`` give; the place of the first one is that in ``ranked``, which holds them."""
        if not judged:
            return None
        verdict = judge(bench, judged)
        row = verdict.evidence[0].chunk.article if verdict.evidence else judged[0].article.rowid
        place = next(place for place, item in enumerate(ranked) if item.article.rowid == row)
        return View(
            _hit(ranked[place], place + 1),
            verdict.confidence,
            bool(verdict.answer),
            verdict.evidence[:_SENTENCES],
            verdict.measured,
        )


class Remembering:
    """``embedder``, with every vector kept that it made: questions about one article read the same sentences."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: dict[tuple[str, str], FloatMatrix] = {}
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimensions, self.max_tokens = embedder.dimensions, embedder.max_tokens

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """As the embedder."""
        return self._embed("query", texts, self._embedder.embed_queries)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """As the embedder."""
        return self._embed("passage", texts, self._embedder.embed_passages)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """As the embedder."""
        return self._embedder.token_offsets(text)

    def _embed(self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], FloatMatrix]) -> FloatMatrix:
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._kept]
        if new:
            self._kept.update(((kind, text), row) for text, row in zip(new, embed(new), strict=True))
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return np.stack([self._kept[kind, text] for text in texts])


def _hit(item: Ranked, place: int) -> Hit:
    return Hit(item.article, place, item.score, max(passage.signals.cosine for passage in item.passages))
