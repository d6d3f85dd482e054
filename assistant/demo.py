"""Sample data: invented questions, ratings and tickets of the weeks before a given day, for trying out reports.

Nobody asked these questions. Every question and ticket bears an id that begins with SOURCE, so that they can be told
from real ones. The same ``today`` gives the same data on every machine.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kb.catalog.ratings import take_in_ratings
from kb.errors import UsageError
from kb.events import Action, ActionKind, Feedback, FeedbackReason, QuestionEvent

if TYPE_CHECKING:
    from kb.backlog import EscalationReason
    from kb.library import Library
    from kb.tickets import Ticket

SOURCE = "sample"
"""What the ids of all sample data begin with, and the help desk that the sample tickets are said to come from."""

WEEKS = 8
_SEED = 20_260_101
_AGENTS = 12
_ABSTAINED_ANYWAY = 0.06
"""Share of questions that remain unanswered though an article answers them: wording that nothing was found for."""

_TICKETS_PER_QUESTION = 0.7
_LEAD = "leitung"
_WAITING = 4
"""So many of the last escalations still wait for an answer, however long ago they were: nobody finds an empty inbox."""

_ESCALATED_FOR: tuple[EscalationReason, ...] = ("no_answer", "authority", "no_answer", "complaint")
"""Why they were handed over, by turns."""

_HELPS_BY_CHANCE = 0.4
"""Share of ratings "helpful" where an article answers that is about something else."""

_RATED, _OPENED, _COPIED, _ESCALATED, _REPORTED = 0.3, 0.45, 0.35, 0.1, 0.15
"""Shares of questions with a rating; of answers opened and copied; of unanswered ones escalated and reported."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The invented data, oldest first; ratings and actions are of these questions."""

    questions: Sequence[QuestionEvent]
    ratings: Sequence[Feedback]
    actions: Sequence[Action]
    tickets: Sequence[Ticket]


Answerer: TypeAlias = Callable[[QuestionEvent], QuestionEvent]
"""Takes an invented question with an invented outcome, and gives the one to be logged."""


@dataclass(slots=True)
class _Making:
    """What was made so far, and the dice."""

    dice: random.Random
    answer: Answerer
    questions: list[QuestionEvent] = field(default_factory=list)
    ratings: list[Feedback] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)


def sample(today: date, answer: Answerer | None = None) -> Sample:
    """The questions, ratings, actions and tickets of the WEEKS weeks before the day ``today``.

    Without ``answer`` the outcome of a question is invented too: some article is said to have answered, or none.
    """
    making = _Making(random.Random(_SEED), answer or (lambda event: event))  # noqa: S311  sample data, no secret
    wanted = sorted(_moments(making.dice, today), key=lambda one: (one[0], one[1]["category"], one[2]))
    tickets = tuple(_tickets(making.dice, wanted))
    for number, (asked_at, need, text, language) in enumerate(wanted):
        _ask(making, f"{SOURCE}-{number:05}", asked_at, need, text, language)
    return Sample(making.questions, making.ratings, making.actions, tickets)


def load(library: Library, today: date) -> dict[str, int]:
    """Write the sample into the log and the tickets of a library that has no question yet; how many of each.

    Every question is really put to the articles, each wording once: the answers are Lotse's own. What was broken off
    goes on. Raises UsageError where other questions were logged, as sample data must never stand among real ones, or
    the sample is complete, and where there are no articles.
    """
    if library.events.counts()["questions"]:
        _refuse_others(library)
    with library.catalog.snapshot() as snapshot:
        if not snapshot.counts()["articles"]:
            raise UsageError(f"There are no articles in {library.home} to ask.", "Run: kb ingest articles")
    return store(library, sample(today, _asking(library)))


