"""Fusion: what each search says of a chunk is brought to 0..1 over the candidates, and weighed.

Score-level fusion beat reciprocal ranks on every set that was tried. There is one set of weights for each of three
cases (``parameters.FusionParameters``); weights that also change with the question (the share of known words, its
length, whether the lists agree) gained nothing on the other halves. See evals/diary.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from statistics import median
from typing import Final

from assistant.retrieval.parameters import Weights


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a candidate. Cosines are -1..1, ``bm25`` 0 or more.

    ``name`` is the cosine of the question with the nearest of the article's own names (its title and aliases, where no
    other article goes by them); ``english`` and ``english_name`` are the same by the English encoder. None: unknown.
    """

    cosine: float
    bm25: float
    name: float | None = None
    english: float | None = None
    english_name: float | None = None


TEXT_ALONE: Final = Weights(cosine=0.0, bm25=1.0)
VECTORS_ALONE: Final = Weights(cosine=1.0, bm25=0.0)

Level = Callable[[float], float]


def fuse(candidates: Mapping[int, Signals], weights: Weights) -> dict[int, dict[str, float]]:
    """What each signal contributes to the score (0..1) of each candidate; the score is their sum.

    Cosines of texts are stretched from the lowest to the highest of the candidates (min-max): they say which is
    nearest. Those of names are measured from the median candidate to 1, a name that says what was asked: most questions
    are near no name, and then names should say nothing. BM25 is a share of the best. A text whose English is unknown
    has the other encoder's say; an unknown name counts 0.
    """
    shares: dict[int, dict[str, float]] = {key: {} for key in candidates}
    for field in fields(weights):
        weight = getattr(weights, field.name)
        if not weight:
            continue
        levels = _levels(candidates, field.name)
        if field.name == "english" and len(levels) < len(candidates):
            levels = _levels(candidates, "cosine") | levels
        for key in candidates:
            shares[key][field.name] = weight * levels.get(key, 0.0)
    return shares


def _levels(candidates: Mapping[int, Signals], signal: str) -> dict[int, float]:
    values = {key: value for key, signals in candidates.items() if (value := getattr(signals, signal)) is not None}
    if not values:
        return {}
    level = _LEVELS[signal](list(values.values()))
    return {key: level(value) for key, value in values.items()}


def _stretched(values: list[float]) -> Level:
    low, high = min(values), max(values)
    return (lambda value: (value - low) / (high - low)) if high > low else (lambda _: 1.0)


def _above_median(values: list[float]) -> Level:
    middle = median(values)
    if len(values) == 1 or middle >= 1:
        return lambda _: 0.0
    return lambda value: min(max((value - middle) / (1 - middle), 0.0), 1.0)


def _share_of_best(values: list[float]) -> Level:
    best = max(values)
    return (lambda value: value / best) if best > 0 else (lambda _: 0.0)


_LEVELS: Final[dict[str, Callable[[list[float]], Level]]] = {
    "cosine": _stretched,
    "bm25": _share_of_best,
    "name": _above_median,
    "english": _stretched,
    "english_name": _above_median,
}
