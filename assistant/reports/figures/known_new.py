"""Known and new, in the sense of KCS: answered from an article, asked before in vain, or asked for the first time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from assistant.reports.figures.questions import Novelty
from kb.errors import MissingPartError
from kb.runtime.cancellation import checkpoint

if TYPE_CHECKING:
    from kb.backlog import Gap
    from kb.embedding.protocol import FloatMatrix
    from kb.events import QuestionEvent
    from kb.library import Library

LOOK_BACK = timedelta(days=90)
"""A question that nobody asked for so long is new again: a quarter is what a team remembers."""

ALIKE = 0.91
"""Cosine from which on two questions count as the same.

Of multilingual-e5-small: of 60 unanswered questions on the sample articles, 4 in 100 reach it with one about something
else, on the gold questions 3 in 100; of differently worded ones about the same, one in three does. Those in one gap
count as the same too.
"""

_BLOCK = 256
"""Questions compared at once: 256 rows against 100,000 take 100 MB."""

_LOG = logging.getLogger(__name__)


def novelty(library: Library, since: datetime, until: datetime) -> dict[str, Novelty]:
    """What is known or new about each question asked from ``since`` on and before ``until``, by question id.

    Empty where no model is at hand to compare questions with.
    """
    events = list(library.events.questions(since - LOOK_BACK, until))
    asked = [event for event in events if event.asked_at >= since]
    found: dict[str, Novelty] = {event.question_id: "answered" for event in asked if event.status == "answered"}
    unanswered = [index for index, event in enumerate(events) if event.status != "answered" and event.asked_at >= since]
    if not unanswered:
        return found
    try:
        before = asked_before(events, unanswered, library.question_vectors([event.text for event in events]))
    except MissingPartError as error:
        _LOG.info("Which questions are new is not known. %s %s", error.message, error.hint)
        return {}
    before |= later_in_a_gap(library.backlog.gaps(), events)
    for index in unanswered:
        found[events[index].question_id] = "asked_before" if index in before else "new"
    return found


def asked_before(
    events: Sequence[QuestionEvent], indexes: Sequence[int], vectors: FloatMatrix, block: int = _BLOCK
) -> set[int]:
    """Which of the questions at ``indexes`` are alike to an earlier one, at most LOOK_BACK old.

    ``events`` and ``indexes`` are sorted by time; ``vectors`` (n, d) are theirs, of length 1. ``block`` questions
    are compared at once.
    """
    times = np.array([event.asked_at.timestamp() for event in events])
    oldest = np.searchsorted(times, times - LOOK_BACK.total_seconds())  # the first that is not too old for each
    found: set[int] = set()
    for start in range(0, len(indexes), block):
        checkpoint()
        part = np.array(indexes[start : start + block])
        columns = np.arange(oldest[part[0]], part[-1])
        alike = vectors[part] @ vectors[columns].T >= ALIKE
        alike &= (columns < part[:, None]) & (columns >= oldest[part][:, None])
        found.update(int(index) for index in part[alike.any(axis=1)])
    return found


def later_in_a_gap(gaps: Iterable[Gap], events: Sequence[QuestionEvent]) -> set[int]:
    """The places of those questions that are in one gap with an earlier one, at most LOOK_BACK old."""
    later: set[str] = set()
    for gap in gaps:
        asked = sorted((question.asked_at, question.id) for question in gap.questions if question.kind == "question")
        later.update(name for (before, _), (at, name) in pairwise(asked) if at - before <= LOOK_BACK)
    return {index for index, event in enumerate(events) if (event.caller_id or event.question_id) in later}
