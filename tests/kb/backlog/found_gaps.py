"""Found gaps for a backlog."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from kb.articles.article import ArticleKey
from kb.backlog import Backlog, Demand, FoundGap, Gap, GapQuestion
from kb.backlog.gap import State
from kb.events.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


ROOT = Path(__file__).parents[3]


ARTICLE = ArticleKey("neu", "de")


FORK = multiprocessing.get_context("fork")
"""Processes that begin within milliseconds."""


def found(*names: str, priority: float = 1.0) -> FoundGap:
    questions = tuple(GapQuestion(name, f"Wie geht {name}?", NOON, "de") for name in names)
    return FoundGap(f"Wie geht {names[0]}?", "de", "missing", {}, questions, Demand(len(names), 1, 0), priority)


def keep_moving(url: str, told: Connection) -> None:
    """Move the gap on and on, telling its version after each move, until somebody ends the process."""
    own = Backlog(Store(url))
    while True:
        after: State = "review" if own.gap("G-0001").state == "drafting" else "drafting"
        told.send(own.move("G-0001", after, "anna", now=datetime.now(UTC)).version)


def names_of(gap: Gap) -> set[str]:
    return {one.id for one in gap.questions}
