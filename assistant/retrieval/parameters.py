"""Tuned numbers of retrieval, each with its unit and how it was fitted.

``tests/assistant/retrieval/test_parameters.py`` notices each that is changed; `python -m evals compare` measures.
Scores and shares are 0..1. What an operator may choose is a setting instead (``kb.settings.RetrievalSettings``).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Weights:
    """The share of each signal in the fused score; they add up to 1."""

    cosine: float
    bm25: float
    name: float = 0.0
    english: float = 0.0
    english_name: float = 0.0


@dataclass(frozen=True, slots=True)
class FusionParameters:
    """One set of weights for each case.

    Chosen on the development halves of six sets by nDCG@10, each set weighing alike. Fitted again on 25 November 2026
    by `python -m evals weights`, other mixtures gained .001 to .007 in the mean and lost up to .02 on one: these stay.
    """

    same_language: Weights = Weights(cosine=0.48, bm25=0.21, name=0.31)
    english: Weights = Weights(cosine=0.29, bm25=0.14, name=0.14, english=0.22, english_name=0.21)
    across: Weights = Weights(cosine=0.61, bm25=0.09, name=0.30)
    """Words of two languages rarely meet, so across languages BM25 counts for less."""


@dataclass(frozen=True, slots=True)
class RerankParameters:
    """What speaks for or against an article besides its text. By judgement."""

    overdue_penalty: float = 0.01
    """Score taken from an overdue article: as much as decides between two that are as good as equal."""

    cross_encoded: int = 20
    """Articles whose best passage a cross-encoder reads; what it would put first is hardly ever further down."""


@dataclass(frozen=True, slots=True)
class DuplicateParameters:
    """When two texts are copies. By judgement, held to ``evals/data/duplicates.jsonl``."""

    min_resemblance: float = 0.85
    """Share of words in common (Jaccard, each as often as it occurs): one word in a dozen may be another."""

    articles: int = 10
    """Articles that are compared: those that are shown."""

    min_shared: float = 0.6
    """Share of words as they are written below which two texts are not read: it is quickly told."""


@dataclass(frozen=True, slots=True)
class FeedbackParameters:
    """When ratings of one question count for another. ``floor``, ``same`` and ``band`` are cosines of questions.

    Of multilingual-e5-small, whose questions about different things have 0.81 in the middle and 0.87 in one of a
    hundred pairs; another model learns less or more from the same ratings, never beyond ``learning.most``. Chosen
    by these cosines; `python -m evals learning` shows that they do no harm.
    """

    floor: float = 0.86
    """Above it, two questions may ask the same."""

    same: float = 0.96
    """From it on they surely do."""

    band: float = 0.02
    """Only rated questions that are nearly as near as the nearest one count."""

    half_lives: int = 5
    """Ratings older than this many weigh below 1/32 and are not read."""

    nearest: int = 1000
    """Ratings of similar questions that are weighed; with so many people nothing more is to be learned."""

    against_share: float = 1 / 3
    """Ratings take at most this share of ``learning.most`` off: what did not help one may still help another."""


@dataclass(frozen=True, slots=True)
class RetrievalParameters:
    """All of them."""

    fusion: FusionParameters = field(default_factory=FusionParameters)
    rerank: RerankParameters = field(default_factory=RerankParameters)
    duplicates: DuplicateParameters = field(default_factory=DuplicateParameters)
    feedback: FeedbackParameters = field(default_factory=FeedbackParameters)


RETRIEVAL = RetrievalParameters()
"""Those in force."""
