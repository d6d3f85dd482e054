"""What leads work off: gaps with their evidence and history, escalations, and the questions that must stay answered."""

from kb.backlog.model import (
    CLOSED,
    MOVES,
    ArticleKey,
    Cause,
    Demand,
    Entry,
    Escalation,
    EscalationReason,
    FoundGap,
    Gap,
    GapQuestion,
    RegressionQuestion,
    State,
)

__all__ = [
    "CLOSED",
    "MOVES",
    "ArticleKey",
    "Cause",
    "Demand",
    "Entry",
    "Escalation",
    "EscalationReason",
    "FoundGap",
    "Gap",
    "GapQuestion",
    "RegressionQuestion",
    "State",
]
