"""Signals: what in the log speaks for a documentation gap, question by question.

A signal is evidence, no proof: the threshold of answers is cautious, so that many a question is refused that an article
does answer. Whether there is a gap is decided by asking again (``diagnosis``).
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any, Final, TypeAlias

from assistant.gaps.cases import ArticlesToday, Case
from assistant.gaps.feedback import feedback_of
from assistant.gaps.parameters import FeedbackParameters
from kb.articles.article import ArticleKey
from kb.articles.freshness import freshness
from kb.articles.front_matter import text_sha256
from kb.catalog import Filter
from kb.embedding.protocol import FloatMatrix
from kb.events import Action, Feedback
from kb.library import Library
from kb.runtime.cancellation import checkpoint
from kb.settings import GapSettings
from kb.text.language import primary_language

QuestionRow: TypeAlias = Mapping[str, Any]
"""A question of the log as a plain row."""

_BATCH: Final = 1000
_OPENING: Final = frozenset({"page"})
"""Channels on which an answer can be opened or copied, so that leaving it alone means something."""


def weights(settings: GapSettings) -> dict[str, float]:
    """The weight of each signal, by its name."""
    return {
        "abstained": settings.weight_abstained,
        "not_helpful": settings.weight_not_helpful,
        "rephrased": settings.weight_rephrased,
        "not_opened": settings.weight_not_opened,
        "escalated": settings.weight_escalated,
        "gap_reported": settings.weight_gap_reported,
        "outdated": settings.weight_outdated,
        "other_language": settings.weight_other_language,
        "ticket_without_article": settings.weight_ticket,
    }


def articles_today(library: Library, today: date) -> ArticlesToday:
    """All articles of the index, whatever their status, with the hashes of their texts."""
    with library.catalog.snapshot() as snapshot:
        rows = {row.key: row for row in snapshot.listing(Filter.everything(today))}
        sources = snapshot.sources(rows)
    return ArticlesToday(rows, {key: text_sha256(source) for key, (_, source) in sources.items()})


def read(
    library: Library,
    articles: ArticlesToday,
    since: datetime | None,
    until: datetime | None,
    today: date,
    parameters: FeedbackParameters,
) -> list[Case]:
    """Every question of the period with its signals, oldest first; of one that was replayed twice, the last.

    Weights are summed without rephrasings, which need vectors (``rephrased``).
    """
    weight = weights(library.settings.gaps)
    due_days = library.settings.articles.due_days
    outdated = frozenset(
        key
        for key, row in articles.rows.items()
        if row.status != "published" or freshness(row, today, due_days) == "overdue"
    )
    cases: dict[str, Case] = {}
    with _no_garbage_collection():
        for rows in _batches(library.events.outlines(since, until)):
            checkpoint()
            ids = [str(row["question_id"]) for row in rows]
            ratings, actions = library.events.feedback_for(ids), library.events.actions_for(ids)
            for row in rows:
                case = _case(row)
                rated, done = ratings.get(case.key, ()), actions.get(case.key, ())
                names = _signals(row, rated, done, articles, outdated)
                if names or rated or done:
                    feedback = feedback_of(rated, done, parameters) if _text_unchanged(row, articles) else 0.0
                    case = replace(case, signals=names, weight=sum(weight[name] for name in names), feedback=feedback)
                cases.pop(case.id, None)
                cases[case.id] = case
    return list(cases.values())


def tickets(library: Library, since: datetime | None, until: datetime | None) -> list[Case]:
    """The tickets of the period; one that was solved, or is open, without an article is a signal."""
    weight = weights(library.settings.gaps)
    cases = []
    for ticket in library.tickets.tickets(since, until):
        if not ticket.question:
            continue
        signals = {"ticket_without_article": not ticket.article_ids, "escalated": ticket.escalated is True}
        names = tuple(name for name, holds in signals.items() if holds)
        cases.append(
            Case(
                id=ticket.ticket_id,
                key=ticket.ticket_id,
                text=ticket.question,
                asked_at=ticket.created_at,
                language=ticket.primary_language,
                kind="ticket",
                signals=names,
                weight=sum(weight[name] for name in names),
            )
        )
    return cases


def rephrased(
    cases: Sequence[Case], vectors: FloatMatrix, settings: GapSettings, parameters: FeedbackParameters
) -> list[Case]:
    """``cases`` with "rephrased" where the same person soon asked nearly the same again in the same session.

    ``vectors`` (n, d) are those of the cases, of length 1. The earlier question is the one that was not answered to
    their satisfaction.
    """
    soon = timedelta(minutes=settings.rephrase_minutes)
    sessions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        if case.session:
            sessions[case.session, case.actor].append(index)
    asked_again = {
        index
        for indices in sessions.values()
        for index, following in pairwise(indices)
        if cases[following].asked_at - cases[index].asked_at <= soon
        and float(vectors[index] @ vectors[following]) >= settings.rephrase_cosine
    }
    return [
        replace(
            case,
            signals=(*case.signals, "rephrased"),
            weight=case.weight + settings.weight_rephrased,
            feedback=min(case.feedback, parameters.rephrased),
        )
        if index in asked_again
        else case
        for index, case in enumerate(cases)
    ]


def _case(row: QuestionRow) -> Case:
    filters = row["filters"]
    return Case(
        id=row["caller_id"] or row["question_id"],
        key=row["question_id"],
        text=row["text"],
        asked_at=row["asked_at"],
        language=primary_language(row["language"]),
        actor=row["actor"],
        session=row["session"],
        audience=str(filters.get("audience") or "internal"),
        only_language=filters.get("language") or None,
        products=tuple(filters.get("products") or ()),
        status=row["status"],
        confidence=row["confidence"],
        nearest=tuple((sys.intern(article["article_id"]), article["score"]) for article in row["nearest"]),
        cited=tuple(dict.fromkeys(map(ArticleKey.of, row["citations"]))),
    )


def _signals(
    row: QuestionRow,
    ratings: Sequence[Feedback],
    actions: Sequence[Action],
    articles: ArticlesToday,
    outdated: frozenset[ArticleKey],
) -> tuple[str, ...]:
    """The names of what speaks for a gap at one question, in a fixed order; ``outdated`` are keys of articles."""
    done = {action.kind for action in actions}
    verdicts = {rating.verdict for rating in ratings}
    cited = [key for citation in row["citations"] if (key := ArticleKey.of(citation)) in articles.rows]
    signals = {
        "abstained": row["status"] == "abstained",
        "not_helpful": "not_helpful" in verdicts and _text_unchanged(row, articles),
        "not_opened": row["channel"] in _OPENING
        and row["status"] == "answered"
        and not done & {"opened", "copied"}
        and "helpful" not in verdicts,
        "escalated": "escalated" in done,
        "gap_reported": "gap_reported" in done,
        "outdated": bool(cited) and outdated.issuperset(cited),
        "other_language": bool(cited)
        and primary_language(row["language"]) not in {articles.rows[key].primary_language for key in cited},
    }
    return tuple(name for name, holds in signals.items() if holds)


def _text_unchanged(row: QuestionRow, articles: ArticlesToday) -> bool:
    """Whether one of the texts that were quoted is still as it was; ratings of other texts say nothing any more."""
    quoted = [citation for citation in row["citations"] if citation.get("sha256")]
    return not quoted or any(articles.sha256.get(ArticleKey.of(citation)) == citation["sha256"] for citation in quoted)


def _batches(rows: Iterator[QuestionRow]) -> Iterator[list[QuestionRow]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Reading a large log makes hardly any garbage, and looking through all its rows again takes a quarter of the time.

    Measured with 100,000 questions.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
