"""How likely it is that the quoted passage answers: a logistic regression over a few features that hold anywhere.

The coefficients are data (``confidence.json``), fitted on development splits only; how, on what and when stands there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.evidence import Asked, Evidence
from assistant.retrieval import Ranked

_RANK_FOR_MARGIN = 5


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from. All are 0..1 but ``cosine`` (of the best passage) and the margins."""

    cosine: float
    cosine_margin: float
    passage_coverage: float
    quote_coverage: float
    known_share: float
    lexical_agreement: float


def features(
    ranked: Sequence[Ranked], evidence: Sequence[Evidence], quoted: Sequence[Evidence], asked: Asked
) -> Features:
    """Measure a ranking and what would be quoted from its first article.

    ``cosine_margin`` is the distance from the best article to the fifth, or, where there are fewer, to what this
    embedder gives to texts that have little to do with each other; ``lexical_agreement`` the best article's BM25
    against the best of all.
    """
    best = ranked[0].passages
    cosines = [max(passage.signals.cosine for passage in item.passages) for item in ranked[:_RANK_FOR_MARGIN]]
    if len(cosines) < _RANK_FOR_MARGIN:
        cosines.append(min(cosines[0], float(_fitted()["background_cosine"])))
    lexical = max(passage.signals.bm25 for item in ranked for passage in item.passages)
    return Features(
        cosine=cosines[0],
        cosine_margin=cosines[0] - min(cosines),
        passage_coverage=asked.coverage(item for item in evidence if item.chunk.rowid == best[0].chunk),
        quote_coverage=asked.coverage(quoted),
        known_share=asked.known_share,
        lexical_agreement=max(passage.signals.bm25 for passage in best) / lexical if lexical > 0 else 0.0,
    )


def probability(measured: Features, *, same_language: bool) -> float:
    """p(answerable), 0..1. Words of two languages rarely meet, so translations have coefficients of their own."""
    model = _fitted()["models"]["same_language" if same_language else "other_language"]
    names = [item.name for item in fields(Features)]
    total = model["intercept"] + sum(model[name] * value for name, value in zip(names, astuple(measured), strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def _fitted() -> dict[str, Any]:
    fitted: dict[str, Any] = json.loads(files("assistant").joinpath("confidence.json").read_text("utf-8"))
    return fitted
