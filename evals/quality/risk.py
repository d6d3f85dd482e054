"""What a confidence is worth: risk against coverage at every threshold, and whether it means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evals.quality.bootstrap import Floats

_BINS = 10
_POINTS = 50
"""More points of a curve than these show nothing that these do not."""
BEARABLE_RISK = 0.1

Point = tuple[float, float, float]
"""Threshold, coverage, risk."""


def curve(confidence: Sequence[float], answerable: Sequence[bool], wrong: Sequence[bool | None]) -> list[Point]:
    """One point for each confidence, from the highest down: what were shown if that were the threshold.

    Coverage is the share of answerable questions that are shown, risk the share of what is shown that is wrong; where
    ``wrong`` is None nobody can say and it counts for coverage alone. All of one length; empty where nothing is
    answerable.
    """
    if not any(answerable):
        return []
    order = np.argsort(-np.asarray(confidence, dtype=np.float64), kind="stable")
    scores = np.asarray(confidence, dtype=np.float64)[order]
    covered = np.cumsum(np.asarray(answerable, dtype=bool)[order])
    bad = np.cumsum([wrong[place] is True for place in order])
    judged = np.cumsum([wrong[place] is not None for place in order])
    # Equal confidences are shown together: only the last of them is a point.
    ends = np.flatnonzero(np.r_[np.diff(scores) < 0, True])
    return [
        (float(scores[end]), float(covered[end] / covered[-1]), float(bad[end] / judged[end]) if judged[end] else 0.0)
        for end in ends
    ]


def area(points: Sequence[Point]) -> float | None:
    """Under risk over coverage, 0..1, by steps: the mean risk at which an answerable question comes to be shown.

    As in selective classification (Geifman and El-Yaniv, NIPS 2017), with this room's coverage.
    """
    if not points:
        return None
    _, coverage, risk = np.array(points).T
    return float((np.diff(coverage, prepend=0.0) * risk).sum())


def coverage_at(points: Sequence[Point], risk: float = BEARABLE_RISK) -> float | None:
    """The most that can be covered at no more than ``risk``."""
    return max((point[1] for point in points if point[2] <= risk), default=0.0) if points else None


def thinned(points: Sequence[Point]) -> list[list[float]]:
    """At most ``_POINTS`` of a curve, evenly, its ends among them; rounded."""
    places = np.unique(np.linspace(0, len(points) - 1, min(len(points), _POINTS)).round().astype(int))
    return [[round(value, 4) for value in points[place]] for place in places]


def reliability(confidence: Sequence[float], right: Sequence[bool]) -> dict[str, Any]:
    """How often what was held likely is so, in ten bins of equal width.

    ``bins``: mean confidence, share right and n. ``ece``: the mean distance of the two over the questions (Guo et al.,
    ICML 2017). ``brier``: the mean squared error of the confidence (Brier 1950). None where there is no question.
    """
    said, true = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    rows: list[dict[str, float | int | None]] = []
    distance = 0.0
    for number in range(_BINS):
        inside = bins == number
        count = int(inside.sum())
        mean, share = (_mean(said[inside]), _mean(true[inside])) if count else (None, None)
        rows.append({"confidence": mean, "right": share, "n": count})
        if count:
            distance += abs(float((said[inside] - true[inside]).sum()))
    return {
        "bins": rows,
        "ece": round(distance / said.size, 4) if said.size else None,
        "brier": _mean((said - true) ** 2) if said.size else None,
    }


def _mean(values: Floats) -> float:
    return round(float(values.mean()), 4)