def store(library: Library, made: Sample) -> dict[str, int]:
    """Write a sample as it is; how many of each. Questions that are in the log already are left alone."""
    library.tickets.add(made.tickets)
    known = library.events.questions_for([event.question_id for event in made.questions])
    library.events.log_questions(event for event in made.questions if event.question_id not in known)
    for rating in made.ratings:
        library.events.rate(rating)
    take_in_ratings(library, anew=True)
    for action in made.actions:
        if action.kind != "escalated":
            library.events.act(action)
    handed = [action for action in made.actions if action.kind == "escalated"]
    for place, action in enumerate(handed):
        reason = _ESCALATED_FOR[place % len(_ESCALATED_FOR)]
        _escalate(library, action, reason, answered=place < len(handed) - _WAITING)
    parts = {"questions": made.questions, "ratings": made.ratings, "actions": made.actions, "tickets": made.tickets}
    return {name: len(rows) for name, rows in parts.items()}


def _escalate(library: Library, action: Action, reason: EscalationReason, *, answered: bool) -> None:
    """Hand the question to a lead, who has answered it or not."""
    handed = library.escalations.escalate(action.question_id, reason, action.note, action.actor, now=action.at)
    if answered:
        german = library.events.question(action.question_id).language == "de"
        answer = _needs()["escalation_answer"]["de" if german else "en"]
        library.escalations.answer(handed.escalation_id, answer, _LEAD, now=action.at + timedelta(hours=3))


def _refuse_others(library: Library) -> None:
    counts = library.events.counts()
    if any(not event.question_id.startswith(f"{SOURCE}-") for event in library.events.questions()):
        raise UsageError(
            f"The log of {library.home} holds questions already; sample data would mix with them.",
            "Use a home of its own: kb --home .kb-sample demo",
        )
    if counts["helpful"] or counts["not_helpful"]:
        raise UsageError(f"The sample data are in {library.home} already.", "Go on: kb gaps find, kb report team")


def _asking(library: Library) -> Answerer:
    """Ask each wording once, and log it; who asks it again gets the same answer."""
    from assistant.ask import Asker, ask

    first: dict[str, QuestionEvent] = {}

    def answer(event: QuestionEvent) -> QuestionEvent:
        if event.text not in first:
            asker = Asker(event.actor, event.session, event.channel, event.caller_id, event.question_id)
            ask(library, event.text, asker=asker, now=event.asked_at)
            first[event.text] = library.events.question(event.question_id)
        return replace(
            first[event.text],
            question_id=event.question_id,
            asked_at=event.asked_at,
            actor=event.actor,
            session=event.session,
            caller_id=event.caller_id,
        )

    return answer


@cache
def _needs() -> dict[str, Any]:
    file = Path(__file__).with_name("demo.json")
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def _moments(dice: random.Random, today: date) -> Iterator[tuple[datetime, dict[str, Any], str, str]]:
    """When which need is asked for, in which words."""
    monday = today - timedelta(days=today.weekday() + 7 * WEEKS)
    for week in range(WEEKS + 1):
        for need in _needs()["needs"]:
            if week < need.get("from_week", 0):
                continue
            number = max(round(need["per_week"] * dice.uniform(0.6, 1.4) * (1 + 0.04 * week)), 0)
            for _ in range(number):
                day = monday + timedelta(days=7 * week + dice.choices(range(7), (20, 18, 18, 17, 15, 8, 4))[0])
                moment = datetime.combine(day, time(7), UTC) + timedelta(seconds=dice.randrange(11 * 3600))
                language = "de" if need["de"] and (not need["en"] or dice.random() < 0.78) else "en"
                text = dice.choice(need[language])
                if day < today:
                    yield moment, need, text, language


