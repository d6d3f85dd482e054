"""Clusters: questions of one need, however they are worded and in which language.

Two questions are alike as far as their vectors are, and as far as they find the same articles. Vectors are compared
with their language's mean taken off: it is what all questions of a language share, it sets German apart from English,
and it leaves cosines of multilingual-e5-small in a narrow band (0.75 to 0.9). Centred, unrelated questions are near 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from kb.embedding.protocol import FloatMatrix

RANKING_BONUS: Final = 0.15
"""What finding the same articles adds to the cosine, at most."""

_BLOCK: Final = 2000
"""Questions that are compared each with each: 2,000 need 32 MB and half a second."""

_SHARE: Final = 50
"""The names of the articles count as so many questions in the mean of a language: few questions have no mean."""

Ranking: TypeAlias = Sequence[tuple[str, float]]
"""Articles that were found, id and score, best first."""


def cluster(
    texts: Sequence[str],
    languages: Sequence[str],
    vectors: FloatMatrix,
    rankings: Sequence[Ranking],
    apart: float,
    means: Mapping[str, FloatMatrix],
) -> list[list[int]]:
    """Questions of one need, as places in the arguments, each in one cluster; those that were asked first come first.

    ``vectors`` (n, d) have length 1; ``means`` are those of the articles' names, by language, "" of all. ``apart`` is
    the mean distance (1 less likeness) from which on two clusters stay
    apart. 1. Equal texts are one. 2. Centre the vectors. 3. Average linkage.
    """
    # 1
    same: dict[tuple[str, str], list[int]] = {}
    for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
        same.setdefault((" ".join(text.casefold().split()), language), []).append(place)
    groups = list(same.values())
    firsts = [group[0] for group in groups]
    # 2
    space = centred(vectors, languages, means)[firsts]
    found = [rankings[place] for place in firsts]
    # 3
    labels = _linked(space, found, apart)
    made: dict[int, list[int]] = {}
    for group, label in zip(groups, labels, strict=True):
        made.setdefault(label, []).extend(group)
    return sorted(sorted(places) for places in made.values())


def centred(vectors: FloatMatrix, languages: Sequence[str], means: Mapping[str, FloatMatrix]) -> FloatMatrix:
    """``vectors`` (n, d) without the mean of their language, names taken in, of length 1 again."""
    made = np.array(vectors, dtype=np.float32)
    tags = np.asarray(languages)
    for language in sorted(set(languages)):
        own = tags == language
        prior = means.get(language, means.get(""))
        if prior is None:
            continue
        made[own] -= (vectors[own].sum(axis=0) + _SHARE * prior) / (own.sum() + _SHARE)
    length = np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(made / np.where(length > 1e-9, length, 1.0), dtype=np.float32)


def likeness(space: FloatMatrix, rankings: Sequence[Ranking]) -> FloatMatrix:
    """How alike questions are (n, n): cosine of centred vectors, and a bonus as far as they found the same articles."""
    found = _found(rankings)
    return space @ space.T + RANKING_BONUS * (found @ found.T)


def central(places: Sequence[int], vectors: FloatMatrix) -> list[int]:
    """``places``, those first whose vectors are nearest to the mean of all; of equal ones the first."""
    own = vectors[list(places)]
    nearness = own @ own.mean(axis=0)
    return [places[at] for at in np.argsort(-nearness.round(5), kind="stable")]


def _linked(space: FloatMatrix, rankings: Sequence[Ranking], apart: float) -> list[int]:
    """A label for each question."""
    if len(space) < 2:
        return [0] * len(space)
    from sklearn.cluster import AgglomerativeClustering

    linkage = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=apart
    )
    distance = np.maximum(1.0 - likeness(space, rankings), 0.0)
    np.fill_diagonal(distance, 0.0)
    return [int(label) for label in linkage.fit(distance).labels_]


def _found(rankings: Sequence[Ranking]) -> FloatMatrix:
    """Rankings as rows of length 1, a column an article; what each one scores above the last one listed counts."""
    names = sorted({name for ranking in rankings for name, _ in ranking})
    column = {name: place for place, name in enumerate(names)}
    rows = np.zeros((len(rankings), max(len(names), 1)), dtype=np.float32)
    for place, ranking in enumerate(rankings):
        low = min((score for _, score in ranking), default=0.0)
        for name, score in ranking:
            rows[place, column[name]] = max(rows[place, column[name]], score - low)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 1e-9, length, 1.0), dtype=np.float32)
