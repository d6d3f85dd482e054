"""Subject: what the articles are about, and how far a need is off that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np

from assistant.gaps.answerability import log_odds
from assistant.gaps.clustering import centred
from assistant.gaps.everyday_topics import EVERYDAY
from assistant.gaps.probe import AnswerView
from assistant.gaps.translations import Translations
from kb.catalog import Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.text.terms import base_language

IntArray: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]

_NAMES: Final = 20
"""Names that are nearest to a question: so many that no single article decides."""

_FEW: Final = 30
"""Answered questions from which on they tell how near to the articles a question of this subject is."""

_ENOUGH: Final = 300
"""Of so many answered questions the levels are measured, taken evenly."""

_LEAST_SPREAD: Final = 1e-3

_PASSAGES: Final = 0.8
"""What the nearest passage counts of how near a question is; the rest, names: "gas" alone makes a name near."""

_ELSEWHERE: Final = 0.9
"""The share of everyday subjects that a knowledge base is taken not to be about: all but those nearest to it."""

_CONTRAST: Final = 50.0
"""What the difference of two cosines counts, that with the nearest passage and that with the nearest other subject."""

_NEAR_ENOUGH: Final = 1.5
"""Nearness that is no doubt on topic, whatever is answered; how much more it is says nothing."""

FAR: Final = -3.5
_FAR_ODDS: Final = 0.5
"""Nearness, and so much of the mean log odds of what is found, below which a need is off topic.

Of 79 subjects of clinc_oos on development plants of five sets 75 are below, of 1,380 needs of the sets 28: 19 of those
are of one set whose pages have no titles. Where the two everyday subjects nearest to each of the 79 are left out, as if
nobody had thought of them, 65 are below; without the contrast to everyday subjects, as it was before, 67 at 27 needs;
by the contrast alone 75, 51 of them where the two are left out.
"""


class ArticleVectors(NamedTuple):
    """Vectors (n, d), each with the row of its article (n,)."""

    articles: IntArray
    vectors: FloatMatrix

    @classmethod
    def of(cls, articles: Sequence[int], vectors: FloatMatrix) -> Self:
        """From what a snapshot gives."""
        return cls(np.asarray(articles, dtype=np.int64), vectors)


class KnowledgeScope:
    """What the knowledge base is about, by its articles' names and passages, and what it is not, by everyday subjects.

    Two levels say how near a question is: its mean cosine with the names nearest to it, and its cosine with the nearest
    passage. ``everyday`` (k, d) are vectors of other subjects. ``means`` are the means of the names (d,) of each
    language, "" of all; ``pivots`` the names (n, d) less these; ``translations`` which articles are there in which
    language.
    """

    def __init__(
        self, names: ArticleVectors, passages: ArticleVectors, languages: Sequence[str], everyday: FloatMatrix
    ) -> None:
        self._names, self._passages = names.vectors, passages.vectors
        self._elsewhere = _elsewhere(everyday, names.vectors, passages.vectors)
        self.means = _means(names.vectors, languages)
        self.translations = Translations({}, [], self._names)
        self.pivots = centred(names.vectors, languages, self.means)
        self._base_rate: FloatMatrix | None = None
        self._spread: FloatMatrix | None = None
        if len(self._names) > _NAMES and len(self._passages):
            near = names.vectors @ names.vectors.T
            near[names.articles[:, None] == names.articles[None, :]] = -1.0
            passing = names.vectors @ passages.vectors.T
            passing[names.articles[:, None] == passages.articles[None, :]] = -1.0
            self._learn(_levels(near, passing))

    @classmethod
    def of(cls, library: Library, snapshot: Snapshot) -> Self:
        """That of one state of the index, whoever may read the articles."""
        fingerprint = library.embedder.fingerprint
        names = ArticleVectors.of(*snapshot.named_vectors(fingerprint))
        rows = snapshot.articles(sorted(set(names.articles.tolist())))
        languages = [base_language(rows[article].language) for article in names.articles.tolist()]
        everyday = library.question_vectors(list(chain.from_iterable(EVERYDAY)))
        made = cls(names, ArticleVectors.of(*snapshot.passage_vectors(fingerprint)), languages, everyday)
        made.translations = Translations(rows, names.articles.tolist(), made.pivots)
        return made

    def take_in(self, answered: FloatMatrix) -> None:
        """Learn from questions (n, d) that were answered how near those of this subject are; few teach nothing."""
        if len(answered) >= _FEW and self._base_rate is not None:
            self._learn(self._of(answered[:: max(len(answered) // _ENOUGH, 1)]))

    def nearness(self, vectors: FloatMatrix) -> float:
        """How near questions (n, d) are to the subject in the mean, in standard deviations from what is usual.

        What is nearer to another subject than to any passage is so much farther. At most _NEAR_ENOUGH.
        """
        if self._base_rate is None or self._spread is None or not len(vectors):
            return 0.0
        levels = (self._of(vectors).mean(axis=0) - self._base_rate) / self._spread
        near = (1 - _PASSAGES) * levels[0] + _PASSAGES * levels[1]
        contrast = (vectors @ self._passages.T).max(axis=1) - (vectors @ self._elsewhere.T).max(axis=1, initial=-1.0)
        return min(float(near + _CONTRAST * contrast.mean()), _NEAR_ENOUGH)

    def _of(self, vectors: FloatMatrix) -> FloatMatrix:
        return _levels(vectors @ self._names.T, vectors @ self._passages.T)

    def _learn(self, levels: FloatMatrix) -> None:
        self._base_rate, self._spread = levels.mean(axis=0), np.maximum(levels.std(axis=0), _LEAST_SPREAD)


def in_scope_score(nearness: float, views: Sequence[AnswerView | None]) -> float:
    """How far a need is off topic, the lower the farther: what is half answered is nearer than its words."""
    return nearness + _FAR_ODDS * (log_odds(views) if views else 0.0)


def _elsewhere(everyday: FloatMatrix, names: FloatMatrix, passages: FloatMatrix) -> FloatMatrix:
    """The everyday subjects that no article is near to."""
    near = [(everyday @ some.T).max(axis=1) for some in (names, passages) if len(some) and len(everyday)]
    if not near:
        return everyday[:0]
    own = np.max(near, axis=0)
    return np.asarray(everyday[own <= np.quantile(own, _ELSEWHERE)], dtype=np.float32)


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
