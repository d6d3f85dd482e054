"""Escalations: questions that an agent handed to a lead, and what the lead answered."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from kb.articles.article import ArticleKey
from kb.backlog import records, schema
from kb.backlog.gap import Escalation, EscalationReason
from kb.errors import ConflictError, NotFoundError, UsageError
from kb.events import schema as events
from kb.events.rows import clean
from kb.events.store import DatabasePart
from kb.text import redaction


class Escalations(DatabasePart):
    """The escalations of one database. Safe to use from several threads; several processes may share the database.

    Every method that writes is one transaction. Texts are redacted before they are stored, unless ``redact`` is False.
    All methods raise EventLogUnavailableError where the database cannot be used.
    """

    def escalate(
        self,
        question_id: str,
        reason: EscalationReason,
        note: str,
        actor: str,
        *,
        now: datetime,
        redact: bool = True,
    ) -> Escalation:
        """Hand a logged question to a lead; the log notes it as something done with the answer.

        Raises NotFoundError where no such question was logged, ConflictError where it waits for a lead already.
        """
        made = Escalation("", question_id, now, reason, _redacted(note) if redact else note, actor)
        table, asked = schema.escalations, events.questions
        with self._store.write() as connection:
            if connection.scalar(sa.select(sa.literal(1)).where(asked.c.question_id == made.question_id)) is None:
                raise NotFoundError(
                    f"No question with the id {question_id!r} was logged.",
                    "Use the question_id that `kb ask --json` gave, with the same --home.",
                )
            waiting = sa.select(table.c.number).where(
                table.c.question_id == made.question_id, table.c.answered_at.is_(None)
            )
            if (number := connection.scalar(waiting)) is not None:
                raise ConflictError(
                    f"The question waits for a lead's answer already, as {records.escalation_id(number)}.",
                    "See it: kb escalations list",
                )
            values = {
                "question_id": made.question_id,
                "at": made.at,
                "reason": made.reason,
                "note": made.note,
                "actor": made.actor,
                "answer": "",
                "answered_by": "",
            }
            number = connection.execute(table.insert().returning(table.c.number), values).scalar_one()
            action = {
                "question_id": made.question_id,
                "at": made.at,
                "kind": "escalated",
                "actor": made.actor,
                "note": made.note,
                "detail": {"escalation_id": records.escalation_id(number), "reason": made.reason},
            }
            connection.execute(events.actions.insert(), action)
            return _one(connection, number)

    def answer(self, escalation_id: str, text: str, actor: str, *, now: datetime, redact: bool = True) -> Escalation:
        """Answer an escalation. Raises ConflictError where somebody has, UsageError for an empty answer."""
        if not text.strip():
            raise UsageError("The answer is empty.", "Write what the agent may tell the customer.")
        number = _number(escalation_id)
        table = schema.escalations
        values = {
            "answer": clean(_redacted(text) if redact else text),
            "answered_by": clean(actor),
            "answered_at": now,
        }
        with self._store.write() as connection:
            mine = table.update().where(table.c.number == number, table.c.answered_at.is_(None)).values(values)
            done = connection.execute(mine).rowcount
            found = _one(connection, number)
            if not done and found.answered_at is not None:
                raise ConflictError(
                    f"{found.escalation_id} was answered by {found.answered_by}"
                    f" on {found.answered_at:%Y-%m-%d} at {found.answered_at:%H:%M} UTC.",
                    "Read it: kb escalations list --all; or make it an article: kb escalations draft E-…",
                )
            return found

    def link(self, escalation_id: str, article: ArticleKey) -> Escalation:
        """Note which article the answer became."""
        number, table = _number(escalation_id), schema.escalations
        with self._store.write() as connection:
            values = {"linked_id": article.article_id, "linked_language": article.language}
            connection.execute(table.update().where(table.c.number == number).values(values))
            return _one(connection, number)

    def escalation(self, escalation_id: str) -> Escalation:
        """One escalation. Raises NotFoundError."""
        with self._store.read() as connection:
            return _one(connection, _number(escalation_id))

    def escalations(self, *, open_only: bool = True) -> list[Escalation]:
        """Those that wait for an answer, or all; the oldest first."""
        table = schema.escalations
        query = sa.select(table).order_by(table.c.number)
        if open_only:
            query = query.where(table.c.answered_at.is_(None))
        return [records.escalation(row) for row in self._store.rows(query)]


def _one(connection: sa.Connection, number: int) -> Escalation:
    table = schema.escalations
    row = connection.execute(sa.select(table).where(table.c.number == number)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no escalation {records.escalation_id(number)}.", "See which there are: kb escalations list --all"
        )
    return records.escalation(row)


def _number(escalation_id: str) -> int:
    letter, _, digits = escalation_id.partition("-")
    if letter.upper() != "E" or not digits.isdecimal():
        raise UsageError(
            f"'{escalation_id}' is not the id of an escalation.",
            "It looks like E-0003; `kb escalations list` shows them.",
        )
    return int(digits)


def _redacted(text: str) -> str:
    return redaction.redact(text).text
