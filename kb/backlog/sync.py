"""Bringing the backlog up to date with what a look at the log found, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from kb.backlog import records, schema
from kb.backlog.gap import CLOSED, EntryKind, FoundGap, Gap, GapQuestion, HistoryEntry, State, by_priority
from kb.backlog.matching import Assignment, QuestionKey, disjoint, match_gaps, merged
from kb.events.store import batches, upsert

_NAMED = ("title", "language")


class _Kept(NamedTuple):
    """A row of ``gap_questions``, its columns in this order."""

    kind: str
    question_id: str
    gap: int
    text: str
    asked_at: datetime
    language: str
    signals: list[str]
    settled: bool


class Sync:
    """One look at the log, put beside what the database holds; ``write`` then writes what differs.

    1. Read every gap and whose evidence each question is. 2. Wake snoozed ones whose day has come: from here on they
    are as open as others. 3. Say which found gap is which. 4. Put questions where they belong. 5. Describe gaps anew,
    but those that are closed. 6. Reopen closed ones by new evidence, mark those of which nothing was found.
    """

    def __init__(self, connection: sa.Connection, now: datetime, today: date) -> None:
        # 1
        self._now, self._today = now, today
        self._gaps: dict[int, dict[str, Any]] = {
            row["number"]: dict(row) for row in connection.execute(sa.select(schema.gaps)).mappings()
        }
        rows = connection.execute(sa.select(*(schema.gap_questions.c[name] for name in _Kept._fields)))
        self._stored: dict[QuestionKey, _Kept] = {(row[0], row[1]): _Kept._make(row) for row in rows}
        self._seen: dict[QuestionKey, GapQuestion] = {}
        self._added: list[_Kept] = []
        self._moved: list[_Kept] = []
        self._made: list[dict[str, Any]] = []
        self._entries: list[HistoryEntry] = []
        self._touched: dict[int, dict[str, Any]] = {}

    def take_in(self, found: Sequence[FoundGap]) -> None:
        """Steps 2 to 6."""
        # 2
        for number, row in self._gaps.items():
            if row["state"] == "snoozed" and row["snoozed_until"] <= self._today:
                self._back_to_work(number, "woken", {}, snoozed_until=None)
        # 3
        parts = disjoint(found)
        places = {key: Assignment(row.gap, row.settled) for key, row in self._stored.items()}
        together: dict[int, list[FoundGap]] = defaultdict(list)
        for one, known in zip(parts, match_gaps(parts, places), strict=True):
            together[self._make(one) if known is None else known].append(one)
        self._current: set[int] = set()
        for number, these in together.items():
            whole = merged(these)
            # 4
            closed = self._gaps[number]["state"] in CLOSED
            new = [question for question in whole.questions if self._place(question, number, closed=closed)]
            # 5, 6
            if closed:
                self._perhaps_reopen(number, new)
            if self._gaps[number]["state"] not in CLOSED:
                self._describe(number, whole)
        for number in self._gaps:
            self._change(number, current=number in self._current)

    def write(self, connection: sa.Connection) -> None:
        """Write what differs, a few statements whatever there is."""
        made = {row["number"] for row in self._made}
        for batch in batches([self._gaps[number] for number in sorted(made)]):
            connection.execute(schema.gaps.insert(), batch)
        for number, changes in sorted(self._touched.items()):
            if number not in made:
                values = changes | {"updated_at": self._now}
                connection.execute(schema.gaps.update().where(schema.gaps.c.number == number), values)
        for questions in batches(self._added):
            connection.execute(schema.gap_questions.insert(), [row._asdict() for row in questions])
        for questions in batches(self._moved):
            upsert(connection, schema.gap_questions, [row._asdict() for row in questions])
        for batch in batches(map(records.entry_values, self._entries)):
            connection.execute(schema.gap_history.insert(), batch)

    def gaps(self) -> list[Gap]:
        """Those of which something was found, by priority."""
        questions: dict[int, list[GapQuestion]] = defaultdict(list)
        for key, row in self._stored.items():
            if row.gap in self._current:
                questions[row.gap].append(self._seen.get(key) or records.question(row._asdict()))
        return by_priority([records.gap(self._gaps[number], questions[number]) for number in self._current])

    def _make(self, one: FoundGap) -> int:
        number = max(self._gaps, default=0) + 1
        row = {
            "number": number,
            "version": 1,
            "state": "open",
            "owner": "",
            "reason": "",
            "snoozed_until": None,
            "linked_id": None,
            "linked_language": None,
            "merged_into": None,
            "current": True,
            **records.described(one),
            "created_at": self._now,
            "updated_at": self._now,
        }
        self._gaps[number] = row
        self._made.append(row)
        detail = {"questions": len(one.questions), "priority": float(one.priority)}
        self._entries.append(
            HistoryEntry(records.gap_id(number), self._now, "found", "", "open", "open", detail=detail)
        )
        return number

    def _place(self, question: GapQuestion, number: int, *, closed: bool) -> bool:
        """Put a question to the gap ``number``, unless a lead settled it elsewhere; True where nobody had it before.

        One that another gap had comes to a closed gap as settled: it was asked before, so it is no news.
        """
        key = question.key
        self._seen[key] = question
        row = self._stored.get(key)
        moves = row is not None and row.gap != number and not row.settled
        gap = number if row is None or moves else row.gap
        settled = row is not None and (row.settled or (moves and closed))
        wanted = _Kept(*key, gap, question.text, question.asked_at, question.language, [*question.signals], settled)
        if wanted != row:
            self._stored[key] = wanted
            (self._added if row is None else self._moved).append(wanted)
        self._current.add(gap)
        return row is None

    def _describe(self, number: int, whole: FoundGap) -> None:
        """What was found anew; the name only until somebody works on it."""
        values = records.described(whole)
        if self._gaps[number]["state"] != "open":
            values = {name: value for name, value in values.items() if name not in _NAMED}
        self._change(number, **values)

    def _perhaps_reopen(self, number: int, new: Sequence[GapQuestion]) -> None:
        """A verified gap by any new question; a declined one once as many are new as it was declined with."""
        row = self._gaps[number]
        if not new:
            return
        if row["state"] == "declined":
            own = [one.settled for one in self._stored.values() if one.gap == number]
            if own.count(False) < own.count(True):
                return
        self._back_to_work(number, "reopened", {"questions": [question.id for question in new]}, reason="")

    def _back_to_work(self, number: int, kind: EntryKind, detail: dict[str, Any], **changes: object) -> None:
        row = self._gaps[number]
        before: State = row["state"]
        after: State = "assigned" if row["owner"] else "open"
        self._change(number, state=after, version=row["version"] + 1, **changes)
        self._entries.append(HistoryEntry(records.gap_id(number), self._now, kind, "", before, after, detail=detail))

    def _change(self, number: int, **values: object) -> None:
        row = self._gaps[number]
        different = {name: value for name, value in values.items() if row[name] != value}
        if different:
            row.update(different, updated_at=self._now)
            self._touched.setdefault(number, {}).update(different)
