"""Testimony: what people did after they had asked, as log odds that what they were shown answers their question.

Most say nothing. Who looks for an answer, opens an article and leaves it at that has found one more often than not,
also where Lotse refused to answer and only listed what came nearest; who goes on to complain has not. A reason weighs
most: it tells an article that lacks the answer from one that is badly written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kb.events import Action, ActionKind, Feedback, FeedbackReason

if TYPE_CHECKING:
    from assistant.gaps.cases import Case

_HELPFUL: Final = 1.5
_DONE: Final[Mapping[ActionKind, float]] = {"opened": 0.5, "copied": 1.0, "escalated": -1.0, "gap_reported": -1.5}
_REASONS: Final[Mapping[FeedbackReason | None, float]] = {
    "not_found": -2.0, "missing": -2.0, "wrong": -0.5, "unclear": 0.0, "outdated": 0.0, None: -1.0,
}  # fmt: skip
"""Set by judgement: that one person in so many does this with an answer more often than without one. 0.5 is 1.6 times,
1 is 2.7 times, 2 is 7 times as often. What is unclear or outdated is there, and is another cause's matter. Nearly all
weigh less than the rates at which `python -m evals gaps` makes people react would allow.
"""

REPHRASED: Final = -0.5
"""Who asks again in other words has not found it yet, or wants to know more."""

MAX_LOG_ODDS: Final = 3.0
"""Together they never say more: what is shown has a say as well."""

_STEP: Final = 0.5
"""To such steps it is rounded, so that what was proved stays while nobody says anything new."""

_COMPLAINTS: Final = frozenset({"not_helpful", "escalated", "gap_reported"})
"""Signals by which a person says that an answer did not do; the others only say what Lotse did."""

_SEVERAL: Final = 2
"""People from whose complaints on an answer is found wanting: one alone may have read it in a hurry."""


def feedback_of(ratings: Sequence[Feedback], actions: Sequence[Action]) -> float:
    """What was done with one question: the worst complaint, or else the best sign that it was answered, or 0."""
    said = [_HELPFUL if one.verdict == "helpful" else _REASONS[one.reason] for one in ratings]
    said += [_DONE.get(one.kind, 0.0) for one in actions]
    worst = min(said, default=0.0)
    return worst if worst < 0 else max(said, default=0.0)


def combined(cases: Iterable[Case]) -> float:
    """What the askers of some questions say, each once, with the strongest that they said; between -MOST and MOST."""
    by_person: dict[str, float] = {}
    for case in cases:
        if abs(case.feedback) > abs(by_person.get(case.person, 0.0)):
            by_person[case.person] = case.feedback
    total = max(-MAX_LOG_ODDS, min(MAX_LOG_ODDS, sum(by_person.values())))
    return round(total / _STEP) * _STEP


def complaints(cases: Sequence[Case], language: str) -> dict[str, int]:
    """How often each kind of complaint was made on questions in ``language``, by its signal.

    None where of all ``cases`` one person alone complains, other than by reporting a gap.
    """
    made = Counter(name for case in cases if case.language == language for name in case.signals if name in _COMPLAINTS)
    people = {case.person for case in cases if _COMPLAINTS.intersection(case.signals)}
    return dict(sorted(made.items())) if len(people) >= _SEVERAL or made["gap_reported"] else {}
