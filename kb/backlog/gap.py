"""The words of the backlog, as plain data: what was found, what became of it, and who moved it when.

Every row that exists can be stored and comes back equal: its times are UTC, its words are known, its texts are clean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

from kb.articles.article import ArticleKey
from kb.errors import UsageError
from kb.events.rows import complete
from kb.text.language import InLanguage

Cause: TypeAlias = Literal[
    "missing", "findability", "stale", "conflict", "language", "restricted", "weak", "out_of_scope"
]
State: TypeAlias = Literal["open", "assigned", "drafting", "review", "verified", "declined", "snoozed"]
EvidenceKind: TypeAlias = Literal["question", "ticket"]
EntryKind: TypeAlias = Literal[
    "found",  # the gap was seen for the first time
    "assigned",  # somebody got it, or somebody else
    "moved",  # to another state, by a person
    "linked",  # to the article that is to mend it
    "checked",  # its questions were asked again; ``detail`` has what came of each
    "reopened",  # closed before, and open again
    "woken",  # snoozed before, and its day has come
    "merged",  # another gap went into it, or it into another
    "split",  # questions of it became a gap of their own, or it became one
]
EscalationReason: TypeAlias = Literal["no_answer", "doubtful_answer", "authority", "complaint", "other"]

MOVES: Mapping[State, tuple[State, ...]] = MappingProxyType(
    {
        "open": ("assigned", "declined", "snoozed"),
        "assigned": ("open", "drafting", "declined", "snoozed"),
        "drafting": ("assigned", "review", "declined", "snoozed"),
        "review": ("drafting", "verified", "declined", "snoozed"),
        "verified": ("open", "assigned"),
        "declined": ("open", "assigned"),
        "snoozed": ("open", "assigned"),
    }
)
"""To which states a gap may go from each. Who has it decides between the last two: ``assigned`` needs an owner."""

CLOSED: tuple[State, ...] = ("verified", "declined")
"""States in which nobody works on a gap any more. They last until new evidence comes."""


@dataclass(frozen=True, slots=True)
class GapQuestion(InLanguage):
    """One piece of evidence: a question of the log or a ticket.

    ``id`` is the caller's own id where one was given, else the question's; of a ticket, the ticket's. ``text`` is
    redacted. ``signals`` say why it is evidence.
    """

    id: str
    text: str
    asked_at: datetime
    language: str
    kind: EvidenceKind = "question"
    signals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        complete(self)
        check_word(self.kind, EvidenceKind, "kind of evidence")

    @property
    def key(self) -> tuple[str, str]:
        """What names it among questions and tickets."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Demand:
    """How much a gap is asked for: questions, distinct people who asked them, tickets."""

    questions: int
    actors: int
    tickets: int


