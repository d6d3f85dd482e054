"""Belief: how likely it is that an article answers a need, from several wordings of it; and how far it is off topic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from assistant.gaps.probe import View
from kb.catalog import Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.terms import base_language

ANSWERS: Final = 0.5
"""From this belief on an article is taken to answer a need."""

_LEAST: Final = 0.02
"""Confidences are taken to lie between this and 1 less this: one wording alone shall not decide."""

_INTERCEPT: Final = 0.3
_ODDS: Final = 1.5
_AGREEMENT: Final = 1.5

_NAMES: Final = 20
"""Names that are nearest to a question: so many that no single article decides."""

_NEAR_ENOUGH: Final = 2.0
"""Percent of the knowledge base's own names that are as far from all others as a question that is off topic."""


def belief(views: Sequence[View | None]) -> float:
    """P(the article that these views, one a wording, agree on answers), 0..1; None: that wording found nothing."""
    if not views:
        return 0.0
    odds = sum(_log_odds(view.confidence if view else 0.0) for view in views) / len(views)
    firsts = Counter(view.hit.article.id for view in views if view)
    share = firsts.most_common(1)[0][1] / len(views) if firsts else 0.0
    agreed = (share - 1 / len(views)) if len(views) > 1 else 0.0
    return 1.0 / (1.0 + math.exp(-(_INTERCEPT + _ODDS * odds + _AGREEMENT * agreed)))


def _log_odds(confidence: float) -> float:
    sure = min(max(confidence, _LEAST), 1 - _LEAST)
    return math.log(sure / (1 - sure))


class Subject:
    """What the knowledge base is about: the names of its articles, and how near these are to each other.

    ``means`` are the means of the names (d,) of each language, "" of all.
    """

    def __init__(self, names: FloatMatrix, articles: Sequence[int], languages: Sequence[str]) -> None:
        self._names = names
        self.means = _means(names, languages)
        if len(names) <= _NAMES:
            self._floor = -1.0
            return
        own = np.asarray(articles)
        cosines = names @ names.T
        cosines[own[:, None] == own[None, :]] = -1.0
        self._floor = float(np.percentile(_level(cosines), _NEAR_ENOUGH))

    @classmethod
    def of(cls, snapshot: Snapshot, fingerprint: str) -> Subject:
        """That of one state of the index, whoever may read the articles."""
        articles, vectors = snapshot.named_vectors(fingerprint)
        rows = snapshot.articles(sorted(set(articles)))
        return cls(vectors, articles, [base_language(rows[article].language) for article in articles])

    def is_far(self, vectors: FloatMatrix) -> bool:
        """Whether questions with ``vectors`` (n, d) are, in the mean, further off than nearly all of its own names."""
        if self._floor < 0 or not len(vectors):
            return False
        return float(_level(vectors @ self._names.T).mean()) < self._floor


def _means(names: FloatMatrix, languages: Sequence[str]) -> dict[str, FloatMatrix]:
    """The mean of the names of each language, and of all of them as "", the text of no language."""
    if not len(names):
        return {}
    tags = np.asarray(languages)
    return {"": names.mean(axis=0)} | {tag: names[tags == tag].mean(axis=0) for tag in sorted(set(languages))}


def _level(cosines: FloatMatrix) -> FloatMatrix:
    return np.asarray(np.sort(cosines, axis=1)[:, -_NAMES:].mean(axis=1), dtype=np.float32)
