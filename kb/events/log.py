"""The event log: questions, ratings and actions, written in whole transactions and read back as they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Self, TypeVar, cast, get_args

import sqlalchemy as sa

from kb.errors import NotFoundError, UsageError
from kb.events import schema
from kb.events.rows import Action, ActionKind, Feedback, QuestionEvent, QuestionStatus, Verdict, clean, utc
from kb.events.store import BATCH, DatabasePart, Store, batches, upsert
from kb.text import redaction

_T = TypeVar("_T")


class EventLog(DatabasePart):
    """The log in one database. Safe to use from several threads; several processes may share the database.

    Every method that writes is one transaction. All methods raise EventLogUnavailableError (a MissingPartError) where
    the database cannot be reached, read or written. ``redact=False`` stores texts as they were given.
    """

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the log at an SQLAlchemy URL, sqlite:///FILE or postgresql+psycopg://…, and bring its tables up to date.

        A new SQLite file and its folder are made, readable by their owner only. Raises UsageError for another kind of
        URL.
        """
        return cls(Store(url))

    def log_question(self, event: QuestionEvent, *, redact: bool = True, overwrite: bool = False) -> QuestionEvent:
        """Store a question as asked, redacted, and return it as stored. Raises UsageError where its id is taken.

        With ``overwrite``, it takes the place of the one with its id; what was rated and done stays with it.
        """
        stored = redacted(event) if redact else event
        self._put([stored], overwrite=overwrite)
        return stored

    def log_questions(self, events: Iterable[QuestionEvent], *, redact: bool = True, overwrite: bool = False) -> int:
        """Store many questions in one transaction, all or none; returns how many. Else as ``log_question``."""
        # Redacting comes before the transaction: other writers wait only for the writing itself.
        stored = [redacted(event) if redact else event for event in events]
        self._put(stored, overwrite=overwrite)
        return len(stored)

    def rate(self, feedback: Feedback, *, redact: bool = True) -> Feedback:
        """Store a rating and return it as stored. Earlier ratings by the same actor are kept and no longer count.

        Raises NotFoundError where no such question was logged.
        """
        stored = replace(feedback, comment=_redacted(feedback.comment)) if redact else feedback
        self._add_to_question(schema.feedback, stored.question_id, _row(stored))
        return stored

    def act(self, action: Action, *, redact: bool = True) -> Action:
        """Store what somebody did with an answer and return it as stored. Raises NotFoundError as ``rate``."""
        stored = replace(action, note=_redacted(action.note)) if redact else action
        self._add_to_question(schema.actions, stored.question_id, _row(stored))
        return stored

    def question(self, question_id: str) -> QuestionEvent:
        """One question by its id. Raises NotFoundError where it was not logged."""
        table = schema.questions
        with self._store.read() as connection:
            row = (
                connection.execute(sa.select(table).where(table.c.question_id == clean(question_id)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise _not_logged(question_id)
        return _question(row)

    def questions_for(self, question_ids: Iterable[str]) -> dict[str, QuestionEvent]:
        """Questions by their id. Those that were not logged have no entry."""
        table = schema.questions
        found: dict[str, QuestionEvent] = {}
        for ids in batches(map(clean, question_ids)):
            rows = self._store.rows(sa.select(table).where(table.c.question_id.in_(ids)))
            found.update((row["question_id"], _question(row)) for row in rows)
        return found

    def asked_as(self, ids: Iterable[str]) -> dict[str, tuple[QuestionEvent, ...]]:
        """The questions that go by one of ``ids``, their own or the one their caller gave them, by it, oldest first."""
        table = schema.questions
        found: dict[str, dict[str, QuestionEvent]] = defaultdict(dict)
        for batch in batches(map(clean, ids)):
            wanted = set(batch)
            for column in (table.c.question_id, table.c.caller_id):
                for row in self._store.rows(sa.select(table).where(column.in_(batch))):
                    event = _question(row)
                    for name in wanted & {event.question_id, event.caller_id}:
                        found[name][event.question_id] = event
        return {
            name: tuple(sorted(events.values(), key=lambda event: (event.asked_at, event.question_id)))
            for name, events in found.items()
        }

    def rated_after(self, number: int, limit: int = BATCH) -> tuple[list[str], int]:
        """The questions of the next ``limit`` ratings after the one with this number, each once; the last one's number.

        Ratings are numbered from 1 in the order in which they were stored; 0 begins at the first.
        """
        columns = schema.feedback.c
        query = sa.select(columns.feedback_id, columns.question_id).where(columns.feedback_id > number)
        rows = self._store.rows(query.order_by(columns.feedback_id).limit(limit))
        return list(dict.fromkeys(row["question_id"] for row in rows)), rows[-1]["feedback_id"] if rows else number

    def questions(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[QuestionEvent]:
        """The questions asked from ``since`` on and before ``until``, oldest first.

        Read batch by batch, each in a transaction of its own, so that a slow reader holds nothing up. Raises
        UsageError for times without a time zone.
        """
        columns = schema.questions.c
        query = sa.select(schema.questions)
        if since is not None:
            query = query.where(columns.asked_at >= utc(since))
        if until is not None:
            query = query.where(columns.asked_at < utc(until))
        return map(_question, self._store.pages(query, columns.asked_at, columns.question_id))

    def outlines(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Mapping[str, Any]]:
        """As ``questions``, as plain rows without timings and what was redacted: for whoever reads a whole log."""
        columns = schema.questions.c
        query = sa.select(*(column for column in columns if column.name not in _NOT_OUTLINED))
        if since is not None:
            query = query.where(columns.asked_at >= utc(since))
        if until is not None:
            query = query.where(columns.asked_at < utc(until))
        rows = self._store.pages(query, columns.asked_at, columns.question_id)
        return cast("Iterator[Mapping[str, Any]]", rows)  # every key is a column's name

    def feedback_for(self, question_ids: Iterable[str], *, history: bool = False) -> dict[str, tuple[Feedback, ...]]:
        """The ratings that count, by question, oldest first; with ``history`` also those that their actor changed.

        Questions without a rating have no entry.
        """
        columns = schema.feedback.c
        found = self._by_question(schema.feedback, question_ids, _feedback, columns.given_at, columns.feedback_id)
        return {key: tuple(rows if history else _last_of_each_actor(rows)) for key, rows in found.items()}

    def actions_for(self, question_ids: Iterable[str]) -> dict[str, tuple[Action, ...]]:
        """What was done with the answers, by question, oldest first. Questions without an action have no entry."""
        columns = schema.actions.c
        found = self._by_question(schema.actions, question_ids, _action, columns.at, columns.action_id)
        return {key: tuple(rows) for key, rows in found.items()}

    def _by_question(
        self, table: sa.Table, question_ids: Iterable[str], made: Callable[[sa.RowMapping], _T], *order: sa.Column[Any]
    ) -> dict[str, list[_T]]:
        found: dict[str, list[_T]] = defaultdict(list)
        for ids in batches(map(clean, question_ids)):
            for row in self._store.rows(sa.select(table).where(table.c.question_id.in_(ids)).order_by(*order)):
                found[row["question_id"]].append(made(row))
        return found

    def frequent(self, since: datetime, limit: int, least: int = 3) -> list[tuple[str, str, int]]:
        """Questions from ``since`` on of at least ``least`` contacts, always answered: (text, language, contacts).

        Equal texts count together whatever their case; the most frequent first. A contact is a session, or a question
        without one.
        """
        columns = schema.questions.c
        contact = sa.case((columns.session == "", columns.question_id), else_=columns.session)
        contacts = sa.func.count(sa.distinct(contact))
        abstained = sa.func.sum(sa.case((columns.status == "abstained", 1), else_=0))
        query = (
            sa.select(sa.func.min(columns.text).label("text"), columns.language, contacts.label("contacts"))
            .where(columns.asked_at >= utc(since))
            .group_by(sa.func.lower(columns.text), columns.language)
            .having(contacts >= least, abstained == 0)
            .order_by(contacts.desc(), sa.literal_column("text"))
            .limit(limit)
        )
        return [(row["text"], row["language"], row["contacts"]) for row in self._store.rows(query)]

    def counts(self) -> dict[str, int]:
        """How many questions there are, how many of each status, ratings that count by verdict, actions by kind."""
        status, kind = schema.questions.c.status, schema.actions.c.kind
        latest = _latest_ratings()
        with self._store.read() as connection:
            by_status = _tally(connection, status)
            by_verdict = _tally(connection, latest.c.verdict, latest.c.place == 1)
            by_kind = _tally(connection, kind)
        words = [(by_status, QuestionStatus), (by_verdict, Verdict), (by_kind, ActionKind)]
        counted = {word: tally.get(word, 0) for tally, known in words for word in get_args(known)}
        return {"questions": sum(by_status.values()), **counted}

    def _put(self, events: Sequence[QuestionEvent], *, overwrite: bool) -> None:
        try:
            with self._store.write() as connection:
                for batch in batches(map(_row, events)):
                    if overwrite:
                        upsert(connection, schema.questions, batch)
                    else:
                        connection.execute(schema.questions.insert(), batch)
        except sa.exc.IntegrityError:
            raise _taken() from None

    def _add_to_question(self, table: sa.Table, question_id: str, row: dict[str, Any]) -> None:
        known = sa.select(sa.literal(1)).where(schema.questions.c.question_id == question_id)
        with self._store.write() as connection:
            if connection.scalar(known) is None:
                raise _not_logged(question_id)
            connection.execute(table.insert(), row)


def _latest_ratings() -> sa.Subquery:
    """Every rating with its ``place`` among those of its actor for its question, 1 for the last one."""
    columns = schema.feedback.c
    place = sa.func.row_number().over(
        partition_by=(columns.question_id, columns.actor),
        order_by=(columns.given_at.desc(), columns.feedback_id.desc()),
    )
    return sa.select(columns.verdict, place.label("place")).subquery()


def _tally(connection: sa.Connection, column: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).where(*where).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _last_of_each_actor(ratings: list[Feedback]) -> list[Feedback]:
    """Of ratings from oldest to newest, the last one of each actor, in the same order."""
    last = {rating.actor: place for place, rating in enumerate(ratings)}
    return [rating for place, rating in enumerate(ratings) if last[rating.actor] == place]


def redacted(event: QuestionEvent) -> QuestionEvent:
    """The question without the personal data in its text, and which kinds there were."""
    found = redaction.redact(event.text)
    return replace(event, text=found.text, redacted=found.kinds)


def _redacted(text: str) -> str:
    return redaction.redact(text).text


def _row(item: QuestionEvent | Feedback | Action) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in fields(item)}


_NOT_OUTLINED = frozenset({"timings_ms", "redacted", "reason"})


def _question(row: sa.RowMapping) -> QuestionEvent:
    return QuestionEvent(**{**row, "redacted": tuple(row["redacted"])})


def _feedback(row: sa.RowMapping) -> Feedback:
    values = dict(row)
    del values["feedback_id"]
    return Feedback(**values)


def _action(row: sa.RowMapping) -> Action:
    values = dict(row)
    del values["action_id"]
    return Action(**values)


def _not_logged(question_id: str) -> NotFoundError:
    return NotFoundError(
        f"No question with the id {question_id!r} was logged.",
        "Use the question_id that `kb ask --json` gave, with the same --home.",
    )


def _taken() -> UsageError:
    return UsageError("A question with this id is in the log already.", "Give every question an id of its own.")
