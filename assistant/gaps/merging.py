"""Merging: what one article mends is one gap, and so are missing answers that could stand in one article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np

from assistant.gaps.cases import Case
from assistant.gaps.cause import Proof
from assistant.gaps.clustering import linked
from kb.backlog.model import Cause
from kb.embedding.protocol import FloatMatrix

_SCATTERED: Final[frozenset[Cause]] = frozenset({"missing", "out_of_scope"})
"""Causes that are about no article."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Questions that one gap leaves unanswered, the most central one first, and the proof of its cause.

    ``nearness`` says how near they are to what the articles are about, by ``scope.in_scope_score``; ``direction`` (d,)
    is the mean of their cluster's centred vectors.
    """

    cases: tuple[Case, ...]
    proof: Proof
    nearness: float
    direction: FloatMatrix


def merge(findings: Sequence[Diagnosis], apart: float) -> list[Diagnosis]:
    """One finding for each article and cause; those about no article are linked where their mean distance is small.

    ``apart`` is that distance. It is larger than for clusters: whether something answers is decided for needs that are
    alike, what should stand in one article may be less so.
    """
    by_article: dict[tuple[str, str], list[Diagnosis]] = {}
    scattered: dict[str, list[Diagnosis]] = {}
    for one in findings:
        if one.proof.cause in _SCATTERED or not one.proof.article:
            scattered.setdefault(one.proof.cause, []).append(one)
        else:
            by_article.setdefault((one.proof.cause, one.proof.article), []).append(one)
    near = chain.from_iterable(_near(some, apart) for some in scattered.values())
    return [_one(group) for group in chain(by_article.values(), near)]


def _near(findings: Sequence[Diagnosis], apart: float) -> list[list[Diagnosis]]:
    means = np.stack([one.direction for one in findings])
    groups: dict[int, list[Diagnosis]] = {}
    for one, label in zip(findings, linked(1.0 - means @ means.T, apart), strict=True):
        groups.setdefault(label, []).append(one)
    return list(groups.values())


def _one(group: Sequence[Diagnosis]) -> Diagnosis:
    """The first, weightiest finding of the group with the questions of all."""
    if len(group) == 1:
        return group[0]
    weights = [len(one.cases) for one in group]
    nearness = float(np.average([one.nearness for one in group], weights=weights))
    return replace(group[0], cases=tuple(chain.from_iterable(one.cases for one in group)), nearness=nearness)
