"""What leads work off: gaps with their evidence and history, escalations, and the questions that must stay answered.

``library.backlog`` and ``library.escalations`` are the doors; the rows are plain frozen data, in the events database.
"""

from kb.backlog.escalations import Escalations
from kb.backlog.gap import (
    CLOSED,
    MOVES,
    Cause,
    Demand,
    Escalation,
    EscalationReason,
    FoundGap,
    Gap,
    GapQuestion,
    HistoryEntry,
    RegressionQuestion,
    State,
)
from kb.backlog.store import Backlog

__all__ = [
    "CLOSED",
    "MOVES",
    "Backlog",
    "Cause",
    "Demand",
    "Escalation",
    "EscalationReason",
    "Escalations",
    "FoundGap",
    "Gap",
    "GapQuestion",
    "HistoryEntry",
    "RegressionQuestion",
    "State",
]
