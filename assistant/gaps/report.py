"""A gap report: the result of looking for gaps, in the shape of the contract (`kb gaps find --json`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.backlog.gap import Gap, iso_utc


@dataclass(frozen=True, slots=True)
class GapReport:
    """The gaps of a period, those that cost most first. ``questions`` is how many were looked at, tickets included."""

    since: datetime | None
    until: datetime | None
    questions: int
    gaps: tuple[Gap, ...]

    def to_json(self) -> dict[str, Any]:
        """The contract's shape: plain types, times as ISO text."""
        period = {"since": self.since, "until": self.until}
        return {
            "period": {name: moment and iso_utc(moment) for name, moment in period.items()},
            "questions": self.questions,
            "gaps": [gap.to_json() for gap in self.gaps],
        }
