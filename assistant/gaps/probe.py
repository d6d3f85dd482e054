"""Probing: a question asked again, as it was asked and with the filters off, with all kept that proves a cause."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from assistant.answering.context import QuestionContext, ScoredUnit
from assistant.answering.evidence import article_evidence, gather
from assistant.answering.judge import judge
from assistant.answering.question_terms import QuestionTerms
from assistant.gaps.cases import Case
from assistant.gaps.parameters import ProbeParameters
from assistant.replay.embedding_cache import CachingLibrary
from assistant.retrieval.query import understand
from assistant.retrieval.ranking import Ranked
from assistant.retrieval.search import retrieve, searching
from kb.articles.article import ArticleKey
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.runtime.cancellation import checkpoint
from kb.text.language import primary_language

_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class RankedArticle:
    """An article in a ranking: its rank from 1, its fused score (0..1) and its best passage's cosine (-1..1)."""

    article: ArticleRow
    rank: int
    score: float
    cosine: float

    @property
    def key(self) -> ArticleKey:
        """What names the article."""
        return self.article.key


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What some articles give a question: ``confidence`` is p(the first one answers), 0..1.

    ``answered``: whether that passes the threshold. ``evidence`` are the best units of that article, ``measured`` is
    what the confidence was computed from.
    """

    hit: RankedArticle
    confidence: float
    answered: bool
    evidence: tuple[ScoredUnit, ...]
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

    ``visible``: what its asker gets. ``other_language``: the same from other languages only. ``withheld``: what comes
    first of all articles, where that is one that its asker may not see, or that is not in force. None: there is
    nothing. ``hits`` is the asker's ranking, ``top_articles`` what its first articles say.
    """

    case: Case
    hits: tuple[RankedArticle, ...]
    visible: AnswerView | None
    other_language: AnswerView | None
    withheld: AnswerView | None
    top_articles: tuple[TopArticle, ...] = ()


class Prober:
    """Asks questions again over one library; nothing is logged, and no text is embedded twice."""

    def __init__(self, library: Library, today: date, parameters: ProbeParameters) -> None:
        self._today, self._parameters = today, parameters
        self._library = CachingLibrary(library)
        self._library.catalog = library.catalog
        self._listings: dict[tuple[int, Filter], list[ArticleRow]] = {}

    def probe(self, case: Case, vector: FloatMatrix) -> ProbeResult:
        """Ask the question of ``case``, whose vector (d,) is given, again.

        1. As it was asked; a copy of the first article, which makes it doubtful, is left out. 2. Where that gives no
        answer, of the articles in each other language only. 3. With every filter off: what comes first that its asker
        cannot see.
        """
        checkpoint()
        query = understand(case.text, case.language)
        own = Filter(self._today, case.audience, case.only_language, case.products)
        everything = Filter.everything(self._today)
        with searching(self._library, vector) as (snapshot, near):
            context = QuestionContext(self._library, snapshot, query, vector, self._today)
            # 1
            ranked = retrieve(snapshot, self._library, query, vector, near, own).articles
            top, copy = self._top_articles(context, ranked), self._parameters.copy
            copies = {other.hit.article.rowid for other in top[1:] if are_copies(top[0], other, copy)}
            visible = self._view(context, [item for item in ranked if item.article.rowid not in copies], ranked)
            # 2
            other_language = None
            if visible and not visible.answered:
                other_language = self._other_language(context, near, own)
            # 3
            first: list[Ranked] = []
            allowed = {row.rowid for row in self._listing(snapshot, own)}
            if len(allowed) < len(self._listing(snapshot, everything)):
                unfiltered = retrieve(snapshot, self._library, query, vector, near, everything).articles
                first = unfiltered if unfiltered and unfiltered[0].article.rowid not in allowed else []
            return ProbeResult(
                case,
                tuple(_hit(item, rank) for rank, item in enumerate(ranked[: self._parameters.listed], 1)),
                visible,
                other_language,
                self._view(context, first, first),
                top,
            )

    def _other_language(
        self, context: QuestionContext, near: list[tuple[str, float]], own: Filter
    ) -> AnswerView | None:
        """What an article in another language gives that has no translation its asker could read; the surest one.

        Each language is searched by itself: among all articles, those in the question's own crowd the others out.
        """
        spoken = context.query.primary_language
        listing = self._listing(context.snapshot, own)
        translated = {row.id for row in listing if row.primary_language == spoken}
        views = []
        for language in sorted({primary_language(tag) for tag in context.snapshot.languages(own)} - {spoken}):
            where = replace(own, language=language)
            ranked = retrieve(context.snapshot, self._library, context.query, context.vector, near, where).articles
            view = self._view(context, ranked, ranked)
            if view and view.hit.article.id not in translated:
                views.append(view)
        return max(views, key=lambda view: view.confidence, default=None)

    def _listing(self, snapshot: Snapshot, where: Filter) -> list[ArticleRow]:
        """The articles that a filter lets through; looked up once a state of the index."""
        key = snapshot.generation(), where
        if key not in self._listings:
            self._listings[key] = snapshot.listing(where)
        return self._listings[key]

    def _view(self, context: QuestionContext, judged: Sequence[Ranked], ranked: Sequence[Ranked]) -> AnswerView | None:
        """What ``judged`` give; the rank of the first one is that in ``ranked``, which holds them."""
        if not judged:
            return None
        verdict = judge(context, article_evidence(context, judged))
        row = verdict.units[0].chunk.article if verdict.units else judged[0].article.rowid
        rank, first = next((rank, item) for rank, item in enumerate(ranked, 1) if item.article.rowid == row)
        evidence = verdict.units[: self._parameters.evidence]
        return AnswerView(_hit(first, rank), verdict.confidence, verdict.answers, evidence, verdict.measured)

    def _top_articles(self, context: QuestionContext, ranked: Sequence[Ranked]) -> tuple[TopArticle, ...]:
        """What the first article says, and the next ones that are nearly as good."""
        parameters = self._parameters
        terms = QuestionTerms.of(context)
        top = []
        for rank, item in enumerate(ranked[: parameters.compared], 1):
            if item.score >= parameters.score_share * ranked[0].score:
                units = gather(context, terms, item)[: parameters.units]
                top.append(TopArticle(_hit(item, rank), tuple(unit.unit.text for unit in units if unit.matched)))
        return tuple(top)


def are_copies(article: TopArticle, other: TopArticle, share: float) -> bool:
    """Whether two articles have at least this ``share`` of their words in common, whatever their figures."""
    words, others = (set(_WORD.findall(" ".join(top.units).casefold())) for top in (article, other))
    return len(words & others) >= share * len(words | others) > 0


def _hit(item: Ranked, rank: int) -> RankedArticle:
    return RankedArticle(item.article, rank, item.score, item.cosine)
