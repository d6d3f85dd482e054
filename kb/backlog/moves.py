"""What a move is made of: the gap as it stands, whether it may move, and the change with its line of history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from kb.backlog import records, schema
from kb.backlog.gap import CLOSED, MOVES, Gap, GapQuestion, HistoryEntry, RegressionQuestion, State, number_of
from kb.errors import ConflictError, NotFoundError, UsageError
from kb.events.store import batches
from kb.text import redaction

_VERBS = {
    "found": "it was found",
    "assigned": "assigned it",
    "moved": "moved it",
    "linked": "linked it to an article",
    "checked": "asked its questions again",
    "reopened": "it was reopened",
    "woken": "it woke",
    "merged": "merged it",
    "split": "split it",
}


def read_gaps(connection: sa.Connection, query: sa.Select[Any]) -> list[Gap]:
    """The gaps that ``query`` over their table selects, with their questions."""
    rows = connection.execute(query).mappings().all()
    questions: dict[int, list[GapQuestion]] = defaultdict(list)
    table = schema.gap_questions
    for numbers in batches(row["number"] for row in rows):
        for row in connection.execute(sa.select(table).where(table.c.gap.in_(numbers))).mappings():
            questions[row["gap"]].append(records.question(dict(row)))
    return [records.gap(dict(row), questions[row["number"]]) for row in rows]


def read_gap(connection: sa.Connection, gap_id: str) -> Gap:
    """One gap. Raises NotFoundError."""
    found = read_gaps(connection, sa.select(schema.gaps).where(schema.gaps.c.number == number_of(gap_id)))
    if not found:
        raise NotFoundError(f"There is no gap {gap_id}.", "See which there are: kb gaps list", "no-gap")
    return found[0]


def gap_as_seen(connection: sa.Connection, gap_id: str, expected_version: int | None) -> Gap:
    """The gap that somebody is about to change. Raises ConflictError where it is not what they saw any more."""
    gap = read_gap(connection, gap_id)
    if gap.merged_into:
        raise ConflictError(
            f"{gap.gap_id} was merged into {gap.merged_into}: {last_change(connection, gap)}.",
            f"Work on that one: kb gaps show {gap.merged_into}",
            "gap-merged",
        )
    if expected_version is not None and gap.version != expected_version:
        raise ConflictError(
            f"{gap.gap_id} has changed since you saw it, it is {_stands(gap)}: {last_change(connection, gap)}.",
            f"Look at it again: kb gaps show {gap.gap_id}. It has version {gap.version} now.",
            "gap-changed",
        )
    return gap


def check_move(connection: sa.Connection, gap: Gap, state: State, *, proven: bool = False) -> None:
    """Raise ConflictError, naming the legal moves and the last one, where ``gap`` may not move to ``state``."""
    if state == "verified" and not proven:
        raise ConflictError(
            f"{gap.gap_id} is not moved to verified: it closes when its own questions are answered.",
            f"Ask them: kb gaps verify {gap.gap_id}",
        )
    if state not in MOVES[gap.state]:
        raise illegal_move(connection, gap, state)
    if state == "assigned" and not gap.owner:
        raise ConflictError(f"{gap.gap_id} has no owner yet.", f"Name one: kb gaps assign {gap.gap_id} OWNER")


def illegal_move(connection: sa.Connection, gap: Gap, state: State) -> ConflictError:
    """The error of a move that the state does not allow."""
    moves = ", ".join(move for move in MOVES[gap.state] if move != "verified")
    proof = f" Verified comes by proof: kb gaps verify {gap.gap_id}." if "verified" in MOVES[gap.state] else ""
    return ConflictError(
        f"{gap.gap_id} is {_stands(gap)} and cannot move to {state}: {last_change(connection, gap)}.",
        f"From {gap.state} it may move to: {moves}.{proof}",
        "gap-state",
    )


def check_reasons(gap: Gap, state: State, reason: str, until: date | None, today: date) -> None:
    """Raise UsageError where a move lacks what it needs to be understood later."""
    if state == "declined" and not reason.strip():
        raise UsageError(
            f"{gap.gap_id} is declined for a reason.", "Say why no article is to be written: --reason TEXT"
        )
    if state == "snoozed" and (until is None or until <= today):
        raise UsageError(f"{gap.gap_id} is snoozed until a day to come.", "Name it: --until YYYY-MM-DD", "snoozed-past")


def last_change(connection: sa.Connection, gap: Gap) -> str:
    """What last became of a gap, by whom and when, as part of a sentence."""
    table = schema.gap_history
    query = sa.select(table).where(table.c.gap == number_of(gap.gap_id)).order_by(table.c.entry.desc()).limit(1)
    entry = records.entry(connection.execute(query).mappings().one())
    what = _VERBS[entry.kind]
    if entry.actor:
        what = f"{entry.actor} " + {"reopened": "reopened it"}.get(entry.kind, what)
    if entry.from_state != entry.to_state:
        what += f", from {entry.from_state} to {entry.to_state}"
    return f"{what}, on {entry.at:%Y-%m-%d} at {entry.at:%H:%M} UTC"


def write_change(connection: sa.Connection, gap: Gap, entry: HistoryEntry, **columns: object) -> Gap:
    """Write a change with its line of history; the state is that of ``entry``. What is closed is settled."""
    number = number_of(gap.gap_id)
    values = {"state": entry.to_state, "version": gap.version + 1, "updated_at": entry.at, **columns}
    connection.execute(schema.gaps.update().where(schema.gaps.c.number == number).values(values))
    if entry.to_state in CLOSED:
        table = schema.gap_questions
        connection.execute(table.update().where(table.c.gap == number).values(settled=True))
    write_history(connection, entry)
    return read_gap(connection, gap.gap_id)


def write_history(connection: sa.Connection, entry: HistoryEntry) -> None:
    """Write a line of history, what somebody noted redacted: a customer's name has no place in it."""
    noted = replace(entry, note=redaction.redact(entry.note).text) if entry.note and entry.actor else entry
    connection.execute(schema.gap_history.insert(), records.entry_values(noted))


