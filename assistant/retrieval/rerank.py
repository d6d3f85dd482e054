"""Reranking: what speaks for or against an article besides the text that was found in it.

Articles come in one row an article and language, with the score of their best passage; they go out in a new order. The
default looks at features only. A cross-encoder of sentence-transformers, where one is set by name or path, reads the
question and each of the first few passages together; English ones make German worse than none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from assistant.retrieval.parameters import RETRIEVAL, RerankParameters
from kb.articles.article import ArticleKey
from kb.articles.freshness import freshness
from kb.catalog import ArticleRow
from kb.embedding.conversion.bundle import TORCH_HINT
from kb.errors import MissingPartError
from kb.settings import Settings

if TYPE_CHECKING:
    from assistant.retrieval.query import Query
    from assistant.retrieval.ranking import Ranked


@dataclass(frozen=True, slots=True)
class RerankContext:
    """What rerankers may look at. ``learned`` is what ratings add to an article's score."""

    settings: Settings
    today: date
    superseded: frozenset[str]
    text_of: Callable[[Ranked], str]
    learned: Mapping[ArticleKey, float] = field(default_factory=dict)
    parameters: RerankParameters = RETRIEVAL.rerank


class Reranker(Protocol):
    """Puts articles in a better order. Scores stay 0..1; nothing is added, nothing left out."""

    name: str

    def rerank(self, query: Query, ranked: Sequence[Ranked], context: RerankContext) -> list[Ranked]:
        """``ranked`` with new scores, best first."""
        ...


class FeatureReranker:
    """Model-free: the question's language first, successors before what they supersede, fresh before overdue.

    An article in another language has to be clearly better than one in the question's own. What earlier askers found
    helpful for the same question counts a little.
    """

    name = "features"

    def rerank(self, query: Query, ranked: Sequence[Ranked], context: RerankContext) -> list[Ranked]:
        return _sorted([replace(item, score=self._score(query, item, context)) for item in ranked])

    def _score(self, query: Query, item: Ranked, context: RerankContext) -> float:
        settings, article = context.settings.retrieval, item.article
        score = item.score + context.learned.get(article.key, 0.0)
        score -= settings.superseded_penalty * (article.id in context.superseded)
        score -= settings.other_language_margin * (not in_question_language(article, query))
        overdue = freshness(article, context.today, context.settings.articles.due_days) == "overdue"
        return min(max(score - context.parameters.overdue_penalty * overdue, 0.0), 1.0)


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder; it reads the best passage of each of the first articles."""

    def __init__(self, name: str, predict: Callable[..., Any]) -> None:
        """``predict`` is CrossEncoder's: a number for each pair of texts."""
        self.name = name
        self._predict = predict

    @classmethod
    def load(cls, name: str) -> CrossEncoderReranker:
        """By name or path. Raises MissingPartError where it is not on this machine: nothing is downloaded."""
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            from sentence_transformers import CrossEncoder

            return cls(name, CrossEncoder(name, device="cpu").predict)
        except ImportError as error:
            raise MissingPartError(
                f"The package {error.name}, which runs '{name}', is not installed.", TORCH_HINT
            ) from error
        except Exception as error:  # the libraries below raise errors of many kinds for a model that is not there
            raise MissingPartError(
                f"The reranker '{name}' cannot be loaded: {str(error).splitlines()[0][:200]}.",
                "Give the path of a cross-encoder on this machine, or take the setting retrieval.reranker out.",
            ) from error

    def rerank(self, query: Query, ranked: Sequence[Ranked], context: RerankContext) -> list[Ranked]:
        """Its scores (through a sigmoid, 0..1) halve the range above the articles that it did not read."""
        read = context.parameters.cross_encoded
        first, rest = list(ranked[:read]), list(ranked[read:])
        if not first:
            return rest
        pairs = [(query.text, context.text_of(item)) for item in first]
        scores = self._predict(pairs, show_progress_bar=False, activation_fn=_sigmoid())
        scored = [replace(item, score=0.5 + 0.5 * float(score)) for item, score in zip(first, scores, strict=True)]
        return [*_sorted(scored), *(replace(item, score=min(item.score, 0.5)) for item in rest)]


@lru_cache(maxsize=2)
def rerankers(setting: str) -> tuple[Reranker, ...]:
    """The rerankers in their order: the features, then the model that ``retrieval.reranker`` names, if any."""
    return (FeatureReranker(), CrossEncoderReranker.load(setting)) if setting else (FeatureReranker(),)


def in_question_language(article: ArticleRow, query: Query) -> bool:
    """Whether an article is in the language of the question, whatever the region."""
    return article.primary_language == query.primary_language


def _sigmoid() -> object:
    from torch.nn import Sigmoid

    return Sigmoid()


def _sorted(ranked: Sequence[Ranked]) -> list[Ranked]:
    return sorted(ranked, key=lambda item: (-item.score, item.article.id, item.article.language))
