"""Belief: how likely it is that an article answers a need, from several wordings of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assistant.gaps.probe import AnswerView

ANSWERS: Final = 0.5
"""From this belief on an article is taken to answer a need."""

_LEAST: Final = 0.02
"""Confidences are taken to lie between this and 1 less this: one wording alone shall not decide."""

_OWN: Final = 0.65
_COMPANY: Final = 0.6
_AGREED: Final = 1.2
_SHARE: Final = 2.2
_BASE: Final = 1.1
"""What the mean log odds of a need's wordings count, those of the questions like it (``similar``), full agreement on
the first article, and the log odds of the share of questions that are answered, which counts against: where refusals
are rare, one says more.

Near a logistic regression over the clusters of development plants in four sets (paraphrases, gold, cwa_gap, cwa_faq;
0.61, 0.41, 1.5, 1.54), its constant moved up to claim fewer gaps that are none; the share was given more weight after
that, and a lower end. A refused need that an article answers is told from a missing article with an area under the
curve of 0.86 among paraphrases and 0.83 among gold questions, on the data they were chosen on; a regression fitted
without the scored set has 0.76 and 0.80, the confidence of the questions alone 0.71 and 0.67; among questions of which
each is alone with its need (cwa_faq), 0.65 and 0.66.

Tried on development plants: eighteen features of the answers besides their confidence, and how much better the same
article fits another need, gained nothing on the set left out; the next five articles, judged as if those before were
not there, gained 0.015 to 0.025 of area with fixed weights, for five more judgements a question.
"""

_FEW_ANSWERED: Final = 0.4
"""A smaller share of answered questions is taken for this one: then much is missing, and not only refused."""

_AGREEMENT: Final = 4.0
"""What full agreement on the first article is worth, in log odds, where articles are judged that the askers do not get.

Of a logistic regression over clusters of three sets with articles hidden, each time fitted on two and tried on the
third: 3.9 to 7.5 to one of the mean log odds; with it, missing articles are told from refused answers with an
area under the curve of 0.91 to 0.98 where one question alone has 0.79 to 0.97.
"""

_SURELY_NOT: Final = -1.75
_PERHAPS: Final = -0.75
"""Mean log odds up to which agreement is worth nothing, and from which on all: what is about something else agrees too,
on the article that happens to be nearest, the more so where there are few."""

_MANY: Final = 100
"""Articles from which on agreement is no chance; it was measured with more."""

_NEEDED: Final = 1.4
_OF_ONE: Final = 2.4
_MOST_NEEDED: Final = 1.0
"""Log odds from which on many wordings together are believed; of one alone so much less is asked, of two half that, and
so on, and never more than the last: alone, a wording is more often refused without cause."""

_USUALLY: Final = 0.75
"""By how much more is asked for each log odd of the share of questions that are answered: where refusals are rare, one
says more. Confidences of two knowledge bases are not alike: one development set has half of its questions answered,
another five in six."""


@dataclass(frozen=True, slots=True)
class BaseRate:
    """What is usual: the share of questions that are ``answered``, and how many ``articles`` there are."""

    answered: float = 0.5
    articles: int = _MANY


def answerability(
    views: Sequence[AnswerView | None], base_rate: BaseRate, similar: float, feedback: float = 0.0
) -> float:
    """P(what the askers get answers), 0..1, by these views, one a wording, and by what else is known of their need.

    ``similar`` is the mean log odds of the questions most like it, ``feedback`` what the askers say (see there).
    """
    if not views:
        return 0.0
    total = _BASE + _OWN * log_odds(views) + _COMPANY * similar + _AGREED * agreement(views) + feedback
    return 1.0 / (1.0 + math.exp(_SHARE * odds_of(max(base_rate.answered, _FEW_ANSWERED)) - total))


def agreement(views: Sequence[AnswerView | None]) -> float:
    """The share of the views that find the same article first, less that of one view, 0..1."""
    firsts = Counter(view.hit.article.id for view in views if view)
    share = firsts.most_common(1)[0][1] / len(views) if firsts else 0.0
    return max(share - 1 / len(views), 0.0)


def answerability_of_views(views: Sequence[AnswerView | None], base_rate: BaseRate | None = None) -> float:
    """P(the article that these views, one a wording, agree on answers), 0..1; None: that wording found nothing."""
    base_rate = base_rate or BaseRate()
    if not views:
        return 0.0
    agreed = agreement(views)
    needed = min(_NEEDED - _OF_ONE / len(views) + _USUALLY * odds_of(base_rate.answered), _MOST_NEEDED)
    odds = log_odds(views)
    worth = min(max((odds - _SURELY_NOT) / (_PERHAPS - _SURELY_NOT), 0.0), 1.0) * min(base_rate.articles / _MANY, 1.0)
    return 1.0 / (1.0 + math.exp(needed - odds - worth * _AGREEMENT * agreed))


def log_odds(views: Sequence[AnswerView | None]) -> float:
    """The mean log odds of the confidence over some wordings, at least one."""
    return sum(odds_of(view.confidence if view else 0.0) for view in views) / len(views)


def odds_of(confidence: float) -> float:
    """The log odds of a confidence, which is never taken for certain."""
    sure = min(max(confidence, _LEAST), 1 - _LEAST)
    return math.log(sure / (1 - sure))
