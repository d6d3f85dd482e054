"""Reading for the gap report: the backlog with its changes in a period, and the escalations that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.reports.figures.gap_history import OPEN
from assistant.reports.figures.period import Period
from assistant.reports.formatting import Wording
from assistant.reports.gap_changes import GapChange, gap_changes

if TYPE_CHECKING:
    from kb.backlog import Gap
    from kb.library import Library


@dataclass(frozen=True, slots=True)
class WaitingEscalation:
    """An escalation that nobody has answered yet: the question, why it was handed on, since when, and the note."""

    question: str
    reason: str
    since: date
    note: str


@dataclass(frozen=True, slots=True)
class GapData:
    """A gap report's data: all gaps by priority, the changes of the period, the escalations that wait."""

    gaps: Sequence[Gap]
    changes: Sequence[GapChange] = ()
    waiting: Sequence[WaitingEscalation] = ()

    @property
    def open(self) -> list[Gap]:
        """The gaps that wait for work, the most urgent first."""
        return [gap for gap in self.gaps if gap.state in OPEN]


def gather_gaps(library: Library, period: Period, wording: Wording, before: Mapping[str, float]) -> GapData:
    """The backlog with its changes in ``period``; ``before``: how urgent each gap was in the last report."""
    gaps = library.backlog.gaps()
    changes = gap_changes(gaps, library.backlog.entries(period.since, period.until), wording, before)
    escalations = library.escalations.escalations()
    asked = library.events.questions_for([item.question_id for item in escalations])
    waiting = [
        WaitingEscalation(asked[item.question_id].text, item.reason, period.day_of(item.at), item.note)
        for item in escalations
        if item.question_id in asked
    ]
    return GapData(gaps, changes, waiting)
