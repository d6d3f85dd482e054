"""Answerability: how likely it is that a need is answered, from several wordings of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assistant.gaps.parameters import GapParameters
from assistant.gaps.probe import AnswerView


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The share of all questions that are ``answered`` (0..1), and how many ``articles`` there are."""

    answered: float
    articles: int


NEUTRAL: Final = BaseRate(0.5, 1_000_000)
"""A base rate that says nothing for or against an answer."""


def answerability(
    views: Sequence[AnswerView | None],
    base_rate: BaseRate,
    similar: float,
    feedback: float,
    parameters: GapParameters,
) -> float:
    """P(what the askers get answers), 0..1, by these views, one a wording, and by what else is known of their need.

    ``similar`` is the mean log odds of the questions most like it, ``feedback`` that of what its askers did.
    """
    if not views:
        return 0.0
    weights = parameters.answerability
    evidence = (
        weights.constant
        + weights.wordings * mean_log_odds(views, weights.least_confidence)
        + weights.similar * similar
        + weights.agreement * agreement(views)
        + feedback
    )
    answered = max(base_rate.answered, weights.least_answered_share)
    return 1.0 / (1.0 + math.exp(weights.answered_share * log_odds(answered, weights.least_confidence) - evidence))


def article_answers(views: Sequence[AnswerView | None], base_rate: BaseRate, parameters: GapParameters) -> float:
    """P(the article that these views, one a wording, agree on answers), 0..1; None: that wording found nothing."""
    if not views:
        return 0.0
    weights, least = parameters.articles, parameters.answerability.least_confidence
    needed = weights.needed - weights.one_wording / len(views)
    needed = min(needed + weights.answered_share * log_odds(base_rate.answered, least), weights.most_needed)
    evidence = mean_log_odds(views, least)
    worth = min(max((evidence - weights.unlikely) / (weights.possible - weights.unlikely), 0.0), 1.0)
    worth *= min(base_rate.articles / weights.articles, 1.0)
    return 1.0 / (1.0 + math.exp(needed - evidence - worth * weights.agreement * agreement(views)))


def agreement(views: Sequence[AnswerView | None]) -> float:
    """The share of the views that find the same article first, less that of one view, 0..1."""
    firsts = Counter(view.hit.article.id for view in views if view)
    share = firsts.most_common(1)[0][1] / len(views) if firsts else 0.0
    return max(share - 1 / len(views), 0.0)


def mean_log_odds(views: Sequence[AnswerView | None], least: float) -> float:
    """The mean log odds of the confidence over some wordings, at least one."""
    return sum(log_odds(view.confidence if view else 0.0, least) for view in views) / len(views)


def log_odds(confidence: float, least: float) -> float:
    """The log odds of a confidence, which is taken to lie between ``least`` and 1 less that."""
    sure = min(max(confidence, least), 1 - least)
    return math.log(sure / (1 - sure))