def keep_answered(connection: sa.Connection, gap: Gap, questions: Sequence[RegressionQuestion]) -> None:
    """Let ``questions`` take the place of those that the gap was to keep answered before."""
    table = schema.regression_questions
    connection.execute(table.delete().where(table.c.gap == number_of(gap.gap_id)))
    for one in questions:
        values = records.regression_values(one)
        connection.execute(
            table.delete().where(table.c.kind == values["kind"], table.c.question_id == values["question_id"])
        )
        connection.execute(table.insert(), values)


def questions_to_split(gap: Gap, question_ids: Sequence[str]) -> list[GapQuestion]:
    """The questions to split off. Raises UsageError as ``Backlog.split`` says."""
    wanted = set(question_ids)
    unknown = sorted(wanted - {one.id for one in gap.questions})
    hint = f"See its questions with their ids: kb gaps show {gap.gap_id}"
    if unknown:
        raise UsageError(f"{unknown[0]} is not a question of {gap.gap_id}.", hint)
    found = [one for one in gap.questions if one.id in wanted]
    if not found or len(found) == len(gap.questions):
        raise UsageError(
            f"A split leaves {gap.gap_id} some of its {len(gap.questions)} questions, and takes some.", hint
        )
    return found


def share_of_demand(gap: Gap, questions: Sequence[GapQuestion]) -> records.Values:
    """Columns of demand and priority for some of a gap's questions: as much of them as they are of all.

    An estimate until the next look at the log counts again; its arithmetic says so.
    """
    part = len(questions) / len(gap.questions)
    tickets = sum(one.kind == "ticket" for one in questions)
    row = {"what": "split", "gap_id": gap.gap_id, "of": gap.priority, "questions": len(questions), "share": part}
    return {
        "demand_questions": len(questions) - tickets,
        "demand_actors": min(gap.demand.actors, len(questions) - tickets),
        "demand_tickets": tickets,
        "priority": gap.priority * part,
        "arithmetic": [row],
    }


def _stands(gap: Gap) -> str:
    return f"{gap.state} ({gap.owner})" if gap.owner else gap.state
