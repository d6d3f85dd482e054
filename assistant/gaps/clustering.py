"""Clusters: questions of one need, however they are worded and in which language.

Two questions are similar as far as their vectors are, and as far as they find the same articles. Vectors are compared
with their language's mean taken off: it is what all questions of a language share, it sets German apart from English,
and it leaves cosines of multilingual-e5-small in a narrow band (0.75 to 0.9). Centred, unrelated questions are near 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from assistant.gaps.cases import Case, CaseVectors
from assistant.gaps.parameters import ClusteringParameters
from kb.embedding.protocol import FloatMatrix
from kb.runtime.cancellation import checkpoint
from kb.runtime.progress import tell
from kb.settings import GapSettings

_AT_ONCE: Final = 8192
"""Questions that are compared with the pivots together."""

IntArray: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Ranking: TypeAlias = Sequence[tuple[str, float]]
"""Articles that were found, id and score, best first."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The indices of all questions of a need, the most central first, and of those with signals.

    ``weight`` sums the signals. With ``low_evidence`` they are too few to be a gap by themselves.
    """

    indices: tuple[int, ...]
    with_signals: frozenset[int]
    weight: float
    low_evidence: bool


def need_clusters(
    questions: CaseVectors, pivots: FloatMatrix, settings: GapSettings, parameters: ClusteringParameters
) -> list[Cluster]:
    """Clusters with enough evidence, the weightiest first, then those without that hold several questions."""
    cases = questions.cases
    clusters = []
    for indices in cluster(cases, questions.centred, pivots, settings.cluster_distance, parameters):
        with_signals = frozenset(index for index in indices if cases[index].signals)
        weight = sum(cases[index].weight for index in with_signals)
        low_evidence = not with_signals or weight < settings.min_evidence
        if not low_evidence or len(indices) >= settings.min_evidence:
            central = tuple(_central_first(indices, questions.vectors))
            clusters.append(Cluster(central, with_signals, weight, low_evidence))
    return sorted(clusters, key=lambda one: (one.low_evidence, -one.weight, -len(one.indices), min(one.indices)))


def cluster(
    cases: Sequence[Case],
    centred: FloatMatrix,
    pivots: FloatMatrix,
    max_distance: float,
    parameters: ClusteringParameters,
) -> list[list[int]]:
    """Questions of one need, as indices, each in one cluster; those that were asked first come first.

    ``centred`` (n, d) are the vectors of the cases. ``max_distance`` is the mean distance (1 less similarity) from
    which on two clusters stay apart. ``pivots`` (k, d), centred, are what many questions are sorted by first. 1. Equal
    texts are one. 2. Average linkage, in blocks where there are many, and again over the largest clusters of all
    blocks.
    """
    # 1
    equal: dict[tuple[str, str], list[int]] = {}
    for index, case in enumerate(cases):
        equal.setdefault((" ".join(case.text.casefold().split()), case.language), []).append(index)
    groups = list(equal.values())
    firsts = [group[0] for group in groups]
    # 2
    rankings = [cases[index].nearest for index in firsts]
    labels = _linked_in_blocks(centred[firsts], rankings, list(map(len, groups)), max_distance, pivots, parameters)
    clusters: dict[int, list[int]] = {}
    for group, label in zip(groups, labels, strict=True):
        clusters.setdefault(label, []).extend(group)
    return sorted(sorted(indices) for indices in clusters.values())


def centre(vectors: FloatMatrix, languages: Sequence[str], means: Mapping[str, FloatMatrix], prior: int) -> FloatMatrix:
    """``vectors`` (n, d) without the mean of their language, of length 1 again.

    ``means`` are those of the articles' names, by language, "" of all; they count as ``prior`` vectors in the mean.
    """
    centred = np.array(vectors, dtype=np.float32)
    tags = np.asarray(languages)
    for language in sorted(set(languages)):
        rows = tags == language
        mean = means.get(language, means.get(""))
        if mean is not None:
            centred[rows] -= (vectors[rows].sum(axis=0) + prior * mean) / (rows.sum() + prior)
    return _unit_length(centred)


def linked(distance: FloatMatrix, max_distance: float) -> list[int]:
    """A label for each of n things whose distances (n, n) are given, by average linkage up to ``max_distance``."""
    if len(distance) < 2:
        return [0] * len(distance)
    from sklearn.cluster import AgglomerativeClustering

    linkage = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=max_distance
    )
    distance = np.maximum(distance, 0.0)
    np.fill_diagonal(distance, 0.0)
    return [int(label) for label in linkage.fit(distance).labels_]


def ranking_vectors(rankings: Sequence[Ranking]) -> FloatMatrix:
    """Rankings as rows of length 1, a column an article; what each one scores above the last one listed counts."""
    names = sorted({name for ranking in rankings for name, _ in ranking})
    columns = {name: column for column, name in enumerate(names)}
    rows = np.zeros((len(rankings), max(len(names), 1)), dtype=np.float32)
    for row, ranking in zip(rows, rankings, strict=True):
        low = min((score for _, score in ranking), default=0.0)
        for name, score in ranking:
            row[columns[name]] = max(row[columns[name]], score - low)
    return _unit_length(rows)


def _linked_in_blocks(
    centred: FloatMatrix,
    rankings: Sequence[Ranking],
    sizes: Sequence[int],
    max_distance: float,
    pivots: FloatMatrix,
    parameters: ClusteringParameters,
) -> list[int]:
    """A label for each question; ``sizes`` are how often each was asked.

    Only questions of one block are compared each with each, so that time and memory grow with the number of questions,
    not with its square. Needs that were cut in two by a block's border are joined by the means of their clusters.
    """
    labels = np.zeros(len(centred), dtype=np.int64)
    count = 0
    blocks = _blocks(centred, pivots, parameters)
    for number, indices in enumerate(blocks):
        checkpoint()
        tell(number, len(blocks))
        found = ranking_vectors([rankings[index] for index in indices.tolist()])
        similarity: FloatMatrix = centred[indices] @ centred[indices].T + parameters.ranking_bonus * (found @ found.T)
        own = np.asarray(linked(1.0 - similarity, max_distance), dtype=np.int64)
        labels[indices] = own + count
        count += int(own.max(initial=-1)) + 1
    if len(centred) <= parameters.compared:
        return [int(label) for label in labels]
    weight = np.bincount(labels, weights=sizes, minlength=count)
    means = np.zeros((count, centred.shape[1]), dtype=np.float32)
    np.add.at(means, labels, centred)
    means /= np.maximum(np.bincount(labels, minlength=count), 1)[:, None]
    largest = np.argsort(-weight, kind="stable")[: parameters.compared]
    joined = np.arange(count)
    joined[largest] = count + np.asarray(linked(1.0 - means[largest] @ means[largest].T, max_distance))
    return [int(label) for label in joined[labels]]


def _blocks(centred: FloatMatrix, pivots: FloatMatrix, parameters: ClusteringParameters) -> list[IntArray]:
    """The indices of n questions in blocks that are small enough, near ones together.

    Questions with the same nearest pivot are together. Pivots do not depend on the log, so that a few more questions
    leave most blocks as they were.
    """
    if len(centred) <= parameters.compared or not len(pivots):
        groups, size = [np.arange(len(centred))], parameters.compared
    else:
        nearest = np.concatenate(
            [(centred[at : at + _AT_ONCE] @ pivots.T).argmax(axis=1) for at in range(0, len(centred), _AT_ONCE)]
        )
        order = np.argsort(nearest, kind="stable")
        groups, size = np.split(order, np.flatnonzero(np.diff(nearest[order])) + 1), parameters.block
    return [group[at : at + size] for group in groups for at in range(0, len(group), size)]


def _central_first(indices: Sequence[int], vectors: FloatMatrix) -> list[int]:
    """``indices``, those first whose vectors are nearest to the mean of all; of equal ones the first."""
    own = vectors[list(indices)]
    nearness = own @ own.mean(axis=0)
    return [indices[at] for at in np.argsort(-nearness.round(5), kind="stable")]


def _unit_length(rows: FloatMatrix) -> FloatMatrix:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 1e-9, length, 1.0), dtype=np.float32)
