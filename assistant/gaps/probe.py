"""Probing: a question asked again, as it was asked and with the filters off, with all kept that proves a cause."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from assistant.answering.evidence import Evidence, QuestionTerms, gather
from assistant.answering.judge import QuestionContext, judge
from assistant.gaps.cases import Case
from assistant.replay.embedding_cache import CachingLibrary
from assistant.retrieval.model import Ranked
from assistant.retrieval.query import understand
from assistant.retrieval.search import retrieve, searching
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.runtime.cancellation import checkpoint
from kb.text.terms import base_language

STATUSES: Final = ("draft", "review", "published", "archived")
KEPT: Final = 10
"""Articles of a ranking that are kept: as many as an answer lists."""

_SENTENCES: Final = 3

_TWIN: Final = 0.7
"""Share of the words in the units that answer from which on two articles are copies of one another."""

_WORD: Final = re.compile(r"[^\W\d_]+")

_COMPARED: Final = 4
_NEARLY: Final = 0.5
_UNITS: Final = 4
"""Articles that are compared for what they state, the share of the first one's score they need, and units of each."""


@dataclass(frozen=True, slots=True)
class RankedArticle:
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
class AnswerView:
    """What some articles give a question: ``confidence`` is p(the first one answers), 0..1.

    ``answered``: whether that passes the threshold. ``evidence`` are the best units of that article, ``measured`` is
    what the confidence was computed from.
    """

    hit: RankedArticle
    confidence: float
    answered: bool
    evidence: tuple[Evidence, ...]
    measured: Mapping[str, float]

    @property
    def sentence(self) -> str:
        """The unit that answers best, as it reads."""
        return self.evidence[0].unit.text if self.evidence else ""


