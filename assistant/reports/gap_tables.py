"""The gap report as a table for a spreadsheet, one row a gap, and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from assistant.reports import gap_evidence
from assistant.reports.figures.gap_history import OPEN
from assistant.reports.formatting import Wording
from assistant.reports.rendering.csv import Scalar
from kb.backlog.gap import iso_utc

if TYPE_CHECKING:
    from assistant.reports.gap_data import GapData
    from kb.backlog import Gap


def _step(gap: Gap, wording: Wording) -> str:
    return gap_evidence.step(gap, wording) if gap.state in OPEN else ""


_COLUMNS: dict[str, Callable[[Gap, Wording], Scalar]] = {
    "gap_id": lambda gap, _: gap.gap_id,
    "need": lambda gap, _: gap.title,
    "language": lambda gap, wording: wording.language_name(gap.language),
    "cause": lambda gap, wording: wording.say(f"cause_{gap.cause}"),
    "proof": gap_evidence.proof,
    "csv_questions": lambda gap, _: gap.demand.questions,
    "csv_people": lambda gap, _: gap.demand.actors,
    "csv_tickets": lambda gap, _: gap.demand.tickets,
    "csv_priority": lambda gap, _: round(gap.priority, 2),
    "state": lambda gap, wording: wording.say(f"state_{gap.state}"),
    "owner": lambda gap, _: gap.owner,
    "first_asked": lambda gap, wording: wording.day_of(gap.first_seen).isoformat(),
    "last_asked": lambda gap, wording: wording.day_of(gap.last_seen).isoformat(),
    "csv_opened": lambda gap, wording: wording.day_of(gap.created_at).isoformat(),
    "article_to_mend": lambda gap, _: str(gap.linked or ""),
}
"""The columns of a gap itself; what happened to it and the next step follow."""


def in_words(data: GapData, wording: Wording) -> tuple[list[str], Iterator[list[Scalar]]]:
    """The heads and the rows of a table for people, one row a gap, the most urgent first."""
    changes: dict[str, list[str]] = defaultdict(list)
    for change in data.changes:
        changes[change.gap.gap_id].append(change.words)
    rows = (
        [
            *(cell(gap, wording) for cell in _COLUMNS.values()),
            "; ".join(changes[gap.gap_id]),
            _step(gap, wording),
        ]
        for gap in data.gaps
    )
    return wording.columns(*_COLUMNS, "moved", "action"), rows


def to_json(data: GapData, wording: Wording) -> dict[str, Any]:
    """The report as plain types."""
    return {
        "gaps": [
            gap.to_json()
            | {
                "proof": gap_evidence.proof(gap, wording),
                "priority": round(gap.priority, 2),
                "linked": gap.linked._asdict() if gap.linked else None,
                "action": _step(gap, wording),
            }
            for gap in data.gaps
        ],
        "moves": [
            {
                "gap_id": change.gap.gap_id,
                "at": change.at and iso_utc(change.at),
                "kind": change.kind,
                "words": change.words,
            }
            for change in data.changes
        ],
        "waiting": [
            {"question": item.question, "reason": item.reason, "since": item.since.isoformat(), "note": item.note}
            for item in data.waiting
        ],
    }


def priorities(report: object) -> dict[str, float]:
    """The priority of each gap, by id, in a report that ``to_json`` made; empty for anything else."""
    gaps: Iterable[Any] = report.get("gaps", ()) if isinstance(report, dict) else ()
    return {
        gap["gap_id"]: float(gap["priority"])
        for gap in gaps
        if isinstance(gap, dict) and isinstance(gap.get("priority"), int | float) and "gap_id" in gap
    }
