"""A question to log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.events import QuestionEvent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


ROOT = Path(__file__).parents[3]


def asked(question_id: str = "q1", **changes: Any) -> QuestionEvent:
    event = QuestionEvent(question_id, NOON, "Wie ändere ich meinen Abschlag?", "de", "answered", 0.9, "cli")
    return replace(event, **changes)
