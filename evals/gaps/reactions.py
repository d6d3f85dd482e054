"""What people do with what they got: some open an article, some rate, some hand the question on, most do nothing.

The rates are assumptions, and more cautious than those of `kb demo`: in a real team they are the first thing to
measure. Nobody asks again in other words here, and nobody notices that an article is out of date or contradicted.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from assistant.answering.reply import Reply
from evals.gaps.log import LoggedQuestion
from kb.catalog import ratings
from kb.events import Action, ActionKind, Feedback, FeedbackReason
from kb.library import Library

_LISTED: Final = 5
"""Articles of a ranking that people look at."""

_LATER: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the people, 0..1: who open the article, copy the answer, hand it to a lead, report a gap, rate.

    ``bad`` is the share of the ratings that say it did not help.
    """

    opened: float = 0.0
    copied: float = 0.0
    rated: float = 0.0
    bad: float = 0.0
    escalated: float = 0.0
    reported: float = 0.0


RATES: Final[Mapping[str, Rates]] = {
    "right": Rates(opened=0.3, copied=0.3, rated=0.1, bad=0.06, escalated=0.01),
    "wrong": Rates(opened=0.15, copied=0.02, rated=0.1, bad=0.8, escalated=0.1),
    "listed": Rates(opened=0.4, escalated=0.05, reported=0.01),
    "nothing": Rates(opened=0.15, escalated=0.1, reported=0.05),
}
"""By what they got: an answer from an article of the need, or from another one; no answer, with such an article among
the first ones, or without. About another subject nobody hands anything on."""

_REASONS: Final[tuple[FeedbackReason, ...]] = ("not_found", "missing", "wrong", "unclear")
"""Why a wrong answer did not help, each as often; with a right one it is unclear."""


def react(library: Library, asked: LoggedQuestion, reply: Reply, answering: Collection[str], rate: float) -> None:
    """Log what the asker does; ``answering`` are ids of articles of the need, ``rate`` multiplies the shares."""
    got = what(asked, reply, answering)
    dice = random.Random(f"reaction {asked.id}")  # noqa: S311  a seed, no secret
    shares = RATES[got]
    at = asked.asked_at + _LATER
    kinds: list[tuple[ActionKind, float]] = [("opened", shares.opened), ("copied", shares.copied)]
    if not asked.off_topic:
        kinds += [("escalated", shares.escalated), ("gap_reported", shares.reported)]
    for kind, share in kinds:
        if dice.random() < rate * share:
            library.events.act(Action(reply.question_id, at, kind, asked.actor))
    if dice.random() < rate * shares.rated:
        bad = dice.random() < shares.bad
        reason: FeedbackReason | None = None
        if bad:
            reason = dice.choice(_REASONS) if got == "wrong" else "unclear"
        verdict: Literal["helpful", "not_helpful"] = "not_helpful" if bad else "helpful"
        ratings.rate(library, Feedback(reply.question_id, at, verdict, reason, actor=asked.actor))


def what(asked: LoggedQuestion, reply: Reply, answering: Collection[str]) -> str:
    """A key of RATES. Articles in another language than asked in help nobody."""
    own = asked.primary_language
    cited = [one for one in reply.citations if one.primary_language == own]
    if reply.status == "answered":
        return "right" if any(one.article_id in answering for one in cited) else "wrong"
    near = [one for one in reply.nearest[:_LISTED] if one.primary_language == own]
    return "listed" if any(one.article_id in answering for one in near) else "nothing"
