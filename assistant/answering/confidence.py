"""How likely it is that the quoted passage answers: a logistic regression over a few features that hold anywhere.

The coefficients are data (``confidence.json``), fitted on development splits only; how, on what and when stands there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any

from assistant.answering.answer import ArticleEvidence
from assistant.answering.context import QuestionContext


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from.

    ``cosine`` and ``name`` are the best article's (-1..1), ``sentence`` that of its best unit by itself; ``…_rise`` is
    how far a value is above the median of all candidates, as a share of what is left to 1. ``next_margin`` and
    ``far_margin`` are fused scores against the second and the fifth article. ``lexical`` is the best article's BM25 a
    unit of the question's idf, ``lexical_agreement`` against the best of all, ``dense_agreement`` the same of cosines.
    Coverages are shares of the question's idf mass: in the passage, in the quotes; ``known_share`` anywhere;
    ``missed`` is the largest single share that the passage and its headings lack. ``number_missed``: a number or
    identifier of the question is not in the article. The length of a question is left out on purpose: it tells the
    questions of some data sets apart, and nothing else. ``english…`` are 0 where the question is not English.
    """

    cosine: float
    cosine_rise: float
    name: float
    name_rise: float
    sentence: float
    next_margin: float
    far_margin: float
    lexical: float
    lexical_agreement: float
    dense_agreement: float
    passage_coverage: float
    quote_coverage: float
    known_share: float
    missed: float
    number_missed: float
    english: float
    english_rise: float
    english_name: float
    english_sentence: float


def features(context: QuestionContext, evidence: ArticleEvidence) -> Features:
    """Measure the ranking that the article leads, and what would be quoted from it."""
    parameters, terms, article = context.parameters.confidence, evidence.terms, evidence.article
    best = evidence.ranked[0].passages
    everything = [passage.signals for item in evidence.ranked for passage in item.passages]
    cosine = evidence.ranked[0].cosine
    lexical = max(passage.signals.bm25 for passage in best)
    names = [signals.name for signals in everything if signals.name is not None]
    english = [signals.english for signals in everything if signals.english is not None]
    name = best[0].signals.name if best[0].signals.name is not None else median(names or [0.0])
    own_english = max(
        (signals.english for passage in best if (signals := passage.signals).english is not None), default=0.0
    )
    scores = [item.score for item in evidence.ranked]
    top = [item for item in evidence.units if item.chunk.rowid == best[0].chunk]
    quoted = [item for item in evidence.units if any(item.unit in quote.units for quote in evidence.quotes)]
    return Features(
        cosine=cosine,
        cosine_rise=_rise(cosine, [signals.cosine for signals in everything]),
        name=name,
        name_rise=_rise(name, names),
        sentence=max((item.cosine for item in evidence.units if item.cosine is not None), default=0.0),
        next_margin=_margin(scores, 2),
        far_margin=_margin(scores, parameters.far_rank),
        lexical=min(lexical / terms.total, parameters.largest_lexical) if terms.total > 0 else 0.0,
        lexical_agreement=_share(lexical, max(signals.bm25 for signals in everything)),
        dense_agreement=_share(cosine, max(signals.cosine for signals in everything)),
        passage_coverage=terms.coverage(top),
        quote_coverage=terms.coverage(quoted),
        known_share=terms.known_share,
        missed=terms.missed(top, article),
        number_missed=float(_is_number_missed(context, evidence)),
        english=own_english,
        english_rise=_rise(own_english, english),
        english_name=best[0].signals.english_name or 0.0,
        english_sentence=max((item.english for item in evidence.units if item.english is not None), default=0.0),
    )


def _margin(scores: Sequence[float], rank: int) -> float:
    """By how much the first score is above that of ``rank`` (from 1), or above 0 where there is none."""
    return scores[0] - (scores[rank - 1] if len(scores) >= rank else 0.0)


def _rise(value: float, values: Sequence[float]) -> float:
    middle = median(values) if values else 1.0
    return (value - middle) / (1 - middle) if middle < 1 else 0.0


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


_NUMBER = re.compile(r"(?<![\w-])(?=[\w.-]*\d)[A-Za-z]{0,4}-?\d[\w.-]*")
"""A number or an identifier with digits: E-17, 1008, NL-1008."""


def _is_number_missed(context: QuestionContext, evidence: ArticleEvidence) -> bool:
    """Whether the article lacks a number or identifier of the question; False for a pasted mail."""
    asked = {number.casefold().strip(".-") for number in _NUMBER.findall(context.query.text)}
    if not asked or len(context.query.terms) > context.parameters.confidence.longest_numbered_terms:
        return False
    article = evidence.article
    held = " ".join([article.title, *article.aliases, *(item.unit.text for item in evidence.units)]).casefold()
    return any(not re.search(rf"(?<!\w){re.escape(number)}(?!\w)", held) for number in asked)


def probability(measured: Features, *, same_language: bool) -> float:
    """p(the first article answers), 0..1, by the model of the case."""
    model = _fitted()["models"][case(measured, same_language=same_language)]
    weights: dict[str, float] = model["weights"]
    total = model["intercept"] + sum(weights.get(name, 0.0) * value for name, value in asdict(measured).items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def case(measured: Features, *, same_language: bool) -> str:
    """Which model judges: words of two languages rarely meet, and English has an encoder of its own."""
    if not same_language:
        return "other_language"
    return "english" if measured.english else "same_language"


@cache
def _fitted() -> dict[str, Any]:
    fitted: dict[str, Any] = json.loads(files("assistant.answering").joinpath("confidence.json").read_text("utf-8"))
    return fitted
