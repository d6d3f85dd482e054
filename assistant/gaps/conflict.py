"""Conflict: two articles that answer the same question with different facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.gaps.probe import Probe


def disagreement(probes: Sequence[Probe], language: str) -> dict[str, Any] | None:
    """The pair of articles that most of the questions find in disagreement, with their sentences; None without one."""
    del probes, language
    return None
