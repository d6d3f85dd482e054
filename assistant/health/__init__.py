"""Knowledge health: what is wrong with the articles among each other, and what harm it does.

``examine(library, today)`` is the door. Reading order: ``pipeline`` (the steps), ``parameters`` (the tuned numbers),
``passages`` with ``neighbours``, ``passage_pairs``, ``contradiction``, ``statement`` (contradictions), ``duplicates``,
``parity``, ``findability``, ``usage``, ``staleness``; ``finding`` and ``description`` (what comes out), ``cache``.
Heavy parts are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from kb.library import Library

if TYPE_CHECKING:
    from assistant.health.finding import HealthReport

__all__ = ["examine"]


def examine(library: Library, today: date, told: Callable[[int, int], None] = lambda *_: None) -> HealthReport:
    """Examine all articles that answer on ``today``; see ``assistant.health.pipeline``."""
    from assistant.health.pipeline import examine as run

    return run(library, today, told)
