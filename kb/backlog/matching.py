"""Which found gap is which gap of the backlog: decided by the questions they share, and by nothing else.

A question is evidence of one gap at a time. It is *settled* where a lead decided so: with the gap it was closed with
(verified or declined), or the one it came to by a merge or a split. Settled questions never move; the others go where
today's clusters put them. So what a lead decided survives every later look at the log, and the same look twice
changes nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from kb.backlog.gap import Demand, FoundGap
from kb.errors import UsageError

QuestionKey: TypeAlias = tuple[str, str]
"""Kind and id of a question."""


class Assignment(NamedTuple):
    """To which gap, by number, a question belongs, and whether a lead decided that."""

    gap: int
    settled: bool


def disjoint(found: Sequence[FoundGap]) -> list[FoundGap]:
    """Found gaps that share no question, in an order that does not depend on the one they came in.

    A question that several name stays with the first of them. Raises UsageError for a gap without a question.
    """
    kept: list[FoundGap] = []
    taken: set[QuestionKey] = set()
    for gap in found:
        if not gap.questions:
            raise UsageError(f"The gap '{gap.title}' has no question.", "A gap is made of the questions that show it.")
    for gap in sorted(found, key=_disjoint_order):
        own = {question.key: question for question in gap.questions if question.key not in taken}
        taken |= own.keys()
        if own:
            kept.append(replace(gap, questions=tuple(own.values())))
    return kept


def _disjoint_order(gap: FoundGap) -> tuple[float, QuestionKey, str]:
    return -gap.priority, min(question.key for question in gap.questions), gap.title


def match_gaps(found: Sequence[FoundGap], assignments: Mapping[QuestionKey, Assignment]) -> list[int | None]:
    """The number of the gap that each of ``found`` is; None: a new one. ``found`` shares no question among itself.

    1. One with settled questions is the gap that has most of them, though others are that gap already. 2. Of the rest,
    pairs that share most questions come first, and a gap is matched to one of them only: what a cluster that fell apart
    leaves behind is new. Ties go to the older gap, then to the first in ``found``.
    """
    matched: list[int | None] = [None] * len(found)
    pairs: list[tuple[int, int, int]] = []
    for index, gap_found in enumerate(found):
        assigned = [assignments[question.key] for question in gap_found.questions if question.key in assignments]
        settled = Counter(assignment.gap for assignment in assigned if assignment.settled)
        if settled:
            matched[index] = min(settled, key=lambda gap: (-settled[gap], gap))
            continue
        pairs += [(-shared, gap, index) for gap, shared in Counter(assignment.gap for assignment in assigned).items()]
    taken: set[int] = set()
    for _, gap, index in sorted(pairs):
        if matched[index] is None and gap not in taken:
            matched[index] = gap
            taken.add(gap)
    return matched


def merged(parts: Sequence[FoundGap]) -> FoundGap:
    """Several found gaps as one. What describes it is that of the part with the highest priority.

    Questions, tickets and priorities add up. How many people asked is at least the most of any part: who asked in two
    of them is not known here.
    """
    if len(parts) == 1:
        return parts[0]
    first = max(parts, key=lambda part: (part.priority, len(part.questions)))
    near = {(row.get("article_id"), row.get("language")): row for part in (first, *parts) for row in part.nearest}
    demand = Demand(
        sum(part.demand.questions for part in parts),
        max(part.demand.actors for part in parts),
        sum(part.demand.tickets for part in parts),
    )
    return replace(
        first,
        questions=tuple(question for part in parts for question in part.questions),
        demand=demand,
        priority=math.fsum(part.priority for part in parts),
        arithmetic=tuple(row for part in parts for row in part.arithmetic),
        nearest=tuple(near.values()),
    )
