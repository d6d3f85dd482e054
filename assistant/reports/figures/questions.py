"""Questions as cases to count: what was asked, what came of it, and whom it could be traced to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Literal, TypeAlias

from assistant.reports.figures.measures import Measure
from kb.articles.article import ArticleKey
from kb.events import Action, EventLog, Feedback, QuestionEvent
from kb.runtime.cancellation import checkpoint

Novelty: TypeAlias = Literal["answered", "asked_before", "new"]
"""KCS's "known" and "new": answered from an article; not answered, but asked before; not answered, never asked."""

_BATCH = 1000
"""Questions whose ratings and actions are read at once."""

DayOf: TypeAlias = Callable[[datetime], date]


@dataclass(frozen=True, slots=True)
class QuestionCase:
    """One question. ``who`` and ``rater`` serve to count people, and are never written anywhere.

    ``helpful`` is what the last rating says, None without one; ``articles`` are those that it was answered from,
    id@language, each once. ``novelty`` is None where nobody looked for earlier questions.
    """

    day: date
    language: str
    answered: bool
    who: str
    rater: str = ""
    helpful: bool | None = None
    escalated: bool = False
    reported: bool = False
    used: bool = False
    articles: tuple[ArticleKey, ...] = ()
    novelty: Novelty | None = None


def _is(*kinds: Novelty) -> Callable[[QuestionCase], float | None]:
    return lambda case: None if case.novelty is None else case.novelty in kinds


QUESTION_MEASURES: tuple[Measure[QuestionCase], ...] = (
    Measure("questions", "count", "sum", lambda _: 1.0),
    Measure("answered_share", "share", "mean", lambda case: case.answered),
    Measure("helpful_share", "share", "mean", lambda case: case.helpful, lambda case: case.rater),
    Measure("escalations", "count", "sum", lambda case: case.escalated),
    Measure("gap_reports", "count", "sum", lambda case: case.reported),
    Measure("used_share", "share", "mean", lambda case: case.used if case.answered else None),
    Measure("known_share", "share", "mean", _is("answered", "asked_before")),
    Measure("asked_before_share", "share", "mean", _is("asked_before")),
    Measure("new_share", "share", "mean", _is("new")),
)
"""What is reported of questions; the first one orders tables. See the data dictionary for what each one says."""


def question_cases(
    log: EventLog, since: datetime, until: datetime, day_of: DayOf, novelty: Mapping[str, Novelty] | None = None
) -> list[QuestionCase]:
    """The questions asked from ``since`` on and before ``until``, oldest first, with their ratings and actions.

    ``novelty`` gives by question id what is known or new about it.
    """
    found: list[QuestionCase] = []
    for events in _batches(log.questions(since, until)):
        checkpoint()
        ids = [event.question_id for event in events]
        ratings, actions = log.feedback_for(ids), log.actions_for(ids)
        for event in events:
            key = event.question_id
            found.append(_asked(event, ratings.get(key, ()), actions.get(key, ()), day_of, (novelty or {}).get(key)))
    return found


def _asked(
    event: QuestionEvent,
    ratings: Sequence[Feedback],
    actions: Sequence[Action],
    day_of: DayOf,
    novelty: Novelty | None,
) -> QuestionCase:
    last = ratings[-1] if ratings else None
    kinds = {action.kind for action in actions}
    unknown = f"?{event.question_id}"
    return QuestionCase(
        day=day_of(event.asked_at),
        language=event.primary_language,
        answered=event.status == "answered",
        who=event.actor or unknown,
        rater=(last.actor or unknown) if last else "",
        helpful=last.verdict == "helpful" if last else None,
        escalated="escalated" in kinds,
        reported="gap_reported" in kinds,
        used=bool(kinds & {"opened", "copied"}),
        articles=_articles(event) if event.status == "answered" else (),
        novelty=novelty,
    )


def _articles(event: QuestionEvent) -> tuple[ArticleKey, ...]:
    return tuple(dict.fromkeys(map(ArticleKey.of, event.citations)))


def _batches(events: Iterable[QuestionEvent]) -> Iterator[list[QuestionEvent]]:
    iterator = iter(events)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
