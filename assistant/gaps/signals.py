"""Signals: what in the log speaks for a documentation gap, question by question.

A signal is evidence, no proof: the threshold of answers is cautious, so that many a question is refused that an article
does answer. Whether there is a gap is decided by asking again (``cause``).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from assistant.gaps.cases import ArticlesToday, Case, QuestionRow
from assistant.gaps.feedback import REPHRASED, feedback_of
from kb.articles.freshness import freshness
from kb.embedding.protocol import FloatMatrix
from kb.events import Action, Feedback
from kb.library import Library
from kb.runtime.cancellation import checkpoint
from kb.settings import GapSettings
from kb.text.terms import base_language

_BATCH: Final = 1000
_OPENING: Final = frozenset({"page"})
"""Channels on which an answer can be opened or copied, so that leaving it alone means something."""


def weights(settings: GapSettings) -> dict[str, float]:
    """What each signal counts, by its name."""
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


def read(
    library: Library, shelf: ArticlesToday, since: datetime | None, until: datetime | None, today: date
) -> list[Case]:
    """Every question of the period with its signals, oldest first; of one that was replayed twice, the last.

    Weights are summed without rephrasings, which need vectors (``rephrased``).
    """
    count = weights(library.settings.gaps)
    due_days = library.settings.articles.due_days
    outdated = frozenset(
        key
        for key, row in shelf.rows.items()
        if row.status != "published" or freshness(row, today, due_days) == "overdue"
    )
    found: dict[str, Case] = {}
    for events in _batches(library.events.outlines(since, until)):
        checkpoint()
        ids = [str(event["question_id"]) for event in events]
        ratings, actions = library.events.feedback_for(ids), library.events.actions_for(ids)
        for event in events:
            case = _case(event)
            rated, done = ratings.get(case.key, ()), actions.get(case.key, ())
            given = _signals(event, rated, done, shelf, outdated)
            if given or rated or done:
                said = feedback_of(rated, done) if _stands(event, shelf) else 0.0
                case = replace(case, signals=given, weight=sum(count[name] for name in given), feedback=said)
            found.pop(case.id, None)
            found[case.id] = case
    return list(found.values())


def tickets(library: Library, since: datetime | None, until: datetime | None) -> list[Case]:
    """The tickets of the period; one that was solved, or is open, without an article is a signal."""
    count = weights(library.settings.gaps)
    found = []
    for ticket in library.tickets.tickets(since, until):
        text = ticket.question
        if not text:
            continue
        signals = {"ticket_without_article": not ticket.article_ids, "escalated": ticket.escalated is True}
        given = tuple(name for name, there in signals.items() if there)
        found.append(
            Case(
                id=ticket.ticket_id,
                key=ticket.ticket_id,
                text=text,
                asked_at=ticket.created_at,
                language=base_language(ticket.language),
                kind="ticket",
                signals=given,
                weight=sum(count[name] for name in given),
            )
        )
    return found


def rephrased(cases: Sequence[Case], vectors: FloatMatrix, settings: GapSettings) -> list[Case]:
    """``cases`` with "rephrased" where the same person soon asked nearly the same again in the same session.

    ``vectors`` (n, d) are those of the cases, of length 1. The earlier question is the one that was not answered to
    their satisfaction.
    """
    soon = timedelta(minutes=settings.rephrase_minutes)
    sessions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        if case.session:
            sessions[case.session, case.actor].append(place)
    again: set[int] = set()
    for places in sessions.values():
        for one, other in pairwise(places):
            near = cases[other].asked_at - cases[one].asked_at <= soon
            if near and float(vectors[one] @ vectors[other]) >= settings.rephrase_cosine:
                again.add(one)
    weight = settings.weight_rephrased
    return [
        replace(
            case,
            signals=(*case.signals, "rephrased"),
            weight=case.weight + weight,
            feedback=min(case.feedback, REPHRASED),
        )
        if place in again
        else case
        for place, case in enumerate(cases)
    ]


def _case(event: QuestionRow) -> Case:
    filters = event["filters"]
    return Case(
        id=event["caller_id"] or event["question_id"],
        key=event["question_id"],
        text=event["text"],
        asked_at=event["asked_at"],
        language=base_language(event["language"]),
        actor=event["actor"],
        session=event["session"],
        audience=str(filters.get("audience") or "internal"),
        only_language=filters.get("language") or None,
        products=tuple(filters.get("products") or ()),
        status=event["status"],
        confidence=event["confidence"],
        nearest=tuple((sys.intern(row["article_id"]), row["score"]) for row in event["nearest"]),
        cited=tuple(dict.fromkeys(_key(row) for row in event["citations"])),
    )


def _signals(
    event: QuestionRow,
    ratings: Sequence[Feedback],
    actions: Sequence[Action],
    shelf: ArticlesToday,
    outdated: frozenset[str],
) -> tuple[str, ...]:
    """The names of what speaks for a gap at one question, in a fixed order; ``outdated`` are keys of the shelf."""
    done = {action.kind for action in actions}
    cited = [key for row in event["citations"] if (key := _key(row)) in shelf.rows]
    signals = {
        "abstained": event["status"] == "abstained",
        "not_helpful": _not_helpful(event, ratings, shelf),
        "not_opened": event["channel"] in _OPENING
        and event["status"] == "answered"
        and not done & {"opened", "copied"}
        and not any(rating.verdict == "helpful" for rating in ratings),
        "escalated": "escalated" in done,
        "gap_reported": "gap_reported" in done,
        "outdated": bool(cited) and outdated.issuperset(cited),
        "other_language": bool(cited)
        and base_language(event["language"]) not in {base_language(shelf.rows[key].language) for key in cited},
    }
    return tuple(name for name, there in signals.items() if there)


def _not_helpful(event: QuestionRow, ratings: Sequence[Feedback], shelf: ArticlesToday) -> bool:
    """Whether the last word of somebody was that it did not help, and that is about a text that still stands."""
    return any(rating.verdict == "not_helpful" for rating in ratings) and _stands(event, shelf)


def _stands(event: QuestionRow, shelf: ArticlesToday) -> bool:
    """Whether one of the texts that were quoted is still as it was; what was said of others says nothing any more."""
    quoted = [row for row in event["citations"] if row.get("sha256")]
    return not quoted or any(shelf.sha256.get(_key(row)) == row["sha256"] for row in quoted)


def _key(row: Mapping[str, object]) -> str:
    return f"{row['article_id']}@{row['language']}"


def _batches(events: Iterable[QuestionRow]) -> Iterator[list[QuestionRow]]:
    iterator = iter(events)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