@dataclass(frozen=True, slots=True)
class FoundGap(InLanguage):
    """What one look at the log found: questions of one need, why nothing answers them, and how much that matters.

    ``evidence`` is what the replay proved, plain JSON. ``arithmetic`` are the rows that make up ``priority``.
    ``nearest`` are articles, best first: ``article_id``, ``language``, ``title``, ``score``. ``action`` says what to
    do.
    """

    title: str
    language: str
    cause: Cause
    evidence: Mapping[str, Any]
    questions: tuple[GapQuestion, ...]
    demand: Demand
    priority: float
    arithmetic: tuple[Mapping[str, Any], ...] = ()
    nearest: tuple[Mapping[str, Any], ...] = ()
    action: str = ""

    def __post_init__(self) -> None:
        complete(self)
        check_word(self.cause, Cause, "cause of a gap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(FoundGap):
    """A gap in the backlog: what was found, and how far leads are with it.

    ``questions`` is all its evidence since ever, oldest first. ``current``: the last look at the log still found it.
    ``first_seen`` and ``last_seen`` are when the first and the last of its questions were asked. ``linked`` is the
    article that is to mend it. ``reason`` says why it was declined. ``merged_into`` names the gap that it went into.
    ``version`` counts what leads, or new evidence, changed about it: who moves it can say which one they saw.
    """

    gap_id: str
    version: int
    first_seen: datetime
    last_seen: datetime
    created_at: datetime
    updated_at: datetime
    state: State = "open"
    owner: str = ""
    linked: ArticleKey | None = None
    reason: str = ""
    snoozed_until: date | None = None
    merged_into: str | None = None
    current: bool = True

    def __post_init__(self) -> None:
        # ``super()`` without arguments names the class that a dataclass with slots has replaced.
        FoundGap.__post_init__(self)
        check_word(self.state, State, "state of a gap")

    def to_json(self) -> dict[str, Any]:
        """The contract's shape of a gap (`kb gaps find --json`), with the arithmetic of its priority: plain types."""
        return {
            "gap_id": self.gap_id,
            "title": self.title,
            "language": self.language,
            "cause": self.cause,
            "evidence": json.loads(json.dumps(self.evidence, default=dict)),
            "questions": [
                {
                    "id": question.id,
                    "text": question.text,
                    "asked_at": iso_utc(question.asked_at),
                    "kind": question.kind,
                    "signals": list(question.signals),
                }
                for question in self.questions
            ],
            "demand": asdict(self.demand),
            "priority": self.priority,
            "arithmetic": [dict(row) for row in self.arithmetic],
            "state": self.state,
            "owner": self.owner,
            "nearest": [dict(row) for row in self.nearest],
            "action": self.action,
        }


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A line of a gap's history: who did what and when; ``actor`` is empty where it happened of itself.

    ``detail`` is plain JSON: for ``checked``, what came of each question before and after.
    """

    gap_id: str
    at: datetime
    kind: EntryKind
    actor: str
    from_state: State
    to_state: State
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        complete(self)
        check_word(self.kind, EntryKind, "kind of history entry")

    def to_json(self) -> dict[str, Any]:
        """Plain types, without the gap."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "actor": self.actor,
            "from": self.from_state,
            "to": self.to_state,
            "note": self.note,
            "detail": dict(self.detail),
        }


@dataclass(frozen=True, slots=True)
class Escalation:
    """A question that an agent handed to a lead, and what the lead answered; ``answered_at`` is None while it is open.

    Note and answer are redacted. ``linked`` is the draft that the answer became.
    """

    escalation_id: str
    question_id: str
    at: datetime
    reason: EscalationReason
    note: str
    actor: str
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    linked: ArticleKey | None = None

    def __post_init__(self) -> None:
        complete(self)
        check_word(self.reason, EscalationReason, "reason of an escalation")

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answered_at is None

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return asdict(self) | {
            "at": self.at.isoformat(),
            "answered_at": self.answered_at.isoformat() if self.answered_at else None,
            "linked": self.linked._asdict() if self.linked else None,
        }


@dataclass(frozen=True, slots=True)
class RegressionQuestion:
    """A question that a verified gap's article answers, and is to go on answering.

    ``filters`` are those it was asked with. ``sha256`` is that of the article's text when it last answered
    (``kb.catalog.ratings.text_sha256``).
    """

    id: str
    kind: EvidenceKind
    text: str
    language: str
    filters: Mapping[str, Any]
    gap_id: str
    article: ArticleKey
    sha256: str
    since: datetime

    def __post_init__(self) -> None:
        complete(self)
        check_word(self.kind, EvidenceKind, "kind of evidence")


def iso_utc(moment: datetime) -> str:
    """A moment in UTC as ISO 8601 writes it, with ``Z``."""
    return moment.isoformat().replace("+00:00", "Z")


def check_word(word: str, words: object, what: str) -> None:
    """Raise UsageError, naming those there are, where ``word`` is not one of the Literal ``words``."""
    if word not in get_args(words):
        raise UsageError(f"'{word}' is not a {what}.", f"Use one of: {', '.join(get_args(words))}.")


def by_priority(gaps: Sequence[Gap]) -> list[Gap]:
    """Gaps by priority, the highest first; of equal ones the older first."""
    return sorted(gaps, key=lambda gap: (-gap.priority, number_of(gap.gap_id)))


def number_of(gap_id: str) -> int:
    """The number in ``G-0012``: 12. Raises UsageError for what is no such id."""
    letter, _, digits = gap_id.partition("-")
    if letter.upper() != "G" or not digits.isdecimal():
        raise UsageError(
            f"'{gap_id}' is not the id of a gap.", "It looks like G-0012; `kb gaps list` shows them.", "no-gap"
        )
    return int(digits)
