"""How sure a number is: bootstrap intervals, and whether two systems differ on the same questions.

Questions are drawn with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 16).
The draws depend on nothing but the number of questions, so that everything measured on the same questions is drawn
alike and differences are paired.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

RESAMPLES = 1000
LEVEL = 0.95
_FLIPS = 10_000
"""Sign flips at random; a p below 1/10,001 cannot be told."""
_FLIPPED_AT_ONCE = 500
_SEED = 20_261_123
_DIGITS = 4


@lru_cache(maxsize=8)
def draws(count: int) -> Floats:
    """Shape (RESAMPLES, count): how often each of ``count`` >= 1 questions is drawn; every row sums to ``count``."""
    drawn = np.random.default_rng([_SEED, count]).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    weights = drawn.astype(np.float64)
    weights.flags.writeable = False
    return weights


def shares(parts: ArrayLike, wholes: ArrayLike) -> Floats:
    """Shape (RESAMPLES,): sum of ``parts`` over sum of ``wholes``, both shape (questions,), in each resample.

    With wholes of 1 this is the mean. Nan where a resample draws nothing of the whole.
    """
    part, whole = np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64)
    if not part.size:
        return np.full(RESAMPLES, np.nan)
    weights = draws(part.size)
    with np.errstate(invalid="ignore"):
        return np.asarray((weights @ part) / (weights @ whole), dtype=np.float64)


def aurocs(scores: ArrayLike, positive: ArrayLike, question: ArrayLike, count: int) -> Floats:
    """Shape (RESAMPLES,): AUROC (Mann-Whitney U, ties half) over resamples of ``count`` questions.

    ``scores``, ``positive`` and ``question`` (0..count-1) are of shape (trials,): a question may be asked several
    times and is drawn with all its trials. Nan where a resample holds one side only.
    """
    score, side = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    if not score.size:
        return np.full(RESAMPLES, np.nan)
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) > 0])
    drawn = draws(count)[:, np.asarray(question)[order]]
    good = np.add.reduceat(np.where(side[order], drawn, 0.0), starts, axis=1)
    bad = np.add.reduceat(np.where(side[order], 0.0, drawn), starts, axis=1)
    below = np.cumsum(bad, axis=1) - bad
    with np.errstate(invalid="ignore"):
        wins = (good * (below + bad / 2)).sum(axis=1) / (good.sum(axis=1) * bad.sum(axis=1))
    return np.asarray(wins, dtype=np.float64)


def interval(samples: Floats) -> list[float] | None:
    """The percentile interval of ``LEVEL`` of what resampling gave, low and high; None where it is undefined."""
    defined = samples[~np.isnan(samples)]
    if not defined.size:
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [round(float(low), _DIGITS), round(float(high), _DIGITS)]


def paired(ours: ArrayLike, theirs: ArrayLike) -> dict[str, object]:
    """Our mean less theirs on the same questions, both shape (questions,): its bootstrap interval and p.

    p is two-sided, of a permutation test that flips signs at random, counted with the observed one (Smucker, Allan and
    Carterette, CIKM 2007; Phipson and Smyth 2010).
    """
    difference = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    if not difference.size:
        return {"difference": None, "interval": None, "p": None}
    return {
        "difference": round(float(difference.mean()), _DIGITS),
        "interval": interval(shares(difference, np.ones_like(difference))),
        "p": round(_flipped(difference), _DIGITS),
    }


def _flipped(difference: Floats) -> float:
    """Questions without a difference are left out: flipping them changes nothing."""
    told = difference[difference != 0]
    observed = abs(told.sum()) - 1e-9
    random = np.random.default_rng([_SEED, told.size])
    extreme = 0
    for _ in range(0, _FLIPS, _FLIPPED_AT_ONCE):
        signs = random.integers(0, 2, size=(_FLIPPED_AT_ONCE, told.size), dtype=np.int8)
        extreme += int((abs((2.0 * signs - 1.0) @ told) >= observed).sum())
    return (extreme + 1) / (_FLIPS + 1)
