"""The rows of the event log, as plain data.

Every row that exists can be stored and comes back equal: its times are UTC, its words are known, its texts are clean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from kb.errors import UsageError
from kb.text.language import InLanguage

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

QuestionStatus: TypeAlias = Literal["answered", "abstained"]
Channel: TypeAlias = Literal["cli", "rest", "page", "replay", "library"]
Verdict: TypeAlias = Literal["helpful", "not_helpful"]
FeedbackReason: TypeAlias = Literal["missing", "wrong", "outdated", "unclear", "not_found"]
ActionKind: TypeAlias = Literal["opened", "copied", "escalated", "gap_reported", "forgotten"]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class QuestionEvent(InLanguage):
    """A question that was asked and what came of it.

    ``text`` is the question as asked when it is given to the log, and the redacted one when it is read from it;
    ``redacted`` names the kinds of data taken out. ``caller_id`` is the caller's own id of a replayed question.
    ``actor`` is a pseudonymous handle, ``session`` groups the questions of one customer contact; empty where unknown.

    ``citations`` are the quoted sections, one row each: ``article_id``, ``language``, ``anchor``, ``sha256`` (of the
    article's text as it stood then, ``kb.catalog.ratings.text_sha256``, so that a rating of a text mended since can be
    told from one of today's), ``score``, ``freshness``. ``nearest`` is the ranking, best first: ``article_id``,
    ``language``, ``score``. ``timings_ms`` maps a step to milliseconds. What is in these and in ``filters`` is plain
    JSON, stored as given; they come back as tuples and dicts.
    """

    question_id: str
    asked_at: datetime
    text: str
    language: str
    status: QuestionStatus
    confidence: float
    channel: str
    reason: str | None = None
    actor: str = ""
    session: str = ""
    caller_id: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    citations: Sequence[Mapping[str, Any]] = ()
    nearest: Sequence[Mapping[str, Any]] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    redacted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        complete(self)
        _known(self.status, QuestionStatus, "status of a question")
        _known(self.channel, Channel, "channel")


@dataclass(frozen=True, slots=True)
class Feedback:
    """A rating of an answer. An actor's last one counts; ``reason`` says what was wrong where it did not help."""

    question_id: str
    given_at: datetime
    verdict: Verdict
    reason: FeedbackReason | None = None
    comment: str = ""
    actor: str = ""

    def __post_init__(self) -> None:
        complete(self)
        _known(self.verdict, Verdict, "verdict")
        if self.reason is not None:
            _known(self.reason, FeedbackReason, "reason of a rating")


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody did with an answer; "forgotten": what its rating taught was taken back.

    ``detail`` is for ids and figures; it is stored as given, not redacted.
    """

    question_id: str
    at: datetime
    kind: ActionKind
    actor: str = ""
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        complete(self)
        _known(self.kind, ActionKind, "kind of action")


def clean(text: str) -> str:
    """``text`` with what UTF-8 or PostgreSQL cannot hold (halves of surrogate pairs, NUL) replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises UsageError where it has no time zone: nobody can say which moment that was."""
    if moment.utcoffset() is None:
        raise UsageError(
            f"The time {moment.isoformat()} has no time zone.",
            f"Write it with one, such as {moment.isoformat()}Z or {moment.isoformat()}+02:00.",
        )
    return moment.astimezone(UTC)


def complete(row: DataclassInstance) -> None:
    """Make a frozen row what can be stored: texts clean, times in UTC, lists tuples. For ``__post_init__``."""
    for name in row.__dataclass_fields__:  # three times as fast as ``fields``, and bulk loads make 100,000 rows
        given = getattr(row, name)
        value = given
        if isinstance(given, str):
            value = clean(given)
        elif isinstance(given, datetime):
            value = utc(given)
        elif isinstance(given, list):
            value = tuple(given)
        if value is not given:
            object.__setattr__(row, name, value)  # the way a frozen dataclass may complete itself


def _known(word: str, words: object, what: str) -> None:
    if word not in get_args(words):
        raise UsageError(f"{word!r} is not a {what}.", f"Use one of: {', '.join(get_args(words))}.")
