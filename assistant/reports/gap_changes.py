"""Changes of gaps since the last report: found, worked on, closed, reopened, more or less urgent."""

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
    gaps: Sequence[Gap], entries: Iterable[HistoryEntry], wording: Wording, before: Mapping[str, float]
) -> list[GapChange]:
    """The changes of the history, oldest first, then of urgency against ``before``, by gap id, of the last report.

    Entries of gaps that were merged into others are left out: the other one's entry tells it.
    """
    by_id = {gap.gap_id: gap for gap in gaps}
    changes = []
    for entry in entries:
        if gap := by_id.get(entry.gap_id):
            is_end = entry.to_state != entry.from_state and entry.to_state in {"verified", "declined"}
            kind = entry.to_state if is_end else entry.kind
            changes.append(GapChange(gap, entry.at, kind, _words(kind, entry, wording)))
    for gap in gaps:
        was = before.get(gap.gap_id, gap.priority)
        if abs(gap.priority - was) > _URGENT_CHANGE * max(was, 1.0):
            words = wording.say("move_priority", before=wording.number(was), now=wording.number(gap.priority))
            changes.append(GapChange(gap, None, "priority", words))
    return changes


def in_short(changes: Iterable[GapChange], wording: Wording) -> str:
    """2 new, 1 proven closed, 3 worked on: each gap once, by the weightiest that happened to it."""
    order = ("reopened", "verified", "declined", "found")
    kinds: dict[str, set[str]] = {}
    for change in changes:
        kinds.setdefault(change.gap.gap_id, set()).add(change.kind)
    counts = Counter(next((kind for kind in order if kind in seen), "other") for seen in kinds.values())
    shown = [kind for kind in ("found", "verified", "declined", "reopened", "other") if counts[kind]]
    return ", ".join(wording.say(f"part_{kind}", n=wording.number(counts[kind])) for kind in shown)


def _words(kind: str, entry: HistoryEntry, wording: Wording) -> str:
    match kind:
        case "assigned":
            return wording.say("move_assigned", owner=entry.detail.get("owner", ""))
        case "linked":
            return wording.say("move_linked", article=entry.detail.get("article_id", ""))
        case "moved" | "declined":
            before, after = (wording.say(f"state_{state}") for state in (entry.from_state, entry.to_state))
            return wording.say("move_moved", state_from=before, state_to=after)
        case _:
            return wording.say(f"move_{kind}")
