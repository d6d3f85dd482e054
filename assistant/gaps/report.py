"""What looking for gaps gives back, in the shape of the contract (`kb gaps find --json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.backlog.model import Gap


@dataclass(frozen=True, slots=True)
class GapReport:
    """The gaps of a period, those that cost most first. ``questions`` is how many were looked at, tickets included."""

    since: datetime | None
    until: datetime | None
    questions: int
    gaps: tuple[Gap, ...]

    def to_json(self) -> dict[str, Any]:
        """The contract's shape: plain types, times as ISO text."""
        return {
            "period": {"since": _iso(self.since), "until": _iso(self.until)},
            "questions": self.questions,
            "gaps": [gap_json(gap) for gap in self.gaps],
        }


def gap_json(gap: Gap) -> dict[str, Any]:
    """One gap in the contract's shape, with the arithmetic of its priority."""
    return {
        "gap_id": gap.gap_id,
        "title": gap.title,
        "language": gap.language,
        "cause": gap.cause,
        "evidence": _plain(gap.evidence),
        "questions": [
            {
                "id": one.id,
                "text": one.text,
                "asked_at": _iso(one.asked_at),
                "kind": one.kind,
                "signals": list(one.signals),
            }
            for one in gap.questions
        ],
        "demand": {"questions": gap.demand.questions, "actors": gap.demand.actors, "tickets": gap.demand.tickets},
        "priority": gap.priority,
        "arithmetic": [dict(row) for row in gap.arithmetic],
        "state": gap.state,
        "owner": gap.owner,
        "nearest": [dict(row) for row in gap.nearest],
        "action": gap.action,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
