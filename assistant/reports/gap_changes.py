"""What has moved since the last report: found, worked on, closed, reopened, more or less urgent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.reports.formatting import Wording

if TYPE_CHECKING:
    from kb.backlog import Gap, HistoryEntry

_URGENT_CHANGE = 0.2
"""A change of urgency is told from a fifth on: ageing alone takes off less in the weeks between two reports."""


@dataclass(frozen=True, slots=True)
class GapChange:
    """One thing that happened to a gap. ``kind`` is the history's, or ``verified``, ``declined`` or ``priority``."""

    gap: Gap
    at: datetime | None
    kind: str
    words: str


def gap_changes(
    gaps: Sequence[Gap], entries: Iterable[HistoryEntry], wording: Wording, before: Mapping[str, float] | None = None
) -> list[GapChange]:
    """What the history says, oldest first, then changes of urgency against ``before``, by gap id, of the last report.

    Entries of gaps that were merged into others are left out: the other one's entry tells it.
    """
    by_id = {gap.gap_id: gap for gap in gaps}
    found = [
        GapChange(by_id[entry.gap_id], entry.at, _kind(entry), _words(entry, wording))
        for entry in entries
        if entry.gap_id in by_id
    ]
    for gap in gaps:
        was = (before or {}).get(gap.gap_id)
        if was is not None and abs(gap.priority - was) > _URGENT_CHANGE * max(was, 1.0):
            words = wording.say("move_priority", before=wording.number(was), now=wording.number(gap.priority))
            found.append(GapChange(gap, None, "priority", words))
    return found


def in_short(moves: Iterable[GapChange], wording: Wording) -> str:
    """2 new, 1 proven closed, 3 worked on: each gap once, by the weightiest that happened to it."""
    order = ("reopened", "verified", "declined", "found")
    kinds: dict[str, set[str]] = {}
    for move in moves:
        kinds.setdefault(move.gap.gap_id, set()).add(move.kind)
    counted = Counter(next((kind for kind in order if kind in seen), "other") for seen in kinds.values())
    told = ("found", "verified", "declined", "reopened", "other")
    return ", ".join(wording.say(f"part_{kind}", n=wording.number(counted[kind])) for kind in told if counted[kind])


def _kind(entry: HistoryEntry) -> str:
    if entry.to_state != entry.from_state and entry.to_state in {"verified", "declined"}:
        return entry.to_state
    return entry.kind


def _words(entry: HistoryEntry, wording: Wording) -> str:
    detail = entry.detail
    match _kind(entry):
        case "assigned":
            return wording.say("move_assigned", owner=str(detail.get("owner", "")))
        case "linked":
            return wording.say("move_linked", article=str(detail.get("article_id", "")))
        case "moved" | "declined":
            states = {"state_from": f"state_{entry.from_state}", "state_to": f"state_{entry.to_state}"}
            return wording.say("move_moved", **{name: wording.say(key) for name, key in states.items()})
        case kind:
            return wording.say(f"move_{kind}")
