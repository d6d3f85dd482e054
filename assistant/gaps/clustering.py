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
from kb.runtime.cancellation import checkpoint
from kb.runtime.progress import tell

RANKING_BONUS: Final = 0.15
"""What finding the same articles adds to the cosine, at most."""

_WHOLE: Final = 2000
_BLOCK: Final = 600
"""Questions that are compared each with each where there are no more, and in one block where there are."""

_AT_ONCE: Final = 8192
"""Questions that are compared with the pivots together."""

_SHARE: Final = 50
"""The names of the articles count as so many questions in the mean of a language: few questions have no mean."""

IntArray: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Ranking: TypeAlias = Sequence[tuple[str, float]]
"""Articles that were found, id and score, best first."""


def cluster(
    texts: Sequence[str],
    languages: Sequence[str],
    vectors: FloatMatrix,
    rankings: Sequence[Ranking],
    apart: float,
    means: Mapping[str, FloatMatrix],
    pivots: FloatMatrix,
) -> list[list[int]]:
    """Questions of one need, as places in the arguments, each in one cluster; those that were asked first come first.

    ``vectors`` (n, d) have length 1; ``means`` are those of the articles' names, by language, "" of all. ``apart`` is
    the mean distance (1 less likeness) from which on two clusters stay apart. ``pivots`` (k, d), centred, are what many
    questions are sorted by first. 1. Equal texts are one. 2. Centre the vectors. 3. Average linkage,
    in blocks where there are many, and again over the largest clusters of all blocks.
    """
    # 1
    same: dict[tuple[str, str], list[int]] = {}
    for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
        same.setdefault((" ".join(text.casefold().split()), language), []).append(place)
    groups = list(same.values())
    firsts = [group[0] for group in groups]
    # 2
    space = centred(vectors, languages, means)[firsts]
    # 3
    labels = _in_blocks(space, [rankings[place] for place in firsts], [len(group) for group in groups], apart, pivots)
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
    found = found_by(rankings)
    return space @ space.T + RANKING_BONUS * (found @ found.T)


def central(places: Sequence[int], vectors: FloatMatrix) -> list[int]:
    """``places``, those first whose vectors are nearest to the mean of all; of equal ones the first."""
    own = vectors[list(places)]
    nearness = own @ own.mean(axis=0)
    return [places[at] for at in np.argsort(-nearness.round(5), kind="stable")]


def _in_blocks(
    space: FloatMatrix, rankings: Sequence[Ranking], sizes: Sequence[int], apart: float, pivots: FloatMatrix
) -> list[int]:
    """A label for each question; ``sizes`` are how often each was asked.

    Only questions of one block are compared each with each, so that time and memory grow with the number of questions,
    not with its square. Needs that were cut in two by a block's border are joined by the means of their clusters.
    """
    labels = np.zeros(len(space), dtype=np.int64)
    first = 0
    blocks = _blocks(space, pivots)
    for number, places in enumerate(blocks):
        checkpoint()
        tell(number, len(blocks))
        found = [rankings[place] for place in places.tolist()]
        own = np.asarray(linked(1.0 - likeness(space[places], found), apart), dtype=np.int64)
        labels[places] = own + first
        first += int(own.max(initial=-1)) + 1
    if len(space) <= _WHOLE:
        return [int(label) for label in labels]
    weight = np.bincount(labels, weights=sizes, minlength=first)
    means = np.zeros((first, space.shape[1]), dtype=np.float32)
    np.add.at(means, labels, space)
    means /= np.maximum(np.bincount(labels, minlength=first), 1)[:, None]
    largest = np.argsort(-weight, kind="stable")[:_WHOLE]
    joined = np.arange(first)
    for place, label in zip(largest, linked(1.0 - means[largest] @ means[largest].T, apart), strict=True):
        joined[place] = first + label
    return [int(label) for label in joined[labels]]


def _blocks(space: FloatMatrix, pivots: FloatMatrix) -> list[IntArray]:
    """The places of n questions in blocks that are small enough, near ones together.

    Questions with the same nearest pivot are together. Pivots do not depend on the log, so that a few more questions
    leave most blocks as they were.
    """
    if len(space) <= _WHOLE or not len(pivots):
        return _cut(np.arange(len(space)), _WHOLE)
    nearest = np.concatenate(
        [(space[start : start + _AT_ONCE] @ pivots.T).argmax(axis=1) for start in range(0, len(space), _AT_ONCE)]
    )
    order = np.argsort(nearest, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(nearest[order])) + 1)
    return [block for group in groups for block in _cut(group, _BLOCK)]


def _cut(places: IntArray, most: int) -> list[IntArray]:
    """``places`` in parts of at most ``most``, in their order, which is that of the log."""
    return [places[start : start + most] for start in range(0, len(places), most)]


def linked(distance: FloatMatrix, apart: float) -> list[int]:
    """A label for each of n things whose distances (n, n) are given, by average linkage; ``apart`` stay apart."""
    if len(distance) < 2:
        return [0] * len(distance)
    from sklearn.cluster import AgglomerativeClustering

    linkage = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=apart
    )
    distance = np.maximum(distance, 0.0)
    np.fill_diagonal(distance, 0.0)
    return [int(label) for label in linkage.fit(distance).labels_]


def found_by(rankings: Sequence[Ranking]) -> FloatMatrix:
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
