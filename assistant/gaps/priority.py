"""Priority: the minutes that a gap costs, recent ones first, added up in rows that people can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.gaps.signals import Case
from assistant.learning import decay
from kb.backlog.model import Cause, Demand
from kb.settings import GapSettings

Row = Mapping[str, Any]


def demand(cases: Sequence[Case]) -> Demand:
    """How much a gap is asked for. Who cannot be told apart, for lack of an actor and a session, counts each time."""
    asked = [case for case in cases if case.kind == "question"]
    return Demand(len(asked), len({case.person for case in asked}), len(cases) - len(asked))


def priority(cases: Sequence[Case], cause: Cause, today: date, settings: GapSettings) -> tuple[float, tuple[Row, ...]]:
    """The minutes lost, decayed by age, and the rows that add up to them; what is off topic counts nothing.

    A row holds ``what``, its ``count``, what is left of that after ``decay`` and the ``minutes`` each costs; ``value``
    is the product of the last two. A person counts once, with the last question.
    """
    rows = [
        _row("askers", _last_of_each(cases), settings.minutes_question, today, settings),
        _row(
            "not_helpful",
            [case for case in cases if "not_helpful" in case.signals],
            settings.minutes_question,
            today,
            settings,
        ),
        _row("tickets", [case for case in cases if case.kind == "ticket"], settings.minutes_ticket, today, settings),
        _row(
            "escalations",
            [case for case in cases if "escalated" in case.signals],
            settings.minutes_escalation,
            today,
            settings,
        ),
    ]
    rows = [row for row in rows if row["count"]]
    total = sum(row["value"] for row in rows)
    if cause == "out_of_scope":
        rows.append({"what": "out_of_scope", "factor": 0.0})
        total = 0.0
    return round(total, 2), tuple(rows)


def _row(what: str, cases: Sequence[Case], minutes: float, today: date, settings: GapSettings) -> Row:
    left = sum(decay(case.asked_at.date(), today, settings.half_life_days) for case in cases)
    left = round(left, 3)
    return {"what": what, "count": len(cases), "decay": left, "minutes": minutes, "value": round(left * minutes, 2)}


def _last_of_each(cases: Sequence[Case]) -> list[Case]:
    last: dict[str, Case] = {}
    for case in cases:
        if case.kind == "question" and (case.person not in last or last[case.person].asked_at <= case.asked_at):
            last[case.person] = case
    return list(last.values())
