"""Priority: the minutes that a gap costs, recent ones first, added up in rows that people can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from assistant.gaps.cases import Case
from assistant.gaps.merging import Diagnosis
from assistant.retrieval.relevance_feedback import decay
from kb.backlog.model import Cause, Demand
from kb.runtime.days import day_in
from kb.settings import GapSettings

Row: TypeAlias = Mapping[str, Any]

_EDGE: Final = -0.5
_WIDTH: Final = 2.0
"""From this nearness (``scope.in_scope_score``) on a need counts less, until so much further down it hardly counts."""

_LEAST: Final = 0.1

_DATED: Final[frozenset[Cause]] = frozenset({"stale", "restricted"})
"""Causes that a date or a status proves; what is off topic may pass for one of the others."""


def demand(cases: Sequence[Case]) -> Demand:
    """How much a gap is asked for. Who cannot be told apart, for lack of an actor and a session, counts each time."""
    asked = [case for case in cases if case.kind == "question"]
    return Demand(len(asked), len({case.person for case in asked}), len(cases) - len(asked))


def priority(finding: Diagnosis, today: date, settings: GapSettings, zone: str) -> tuple[float, tuple[Row, ...]]:
    """The minutes lost, decayed by age, and the rows that add up to them; what is off topic counts nothing.

    ``today`` is a day in the time zone ``zone``. A row holds ``what``, its ``count``, what is left of that after
    ``decay`` and the ``minutes`` each costs; ``value`` is the product of the last two. A person counts once, with the
    last question. A last row with a ``factor`` multiplies the sum, where the questions are on the edge of the subject,
    or beyond, and no date or status proves it.
    """
    cases = finding.cases
    counted = (
        ("askers", _last_of_each(cases), settings.minutes_question),
        ("not_helpful", [case for case in cases if "not_helpful" in case.signals], settings.minutes_question),
        ("tickets", [case for case in cases if case.kind == "ticket"], settings.minutes_ticket),
        ("escalations", [case for case in cases if "escalated" in case.signals], settings.minutes_escalation),
    )
    rows: list[Row] = []
    for what, some, minutes in counted:
        days = [day_in(zone, case.asked_at) for case in some]
        left = round(sum(decay(day, today, settings.half_life_days) for day in days), 3)
        value = round(left * minutes, 2)
        if some:
            rows.append({"what": what, "count": len(some), "decay": left, "minutes": minutes, "value": value})
    total = sum(row["value"] for row in rows)
    factor = _on_topic(finding)
    if factor < 1.0:
        rows.append({"what": "off_topic", "factor": factor})
    return round(total * factor, 2), tuple(rows)


def _on_topic(finding: Diagnosis) -> float:
    """1 for what articles are about, 0 for what is off topic; in between, by how near the questions are."""
    if finding.proof.cause == "out_of_scope":
        return 0.0
    if finding.proof.cause in _DATED:
        return 1.0
    return round(min(max(1.0 + (finding.nearness - _EDGE) / _WIDTH, _LEAST), 1.0), 2)


def _last_of_each(cases: Sequence[Case]) -> list[Case]:
    last: dict[str, Case] = {}
    for case in cases:
        if case.kind == "question" and (case.person not in last or last[case.person].asked_at <= case.asked_at):
            last[case.person] = case
    return list(last.values())
