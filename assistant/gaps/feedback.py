"""Feedback: what people did after they had asked, as log odds that what they were shown answers their question.

Most say nothing. Somebody who looks for an answer, opens an article and leaves it at that has found one more often than
not, also where Lotse refused to answer and only listed what came nearest; somebody who goes on to complain has not. A
reason weighs most: it tells an article that lacks the answer from one that is badly written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from assistant.gaps.cases import Case
from assistant.gaps.parameters import FeedbackParameters
from kb.events import Action, Feedback

_COMPLAINTS: Final = frozenset({"not_helpful", "escalated", "gap_reported"})
"""Signals by which a person says that an answer did not do; the others only say what Lotse did."""


def feedback_of(ratings: Sequence[Feedback], actions: Sequence[Action], parameters: FeedbackParameters) -> float:
    """What was done with one question: the worst complaint, or else the best sign that it was answered, or 0."""
    values = [
        parameters.helpful if rating.verdict == "helpful" else parameters.not_helpful[rating.reason]
        for rating in ratings
    ]
    values += [parameters.actions.get(action.kind, 0.0) for action in actions]
    worst = min(values, default=0.0)
    return worst if worst < 0 else max(values, default=0.0)


def combined(cases: Iterable[Case], parameters: FeedbackParameters) -> float:
    """The feedback on some questions, each asker's once and at its strongest; at most ``limit`` either way."""
    by_asker: dict[str, float] = {}
    for case in cases:
        if abs(case.feedback) > abs(by_asker.get(case.asker, 0.0)):
            by_asker[case.asker] = case.feedback
    total = max(-parameters.limit, min(parameters.limit, sum(by_asker.values())))
    return round(total / parameters.step) * parameters.step


def complaints(cases: Sequence[Case], language: str, parameters: FeedbackParameters) -> dict[str, int]:
    """How often each kind of complaint was made on questions in ``language``, by its signal.

    None where of all ``cases`` one person alone complains, other than by reporting a gap.
    """
    count = Counter(name for case in cases if case.language == language for name in case.signals if name in _COMPLAINTS)
    askers = {case.asker for case in cases if _COMPLAINTS.intersection(case.signals)}
    return dict(sorted(count.items())) if len(askers) >= parameters.several or count["gap_reported"] else {}
