"""Belief: how likely it is that an article answers a need, from several wordings of it; and how far it is off topic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from assistant.gaps.clusters import centred
from assistant.gaps.counterparts import Counterparts
from assistant.gaps.probe import View
from kb.catalog import Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.terms import base_language

IntArray: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]

ANSWERS: Final = 0.5
"""From this belief on an article is taken to answer a need."""

_LEAST: Final = 0.02
"""Confidences are taken to lie between this and 1 less this: one wording alone shall not decide."""

_OWN: Final = 0.65
_COMPANY: Final = 0.6
_AGREED: Final = 1.2
_SHARE: Final = 2.2
_BASE: Final = 1.1
"""What the mean log odds of a need's wordings count, those of the questions like it (``company``), full agreement on
the first article, and the log odds of the share of questions that are answered, which counts against: where refusals
are rare, one says more.

Near a logistic regression over the clusters of development plants in four sets (paraphrases, gold, cwa_gap, cwa_faq;
0.61, 0.41, 1.5, 1.54), its constant moved up to claim fewer gaps that are none; the share was given more weight after
that, and a lower end. A refused need that an article answers
is told from a missing article with an area under the curve of 0.86 among paraphrases and 0.83 among gold questions, on
the data they were chosen on; a regression fitted without the scored set has 0.76 and 0.80, the confidence of the
questions alone 0.71 and 0.67; among questions of which each is alone with its need (cwa_faq), 0.65 and 0.66.

Tried over five sets (alchemy_de_stripped too), without a gain of more than 0.015 on the set left out: eighteen features
of the answers besides their confidence, how much better the same article fits another need, and the confidence of the
next five articles, judged as if those before were not there.
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

_NAMES: Final = 20
"""Names that are nearest to a question: so many that no single article decides."""

_FEW: Final = 30
"""Answered questions from which on they tell how near to the articles a question of this subject is."""

_ENOUGH: Final = 300
"""Of so many answered questions the levels are measured, taken evenly."""

_LEAST_SPREAD: Final = 1e-3

_PASSAGES: Final = 0.8
"""What the nearest passage counts of how near a question is; the rest, names: "gas" alone makes a name near."""

