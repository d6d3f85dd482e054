"""The gaps as tidy rows and as plain types: one row a gap, one a move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assistant.reports import gap_evidence
from assistant.reports.figures.gap_history import OPEN
from assistant.reports.formatting import Wording
from assistant.reports.gap_changes import GapChange
from assistant.reports.rendering.csv import Scalar
from kb.backlog.model import iso_utc

if TYPE_CHECKING:
    from assistant.reports.gap_report import GapData
    from kb.backlog import Gap


_HEADS = (
    "gap_id",
    "need",
    "language",
    "cause",
    "proof",
    "csv_questions",
    "csv_people",
    "csv_tickets",
    "csv_priority",
    "state",
    "owner",
    "first_asked",
    "last_asked",
    "csv_opened",
    "article_to_mend",
    "moved",
    "action",
)


def in_words(data: GapData, wording: Wording) -> tuple[list[str], Iterator[list[Scalar]]]:
    """The heads and the rows of a table for people, one row a gap, the most urgent first."""
    moves: dict[str, list[str]] = defaultdict(list)
    for move in data.moves:
        moves[move.gap.gap_id].append(move.words)
    return [wording.say(head) for head in _HEADS], (_row(gap, moves[gap.gap_id], wording) for gap in data.gaps)


def _row(gap: Gap, moves: Sequence[str], wording: Wording) -> list[Scalar]:
    return [
        gap.gap_id,
        gap.title,
        wording.language_name(gap.language),
        wording.say(f"cause_{gap.cause}"),
        gap_evidence.proof(gap, wording),
        gap.demand.questions,
        gap.demand.actors,
        gap.demand.tickets,
        round(gap.priority, 2),
        wording.say(f"state_{gap.state}"),
        gap.owner,
        wording.day_of(gap.first_seen).isoformat(),
        wording.day_of(gap.last_seen).isoformat(),
        wording.day_of(gap.created_at).isoformat(),
        f"{gap.linked.article_id}@{gap.linked.language}" if gap.linked else "",
        "; ".join(moves),
        _step(gap, wording),
    ]


def _step(gap: Gap, wording: Wording) -> str:
    return gap_evidence.step(gap, wording) if gap.state in OPEN else ""


def gaps_json(data: GapData, wording: Wording) -> dict[str, Any]:
    """The report as plain types."""
    return {
        "gaps": [_gap(gap, wording) for gap in data.gaps],
        "moves": [_move(move) for move in data.moves],
        "waiting": [
            {"question": one.question, "reason": one.reason, "since": one.since.isoformat(), "note": one.note}
            for one in data.waiting
        ],
    }


def priorities(report: object) -> dict[str, float]:
    """The priority of each gap, by id, in a report that ``gaps_json`` made; empty for anything else."""
    gaps: Iterable[Any] = report.get("gaps", ()) if isinstance(report, dict) else ()
    return {
        gap["gap_id"]: float(gap["priority"])
        for gap in gaps
        if isinstance(gap, dict) and isinstance(gap.get("priority"), int | float) and "gap_id" in gap
    }


def _gap(gap: Gap, wording: Wording) -> dict[str, Any]:
    return gap.to_json() | {
        "proof": gap_evidence.proof(gap, wording),
        "priority": round(gap.priority, 2),
        "linked": gap.linked._asdict() if gap.linked else None,
        "action": _step(gap, wording),
    }


def _move(move: GapChange) -> dict[str, Any]:
    return {"gap_id": move.gap.gap_id, "at": move.at and iso_utc(move.at), "kind": move.kind, "words": move.words}
