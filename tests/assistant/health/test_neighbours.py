"""Nearest passages: complete, and after a change the same as from scratch."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.health.neighbours import Neighbours, nearest


def vectors(seeds: list[int]) -> np.ndarray:
    rows = np.stack([np.random.default_rng(seed).normal(size=8) for seed in seeds]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def of(seeds: list[int], known: Neighbours | None = None) -> Neighbours:
    """Passages made of numbers: each has the vector and the article that its number gives."""
    return nearest([str(seed) for seed in seeds], [seed // 2 for seed in seeds], vectors(seeds), 3, known)


PASSAGES = st.lists(st.integers(0, 40), min_size=1, max_size=25, unique=True)


@given(PASSAGES)
@settings(max_examples=50, deadline=None)
def test_they_are_the_nearest_of_all_in_other_articles(seeds: list[int]) -> None:
    found = of(seeds)
    cosines = np.round(vectors(seeds) @ vectors(seeds).T, 5)
    for row, seed in enumerate(seeds):
        others = [place for place, other in enumerate(seeds) if other // 2 != seed // 2]
        best = sorted(others, key=lambda place: (-cosines[row, place], place))[:3]
        assert [int(place) for place in found.places[row] if place >= 0] == best


@given(PASSAGES, PASSAGES)
@settings(max_examples=100, deadline=None)
def test_after_any_change_the_result_is_that_of_a_fresh_comparison(before: list[int], after: list[int]) -> None:
    carried, fresh = of(after, of(before)), of(after)
    assert np.array_equal(carried.places, fresh.places)
    assert np.array_equal(carried.cosines, fresh.cosines)


def test_a_pair_counts_once_whichever_side_found_it() -> None:
    found = of([0, 2, 4, 6])
    pairs = [(first, second) for first, second, _ in found.pairs(-1.0)]
    assert len(pairs) == len(set(pairs)) == 6
    assert all(first < second for first, second in pairs)
