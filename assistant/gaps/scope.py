"""Scope: what the articles are about, and how far a need is off that."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final, NamedTuple, Self

import numpy as np

from assistant.gaps.answerability import mean_log_odds
from assistant.gaps.clustering import IntArray, centre
from assistant.gaps.parameters import GapParameters
from assistant.gaps.probe import AnswerView
from assistant.gaps.translations import Translations
from kb.catalog import ArticleRow
from kb.embedding.protocol import FloatMatrix
from kb.library import Library

_LEAST_DEVIATION: Final = 1e-3


class ArticleVectors(NamedTuple):
    """Vectors (n, d), each with the row of its article (n,)."""

    articles: IntArray
    vectors: FloatMatrix

    @classmethod
    def of(cls, articles: Sequence[int], vectors: FloatMatrix) -> Self:
        """From what a snapshot gives."""
        return cls(np.asarray(articles, dtype=np.int64), vectors)


class KnowledgeScope:
    """What the knowledge base is about, by its articles' names and passages, and what it is not, by everyday topics.

    Two levels say how near a question is: its mean cosine with the names nearest to it, and its cosine with the nearest
    passage; questions that were ``answered`` say what is usual, where there are enough. ``rows`` are the articles by
    their row, ``everyday`` (k, d) vectors of other topics. ``means`` are the means of the names (d,) of each language,
    "" of all; ``pivots`` the names (n, d) less these; ``translations`` which articles are there in which language.
    """

    def __init__(
        self,
        rows: dict[int, ArticleRow],
        names: ArticleVectors,
        passages: ArticleVectors,
        everyday: FloatMatrix,
        answered: FloatMatrix,
        parameters: GapParameters,
    ) -> None:
        self._parameters = parameters.scope
        self._least_confidence = parameters.answerability.least_confidence
        self._names, self._passages = names.vectors, passages.vectors
        self._elsewhere = self._other_topics(everyday)
        articles = names.articles.tolist()
        languages = [rows[article].primary_language for article in articles]
        self.means = _means(names.vectors, languages)
        self.pivots = centre(names.vectors, languages, self.means, parameters.clustering.prior)
        self.translations = Translations(rows, articles, self.pivots, parameters.translations)
        self._usual: tuple[FloatMatrix, FloatMatrix] | None = None
        if len(self._names) > self._parameters.names and len(self._passages):
            if len(answered) >= self._parameters.learn_from:
                levels = self._levels_of(answered[:: max(len(answered) // self._parameters.sampled, 1)])
            else:
                near, passing = names.vectors @ names.vectors.T, names.vectors @ passages.vectors.T
                near[names.articles[:, None] == names.articles[None, :]] = -1.0
                passing[names.articles[:, None] == passages.articles[None, :]] = -1.0
                levels = self._levels(near, passing)
            self._usual = levels.mean(axis=0), np.maximum(levels.std(axis=0), _LEAST_DEVIATION)

    @classmethod
    def of(cls, library: Library, answered: FloatMatrix, parameters: GapParameters) -> Self:
        """That of the index as it is, whoever may read the articles; ``answered`` (n, d) are answered questions."""
        everyday = library.question_vectors(everyday_topics())
        fingerprint = library.embedder.fingerprint
        with library.catalog.snapshot() as snapshot:
            names = ArticleVectors.of(*snapshot.named_vectors(fingerprint))
            rows = snapshot.articles(sorted(set(names.articles.tolist())))
            passages = ArticleVectors.of(*snapshot.passage_vectors(fingerprint))
        return cls(rows, names, passages, everyday, answered, parameters)

    def nearness(self, vectors: FloatMatrix) -> float:
        """How near questions (n, d) are to the articles in the mean, in standard deviations from what is usual.

        What is nearer to an everyday topic than to any passage is so much farther.
        """
        if self._usual is None or not len(vectors):
            return 0.0
        parameters, (mean, deviation) = self._parameters, self._usual
        levels = (self._levels_of(vectors).mean(axis=0) - mean) / deviation
        near = (1 - parameters.passages) * levels[0] + parameters.passages * levels[1]
        contrast = (vectors @ self._passages.T).max(axis=1) - (vectors @ self._elsewhere.T).max(axis=1, initial=-1.0)
        nearness = min(float(near + parameters.contrast * contrast.mean()), parameters.on_topic)
        return round(nearness / parameters.step) * parameters.step

    def score(self, nearness: float, views: Sequence[AnswerView | None]) -> float:
        """How near a need is, the lower the farther off topic: what is half answered is nearer than its words."""
        if not views:
            return nearness
        return nearness + self._parameters.log_odds * mean_log_odds(views, self._least_confidence)

    def _levels_of(self, vectors: FloatMatrix) -> FloatMatrix:
        return self._levels(vectors @ self._names.T, vectors @ self._passages.T)

    def _levels(self, names: FloatMatrix, passages: FloatMatrix) -> FloatMatrix:
        """The two levels (n, 2) of questions whose cosines with names (n, k) and passages (n, m) are given."""
        nearest = np.sort(names, axis=1)[:, -self._parameters.names :].mean(axis=1)
        return np.asarray(np.stack([nearest, passages.max(axis=1)], axis=1), dtype=np.float32)

    def _other_topics(self, everyday: FloatMatrix) -> FloatMatrix:
        """The everyday topics that no article is near to."""
        near = [(everyday @ some.T).max(axis=1) for some in (self._names, self._passages) if len(some)]
        if not near or not len(everyday):
            return everyday[:0]
        own = np.max(near, axis=0)
        return np.asarray(everyday[own <= np.quantile(own, self._parameters.everyday)], dtype=np.float32)


def everyday_topics() -> list[str]:
    """Topics that people also ask about, in German and English, by the sections of newspapers and libraries."""
    lines = files("assistant.gaps").joinpath("everyday_topics.txt").read_text(encoding="utf-8").splitlines()
    return [topic for line in lines for topic in line.split(" | ")]


def _means(names: FloatMatrix, languages: Sequence[str]) -> dict[str, FloatMatrix]:
    """The mean of the names of each language, and of all of them as "", the text of no language."""
    if not len(names):
        return {}
    tags = np.asarray(languages)
    return {"": names.mean(axis=0)} | {tag: names[tags == tag].mean(axis=0) for tag in sorted(set(languages))}
