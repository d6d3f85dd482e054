"""Gaps as cases to count: when each was opened, proven closed, declined, opened again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.reports.figures.measures import Figure, quantile
from assistant.reports.figures.period import Period
from kb.backlog.gap import CLOSED, Gap, HistoryEntry, State

OPEN: tuple[State, ...] = ("open", "assigned", "drafting", "review")
"""States in which a gap waits for work, or is worked on. Snoozed ones wait for their day."""

GAP_MEASURES = ("gaps_opened", "gaps_verified", "gaps_declined", "gaps_reopened", "gaps_open", "closure_median")
"""The figures of gaps, in the order of the data dictionary."""


@dataclass(frozen=True, slots=True)
class GapHistory:
    """One gap from the moment it was opened; ``changes`` are the entries by which its state changed, oldest first."""

    opened_at: datetime
    changes: Sequence[HistoryEntry] = ()

    def state_at(self, moment: datetime) -> State | None:
        """The state it was in just before ``moment``; None where there was no such gap yet."""
        if self.opened_at >= moment:
            return None
        return next((entry.to_state for entry in reversed(self.changes) if entry.at < moment), "open")

    def closed(self, state: State, period: Period) -> list[datetime]:
        """When it came into a closed state within a period."""
        return [entry.at for entry in self._within(period) if entry.to_state == state]

    def reopened(self, period: Period) -> list[datetime]:
        """When it came back from being closed within a period."""
        entries = self._within(period)
        return [entry.at for entry in entries if entry.from_state in CLOSED and entry.to_state not in CLOSED]

    def _within(self, period: Period) -> list[HistoryEntry]:
        return [entry for entry in self.changes if period.since <= entry.at < period.until]


def gap_histories(gaps: Iterable[Gap], entries: Iterable[HistoryEntry]) -> list[GapHistory]:
    """Gaps with their histories, oldest entry first; entries of other gaps do not matter."""
    changes: dict[str, list[HistoryEntry]] = defaultdict(list)
    for entry in entries:
        if entry.to_state != entry.from_state:
            changes[entry.gap_id].append(entry)
    return [GapHistory(gap.created_at, changes[gap.gap_id]) for gap in gaps]


def gap_values(gaps: Collection[GapHistory], period: Period) -> dict[str, Figure]:
    """The figures of gaps in a period. They are of articles that are missing, not of people: none is hidden."""
    opened = sum(period.since <= gap.opened_at < period.until for gap in gaps)
    closed = [(at - gap.opened_at).total_seconds() for gap in gaps for at in gap.closed("verified", period)]
    return {
        "gaps_opened": Figure.count(opened),
        "gaps_verified": Figure.count(len(closed)),
        "gaps_declined": Figure.count(sum(len(gap.closed("declined", period)) for gap in gaps)),
        "gaps_reopened": Figure.count(sum(len(gap.reopened(period)) for gap in gaps)),
        "gaps_open": Figure.count(sum(gap.state_at(period.until) in OPEN for gap in gaps)),
        "closure_median": Figure("seconds", quantile(closed, 0.5), len(closed), len(closed)),
    }


def states_at(gaps: Collection[GapHistory], moment: datetime, order: Sequence[State]) -> dict[str, int]:
    """How many gaps were in each state just before ``moment``, in this order, states without a gap left out."""
    states = [gap.state_at(moment) for gap in gaps]
    return {state: number for state in order if (number := states.count(state))}
