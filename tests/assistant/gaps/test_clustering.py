from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.gaps import clustering
from assistant.gaps.parameters import ClusteringParameters
from kb.runtime.progress import telling
from tests.assistant.gaps.samples import case, directions, near

FITTED = ClusteringParameters()
PIVOTS = directions(4, 33)


def clustered(
    vectors: np.ndarray, texts: list[str] | None = None, parameters: ClusteringParameters = FITTED
) -> list[list[int]]:
    texts = texts or [f"Frage {number}" for number in range(len(vectors))]
    cases = [case(number, text, nearest=(("a", 0.5),)) for number, text in enumerate(texts)]
    means = {"": np.zeros(vectors.shape[1], dtype=np.float32)}
    centred = clustering.centre(vectors, ["de"] * len(cases), means, parameters.prior)
    return clustering.cluster(cases, centred, PIVOTS, 0.45, parameters)


def test_wordings_of_one_need_are_one_cluster_and_needs_stay_apart() -> None:
    found = clustered(near(directions(6), 5))
    assert found == [list(range(5 * need, 5 * need + 5)) for need in range(6)]


def test_equal_texts_are_one_whatever_their_case() -> None:
    assert clustered(directions(3), ["Wie zahle ich?", "wie  zahle ich?", "Umzug"]) == [[0, 1], [2]]


@settings(deadline=None)  # the first one imports scikit-learn
@given(st.integers(0, 40), st.integers(1, 5))
def test_every_question_is_in_exactly_one_cluster(count: int, seed: int) -> None:
    found = clustered(directions(count, seed)) if count else clustered(np.zeros((0, 16), dtype=np.float32))
    assert sorted(index for indices in found for index in indices) == list(range(count))
    assert found == sorted(found)


def test_many_questions_are_compared_in_blocks_and_joined_across_them() -> None:
    vectors = near(directions(12), 10)
    told: list[int] = []
    with telling(lambda done, total, step: told.append(total), "blocks"):
        in_blocks = clustered(vectors, parameters=replace(FITTED, compared=100, block=40))
    assert max(told) > 1
    assert in_blocks == clustered(vectors)


def test_the_language_is_taken_out_before_vectors_are_compared() -> None:
    needs, shift = directions(40), directions(2, 9)
    vectors = np.concatenate([needs + 3 * shift[0], needs + 3 * shift[1]])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = ["de"] * 40 + ["en"] * 40
    means = {"de": vectors[:40].mean(axis=0), "en": vectors[40:].mean(axis=0)}
    space = clustering.centre(vectors, languages, means, FITTED.prior)
    assert (np.argmax(space[:40] @ space[40:].T, axis=1) == np.arange(40)).mean() > 0.95
