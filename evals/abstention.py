"""Knowing when not to answer: confidence and refusals on questions that have an answer and on ones that have none.

Where a data set has unanswerable questions, these are the negatives. Where it has none, each question is its own
negative: asked once more with its articles hidden (removed-article protocol), so that near misses stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.ask import Scope, ask
from assistant.results import Reply
from evals.datasets import Question
from evals.index import Index
from evals.metrics import auroc, share
from evals.progress import progress
from evals.systems import Outcome, rounded


@dataclass(frozen=True, slots=True)
class Trial:
    """One question asked once; ``answerable`` as it was asked, which hiding its articles makes false."""

    question: Question
    answerable: bool
    reply: Reply

    @property
    def refused(self) -> bool:
        """Whether the product abstained."""
        return self.reply.status == "abstained"

    @property
    def wrong(self) -> bool | None:
        """Whether a shown answer misleads: unanswerable, or cited from another article; None where nobody can say."""
        if not self.answerable:
            return True
        right = self.question.relevant | self.question.also_ok
        return self.reply.citations[0].article_id not in right if right and self.reply.citations else None


def trials(index: Index, outcomes: Sequence[Outcome]) -> list[Trial]:
    """The answers to the whole index, and those with articles hidden where nothing is unanswerable."""
    asked = [
        Trial(outcome.question, outcome.question.answerable, outcome.replies[outcome.question.target_language])
        for outcome in outcomes
    ]
    if all(trial.answerable for trial in asked):
        with_gold = [trial.question for trial in asked if trial.question.relevant]
        asked += [_without_articles(index, question) for question in progress(with_gold, "Hiding articles")]
    return asked


def measures(asked: Sequence[Trial]) -> dict[str, float | None]:
    """All 0..1; None where undefined.

    ``auroc``: how likely an answerable question gets more confidence than an unanswerable one. ``refusal_precision``:
    share of refusals that were right. ``refusal_recall``: share of unanswerable questions that were refused.
    ``coverage``: share of answerable questions that were answered. ``risk``: share of shown answers that are wrong.
    """
    answerable = [trial for trial in asked if trial.answerable]
    unanswerable = [trial for trial in asked if not trial.answerable]
    refused = [trial for trial in asked if trial.refused]
    rightly = sum(not trial.answerable for trial in refused)
    shown = [trial.wrong for trial in asked if not trial.refused and trial.wrong is not None]
    values = {
        "auroc": auroc([t.reply.confidence for t in answerable], [t.reply.confidence for t in unanswerable]),
        "refusal_precision": share(rightly, len(refused)) if unanswerable else None,
        "refusal_recall": share(rightly, len(unanswerable)),
        "coverage": share(sum(not trial.refused for trial in answerable), len(answerable)),
        "risk": share(sum(shown), len(shown)),
    }
    return {name: rounded(value) for name, value in values.items()}


def _without_articles(index: Index, question: Question) -> Trial:
    hidden = tuple(sorted(question.relevant | question.also_ok))
    scope = Scope(language=question.target_language, hidden=hidden)
    return Trial(question, answerable=False, reply=ask(index.library, question.text, scope, log=False))