FAR: Final = -3.8
_FAR_ODDS: Final = 0.55
"""Nearness in standard deviations, and so much of the mean log odds, below which a need is off topic.

Near a logistic regression over development plants of five sets. Of 67 subjects of clinc_oos 59 are below, of 496 needs
of the sets 18: most are of an app's rapid tests, of which its FAQ of half a year before had never heard, or of pages
without their titles.
"""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual: the share of questions that are ``answered``, and how many ``articles`` there are."""

    answered: float = 0.5
    articles: int = _MANY


def belief_in(views: Sequence[View | None], usual: Usual, company: float, testimony: float = 0.0) -> float:
    """P(what the askers get answers), 0..1, by these views, one a wording, and by what else is known of their need.

    ``company`` is the mean log odds of the questions most like it, ``testimony`` what the askers say (see there).
    """
    if not views:
        return 0.0
    total = _BASE + _OWN * log_odds(views) + _COMPANY * company + _AGREED * agreement(views) + testimony
    return 1.0 / (1.0 + math.exp(_SHARE * odds_of(max(usual.answered, _FEW_ANSWERED)) - total))


def agreement(views: Sequence[View | None]) -> float:
    """The share of the views that find the same article first, less that of one view, 0..1."""
    firsts = Counter(view.hit.article.id for view in views if view)
    share = firsts.most_common(1)[0][1] / len(views) if firsts else 0.0
    return max(share - 1 / len(views), 0.0)


def belief(views: Sequence[View | None], usual: Usual | None = None) -> float:
    """P(the article that these views, one a wording, agree on answers), 0..1; None: that wording found nothing."""
    usual = usual or Usual()
    if not views:
        return 0.0
    agreed = agreement(views)
    needed = min(_NEEDED - _OF_ONE / len(views) + _USUALLY * odds_of(usual.answered), _MOST_NEEDED)
    odds = log_odds(views)
    worth = min(max((odds - _SURELY_NOT) / (_PERHAPS - _SURELY_NOT), 0.0), 1.0) * min(usual.articles / _MANY, 1.0)
    return 1.0 / (1.0 + math.exp(needed - odds - worth * _AGREEMENT * agreed))


def remoteness(nearness: float, views: Sequence[View | None]) -> float:
    """How far a need is off topic, the lower the farther: what is half answered is nearer than its words."""
    return nearness + _FAR_ODDS * (log_odds(views) if views else 0.0)


def log_odds(views: Sequence[View | None]) -> float:
    """The mean log odds of the confidence over some wordings, at least one."""
    return sum(odds_of(view.confidence if view else 0.0) for view in views) / len(views)


def odds_of(confidence: float) -> float:
    """The log odds of a confidence, which is never taken for certain."""
    sure = min(max(confidence, _LEAST), 1 - _LEAST)
    return math.log(sure / (1 - sure))


class Subject:
    """What the knowledge base is about, by its articles' names and passages, and how near questions usually are.

    Two levels say how near a question is: its mean cosine with the names nearest to it, and its cosine with the nearest
    passage. ``means`` are the means of the names (d,) of each language, "" of all; ``pivots`` the names (n, d) less
    these; ``counterparts`` which articles are there in which language.
    """

    def __init__(self, names: Vectors, passages: Vectors, languages: Sequence[str]) -> None:
        self._names, self._passages = names.vectors, passages.vectors
        self.means = _means(names.vectors, languages)
        self.counterparts = Counterparts({}, [], self._names)
        self.pivots = centred(names.vectors, languages, self.means)
        self._usual: FloatMatrix | None = None
        self._spread: FloatMatrix | None = None
        if len(self._names) > _NAMES and len(self._passages):
            near = names.vectors @ names.vectors.T
            near[names.articles[:, None] == names.articles[None, :]] = -1.0
            passing = names.vectors @ passages.vectors.T
            passing[names.articles[:, None] == passages.articles[None, :]] = -1.0
            self._learn(_levels(near, passing))

    @classmethod
    def of(cls, snapshot: Snapshot, fingerprint: str) -> Subject:
        """That of one state of the index, whoever may read the articles."""
        names = Vectors.of(*snapshot.named_vectors(fingerprint))
        rows = snapshot.articles(sorted(set(names.articles.tolist())))
        languages = [base_language(rows[article].language) for article in names.articles.tolist()]
        made = cls(names, Vectors.of(*snapshot.passage_vectors(fingerprint)), languages)
        made.counterparts = Counterparts(rows, names.articles.tolist(), made.pivots)
        return made

    def take_in(self, answered: FloatMatrix) -> None:
        """Learn from questions (n, d) that were answered how near those of this subject are; few teach nothing."""
        if len(answered) >= _FEW and self._usual is not None:
            self._learn(self._of(answered[:: max(len(answered) // _ENOUGH, 1)]))

    def nearness(self, vectors: FloatMatrix) -> float:
        """How near questions (n, d) are to the subject in the mean, in standard deviations from what is usual."""
        if self._usual is None or self._spread is None or not len(vectors):
            return 0.0
        levels = (self._of(vectors).mean(axis=0) - self._usual) / self._spread
        return float((1 - _PASSAGES) * levels[0] + _PASSAGES * levels[1])

    def is_far(self, vectors: FloatMatrix, views: Sequence[View | None]) -> bool:
        """Whether questions are off topic: far from names and passages, and the surer so the less is answered."""
        return remoteness(self.nearness(vectors), views) < FAR

    def _of(self, vectors: FloatMatrix) -> FloatMatrix:
        return _levels(vectors @ self._names.T, vectors @ self._passages.T)

    def _learn(self, levels: FloatMatrix) -> None:
        self._usual, self._spread = levels.mean(axis=0), np.maximum(levels.std(axis=0), _LEAST_SPREAD)


class Vectors(NamedTuple):
    """Vectors (n, d), each with the row of its article (n,)."""

    articles: IntArray
    vectors: FloatMatrix

    @classmethod
    def of(cls, articles: Sequence[int], vectors: FloatMatrix) -> Vectors:
        """From what a snapshot gives."""
        return cls(np.asarray(articles, dtype=np.int64), vectors)


def _means(names: FloatMatrix, languages: Sequence[str]) -> dict[str, FloatMatrix]:
    """The mean of the names of each language, and of all of them as "", the text of no language."""
    if not len(names):
        return {}
    tags = np.asarray(languages)
    return {"": names.mean(axis=0)} | {tag: names[tags == tag].mean(axis=0) for tag in sorted(set(languages))}


def _levels(names: FloatMatrix, passages: FloatMatrix) -> FloatMatrix:
    """The two levels (n, 2) of questions whose cosines with names (n, k) and passages (n, m) are given."""
    nearest = np.sort(names, axis=1)[:, -_NAMES:].mean(axis=1)
    return np.asarray(np.stack([nearest, passages.max(axis=1)], axis=1), dtype=np.float32)