@dataclass(frozen=True, slots=True)
class TopArticle:
    """One of the first articles, with the units that bear most on the question, as they read."""

    hit: RankedArticle
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One question asked again.

    ``own``: what its asker gets. ``foreign``: the same from other languages only. ``blocked``: what comes first of all
    articles, where that is one that its asker may not see, or that is not in force. None: there is nothing. ``hits`` is
    the asker's ranking, ``answering`` what its first articles say.
    """

    case: Case
    hits: tuple[RankedArticle, ...]
    own: AnswerView | None
    foreign: AnswerView | None
    blocked: AnswerView | None
    answering: tuple[TopArticle, ...] = ()


class Prober:
    """Asks questions again over one library; nothing is logged, and no text is embedded twice."""

    def __init__(self, library: Library, today: date) -> None:
        self._today = today
        self._library = CachingLibrary(library)
        self._library.catalog = library.catalog
        self._kept_back: dict[tuple[int, Filter], frozenset[int]] = {}
        self._ids: dict[tuple[int, Filter, str], frozenset[str]] = {}

    def probe(self, case: Case, vector: FloatMatrix) -> ProbeResult:
        """Ask the question of ``case``, whose vector (d,) is given, again.

        1. As it was asked; a twin of the first article, which makes it doubtful, is left out. 2. Where that gives no
        answer, of the articles in each other language only. 3. With every filter off: what comes first that its asker
        cannot see.
        """
        checkpoint()
        query = understand(case.text, case.language)
        own = Filter(self._today, case.audience, case.only_language, case.products)
        wide = Filter(self._today, statuses=STATUSES, expired=True)
        with searching(self._library, vector, 2 * self._library.settings.retrieval.candidates) as (snapshot, near):
            context = QuestionContext(self._library, snapshot, query, vector, self._today)
            # 1
            ranked = retrieve(snapshot, self._library, query, vector, near, own).articles
            says = _answering(context, ranked)
            twins = {one.hit.article.rowid for one in says[1:] if _alike(says[0], one)}
            view = self._view(context, [item for item in ranked if item.article.rowid not in twins], ranked)
            # 2
            foreign = None
            if view and not view.answered:
                foreign = self._foreign(context, near, own)
            # 3
            blocked: list[Ranked] = []
            if hidden := self._hidden(snapshot, own, wide):
                blocked = retrieve(snapshot, self._library, query, vector, near, wide).articles
                blocked = blocked if blocked and blocked[0].article.rowid in hidden else []
            return ProbeResult(
                case,
                tuple(_hit(item, place) for place, item in enumerate(ranked[:KEPT], 1)),
                view,
                foreign,
                self._view(context, blocked, blocked),
                says,
            )

    def _foreign(self, context: QuestionContext, near: list[tuple[str, float]], own: Filter) -> AnswerView | None:
        """What an article in another language gives that has no translation its asker could read; the surest one.

        Each language is searched by itself: among all articles, those in the question's own crowd the others out.
        """
        spoken = base_language(context.query.language)
        views = []
        for language in sorted({base_language(tag) for tag in context.snapshot.languages(own)} - {spoken}):
            where = replace(own, language=language)
            ranked = retrieve(context.snapshot, self._library, context.query, context.vector, near, where).articles
            view = self._view(context, ranked, ranked)
            if view and view.hit.article.id not in self._translated(context.snapshot, own, spoken):
                views.append(view)
        return max(views, key=lambda view: view.confidence, default=None)

    def _translated(self, snapshot: Snapshot, own: Filter, spoken: str) -> frozenset[str]:
        """The ids of the articles that ``own`` lets through in a language; looked up once a state and scope."""
        key = (snapshot.generation(), own, spoken)
        if key not in self._ids:
            rows = snapshot.listing(own)
            self._ids[key] = frozenset({row.id for row in rows if base_language(row.language) == spoken})
        return self._ids[key]

    def _hidden(self, snapshot: Snapshot, own: Filter, wide: Filter) -> frozenset[int]:
        """The articles, as rows, that exist and that ``own`` does not let through; looked up once a state and scope."""
        key = (snapshot.generation(), own)
        if key not in self._kept_back:
            allowed = {row.rowid for row in snapshot.listing(own)}
            self._kept_back[key] = frozenset({row.rowid for row in snapshot.listing(wide)} - allowed)
        return self._kept_back[key]

    def _view(self, context: QuestionContext, judged: Sequence[Ranked], ranked: Sequence[Ranked]) -> AnswerView | None:
        """What ``judged`` give; the place of the first one is that in ``ranked``, which holds them."""
        if not judged:
            return None
        verdict = judge(context, judged)
        row = verdict.evidence[0].chunk.article if verdict.evidence else judged[0].article.rowid
        place = next(place for place, item in enumerate(ranked) if item.article.rowid == row)
        return AnswerView(
            _hit(ranked[place], place + 1),
            verdict.confidence,
            bool(verdict.answer),
            verdict.evidence[:_SENTENCES],
            verdict.measured,
        )


def _alike(one: TopArticle, other: TopArticle) -> bool:
    """Whether two articles say the same in nearly the same words, whatever their figures."""
    ours, theirs = (set(_WORD.findall(" ".join(says.units).casefold())) for says in (one, other))
    return len(ours & theirs) >= _TWIN * len(ours | theirs) > 0


def _answering(context: QuestionContext, ranked: Sequence[Ranked]) -> tuple[TopArticle, ...]:
    """What the first article says, and the next ones that are nearly as good."""
    if not ranked:
        return ()
    asked = QuestionTerms.of(context.snapshot, context.query)
    near = [item for item in ranked[:_COMPARED] if item.score >= _NEARLY * ranked[0].score]
    return tuple(
        TopArticle(
            _hit(item, place),
            tuple(
                one.unit.text for one in gather(context.snapshot, context.query, asked, item)[:_UNITS] if one.matched
            ),
        )
        for place, item in enumerate(near, 1)
    )


def _hit(item: Ranked, place: int) -> RankedArticle:
    return RankedArticle(item.article, place, item.score, max(passage.signals.cosine for passage in item.passages))
