"""The lives of gaps as cases to count: when each was opened, proven closed, declined, opened again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.reports.figures.measures import Value, quantile
from assistant.reports.figures.period import Period

if TYPE_CHECKING:
    from kb.backlog import State

CLOSED = frozenset({"verified", "declined"})
OPEN: tuple[State, ...] = ("open", "assigned", "drafting", "review")
"""States in which a gap waits for work, or is worked on. Snoozed ones wait for their day."""


@dataclass(frozen=True, slots=True)
class Move:
    """A gap came into a state at a moment."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Life:
    """One gap from the moment it was opened; ``moves`` oldest first, without the opening itself."""

    gap_id: str
    opened_at: datetime
    moves: tuple[Move, ...] = ()

    def state_at(self, moment: datetime) -> str | None:
        """The state it was in just before ``moment``; None where there was no such gap yet."""
        if self.opened_at >= moment:
            return None
        return next((move.state for move in reversed(self.moves) if move.at < moment), "open")

    def moved_to(self, state: str, period: Period) -> list[datetime]:
        """When it came into a state within a period."""
        return [move.at for move in self.moves if move.state == state and period.since <= move.at < period.until]

    def reopened(self, period: Period) -> list[datetime]:
        """When it came back from being closed within a period."""
        states = ["open", *(move.state for move in self.moves)]
        return [
            move.at
            for before, move in zip(states, self.moves, strict=False)
            if before in CLOSED and move.state not in CLOSED and period.since <= move.at < period.until
        ]


def gap_values(lives: Collection[Life], period: Period) -> dict[str, Value]:
    """The figures of gaps in a period. They are of articles that are missing, not of people: none is hidden."""
    opened = sum(period.since <= life.opened_at < period.until for life in lives)
    closed = [(at - life.opened_at).total_seconds() for life in lives for at in life.moved_to("verified", period)]
    return {
        "gaps_opened": _count(opened),
        "gaps_verified": _count(len(closed)),
        "gaps_declined": _count(sum(len(life.moved_to("declined", period)) for life in lives)),
        "gaps_reopened": _count(sum(len(life.reopened(period)) for life in lives)),
        "gaps_open": _count(sum(life.state_at(period.until) in OPEN for life in lives)),
        "closure_median": Value("seconds", quantile(closed, 0.5), len(closed), len(closed)),
    }


def states_at(lives: Collection[Life], moment: datetime, order: Sequence[str]) -> dict[str, int]:
    """How many gaps were in each state just before ``moment``, in this order, states without a gap left out."""
    states = [life.state_at(moment) for life in lives]
    return {state: number for state in order if (number := states.count(state))}


def _count(number: int) -> Value:
    return Value("count", float(number), number, number)