def _ask(making: _Making, key: str, asked_at: datetime, need: Mapping[str, Any], text: str, language: str) -> None:
    dice = making.dice
    answered = need["article"] is not None and dice.random() >= _ABSTAINED_ANYWAY
    actor = f"service-{dice.randrange(_AGENTS) + 1:02}"
    confidence = round(dice.uniform(0.7, 0.97) if answered else dice.uniform(0.1, 0.6), 3)
    near = need["article"] or need["nearest"]
    event = making.answer(
        QuestionEvent(
            key,
            asked_at,
            text,
            language,
            "answered" if answered else "abstained",
            confidence,
            "replay",
            reason=None if answered else "nothing",
            actor=actor,
            session=f"{SOURCE}-{asked_at:%m%d}-{dice.randrange(400)}",
            caller_id=key,
            citations=(_citation(near, language, confidence),) if answered else (),
            nearest=({"article_id": near, "language": language, "score": confidence},),
        )
    )
    making.questions.append(event)
    _react(making, event, need)


def _citation(article: str, language: str, score: float) -> dict[str, Any]:
    return {
        "article_id": article,
        "language": language,
        "anchor": "",
        "sha256": "",
        "score": score,
        "freshness": "fresh",
    }


def _react(making: _Making, event: QuestionEvent, need: Mapping[str, Any]) -> None:
    """What the agent did with the answer, or without one."""
    dice, later = making.dice, event.asked_at + timedelta(minutes=2)
    answered = event.status == "answered"
    kinds: list[tuple[ActionKind, float]] = (
        [("opened", _OPENED), ("copied", _COPIED)]
        if answered
        else [("escalated", _ESCALATED), ("gap_reported", _REPORTED)]
    )
    for kind, share in kinds:
        if dice.random() < share and need["category"]:
            note = (
                dice.choice(_needs()["escalation_notes"]["de" if event.language == "de" else "en"])
                if kind == "escalated"
                else ""
            )
            making.actions.append(Action(event.question_id, later, kind, event.actor, note))
    if dice.random() >= _RATED:
        return
    if answered and dice.random() < need.get("helpful", _HELPS_BY_CHANCE):
        making.ratings.append(Feedback(event.question_id, later, "helpful", actor=event.actor))
        return
    reason: FeedbackReason = need.get("reason", "unclear") if answered else "missing"
    comment = _needs()["comments"].get(reason, {}).get(event.language, "")
    making.ratings.append(Feedback(event.question_id, later, "not_helpful", reason, comment, event.actor))


def _tickets(dice: random.Random, wanted: Sequence[tuple[datetime, Mapping[str, Any], str, str]]) -> Iterator[Ticket]:
    from kb.tickets import Ticket

    number = 1000
    for asked_at, need, text, language in wanted:
        if not need["category"] or dice.random() >= _TICKETS_PER_QUESTION:
            continue
        number += 1
        channel = dice.choices(("E-Mail", "Portal", "Telefon", "Chat"), (45, 25, 20, 10))[0]
        hours = {"E-Mail": 3.0, "Portal": 3.5, "Telefon": 0.02, "Chat": 0.05}[channel]
        created = asked_at - timedelta(minutes=dice.randrange(5, 90))
        first = created + timedelta(seconds=round(3600 * hours * dice.lognormvariate(0, 0.7)))
        slow = 1.0 if need["article"] else 2.5
        solved = first + timedelta(seconds=round(3600 * 6 * slow * dice.lognormvariate(0, 0.9)))
        is_solved = dice.random() < 0.86
        mark = dice.choices(
            (0.0, 0.25, 0.5, 0.75, 1.0), (4, 6, 14, 36, 40) if need["article"] else (16, 20, 26, 24, 14)
        )
        yield Ticket(
            f"{SOURCE}:{number}",
            SOURCE,
            created,
            text,
            text,
            language,
            need["product"],
            need["category"],
            channel,
            dice.choices(("niedrig", "normal", "hoch"), (20, 65, 15))[0],
            "gelöst" if is_solved else "offen",
            first if dice.random() < 0.68 else None,
            solved if is_solved else None,
            mark[0] if is_solved and dice.random() < 0.32 else None,
            dice.random() < (0.04 if need["article"] else 0.16),
            f"service-{dice.randrange(_AGENTS) + 1:02}",
            "",
            (need["article"],) if is_solved and need["article"] and dice.random() < 0.74 else (),
        )
