"""Reading the backlog: gaps with their questions, what became of them, what must stay answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from kb.backlog import records, schema
from kb.backlog.gap import CLOSED, EvidenceKind, Gap, HistoryEntry, RegressionQuestion, State, by_priority, number_of
from kb.backlog.moves import gap_as_seen, illegal_move, read_gap, read_gaps
from kb.events.rows import utc
from kb.events.store import DatabasePart, Store


class BacklogReader(DatabasePart):
    """The half of ``Backlog`` that changes nothing; what it raises stands there."""

    def __init__(self, store: Store, zone: str = "UTC") -> None:
        super().__init__(store)
        self._zone = zone

    def gaps(self, states: Collection[State] | None = None) -> list[Gap]:
        """The gaps that are in one of ``states`` (None: any), by priority; those merged into another are left out."""
        columns = schema.gaps.c
        wanted = sa.select(schema.gaps).where(columns.merged_into.is_(None))
        if states is not None:
            wanted = wanted.where(columns.state.in_(list(states)))
        with self._store.read() as connection:
            return by_priority(read_gaps(connection, wanted))

    def gap(self, gap_id: str) -> Gap:
        """One gap, also one that was merged into another."""
        with self._store.read() as connection:
            return read_gap(connection, gap_id)

    def workable(self, gap_id: str) -> Gap:
        """One gap, where somebody may work on it. Raises ConflictError where it is closed, put away or merged."""
        with self._store.read() as connection:
            gap = gap_as_seen(connection, gap_id, None)
            if gap.state in {*CLOSED, "snoozed"}:
                raise illegal_move(connection, gap, "drafting")
            return gap

    def gap_of(self, kind: EvidenceKind, question_id: str) -> Gap | None:
        """The gap that a question or ticket is evidence of; None where it is none's."""
        table = schema.gap_questions
        here = sa.select(table.c.gap).where(table.c.kind == kind, table.c.question_id == question_id)
        with self._store.read() as connection:
            number = connection.scalar(here)
            return None if number is None else read_gap(connection, records.gap_id(number))

    def history(self, gap_id: str) -> list[HistoryEntry]:
        """What became of a gap, oldest first."""
        number = number_of(self.gap(gap_id).gap_id)
        table = schema.gap_history
        query = sa.select(table).where(table.c.gap == number).order_by(table.c.entry)
        return [records.entry(row) for row in self._store.rows(query)]

    def entries(self, since: datetime | None = None, until: datetime | None = None) -> list[HistoryEntry]:
        """What became of all gaps from ``since`` on and before ``until``, oldest first."""
        query, at = sa.select(schema.gap_history), schema.gap_history.c.at
        if since is not None:
            query = query.where(at >= utc(since))
        if until is not None:
            query = query.where(at < utc(until))
        query = query.order_by(at, schema.gap_history.c.entry)
        return [records.entry(row) for row in self._store.rows(query)]

    def regression_questions(self, gap_id: str | None = None) -> list[RegressionQuestion]:
        """The questions that verified gaps are to keep answered, of one gap or of all."""
        columns = schema.regression_questions.c
        query = sa.select(schema.regression_questions).order_by(columns.gap, columns.kind, columns.question_id)
        if gap_id is not None:
            query = query.where(columns.gap == number_of(gap_id))
        return [records.regression(row) for row in self._store.rows(query)]
