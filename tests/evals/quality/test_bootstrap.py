from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.quality import bootstrap
from evals.quality.metrics import auroc

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def ones(values: list[float]) -> list[float]:
    return [1.0] * len(values)


@given(VALUES)
def test_an_interval_holds_the_mean_and_stays_among_the_values(values: list[float]) -> None:
    low, high = bootstrap.interval(bootstrap.shares(values, ones(values))) or [2.0, -2.0]
    assert low - 1e-4 <= np.mean(values) <= high + 1e-4
    assert min(values) - 1e-4 <= low <= high <= max(values) + 1e-4


def test_an_interval_of_many_coins_has_the_width_of_the_normal_approximation() -> None:
    coins = [0.0, 1.0] * 200
    low, high = bootstrap.interval(bootstrap.shares(coins, ones(coins))) or [0, 0]
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_a_resample_draws_as_many_questions_as_there_are_and_always_the_same() -> None:
    weights = bootstrap.draws(7).copy()
    assert set(weights.sum(axis=1)) == {7.0}
    bootstrap.draws.cache_clear()
    assert (bootstrap.draws(7) == weights).all()


def test_a_share_ignores_resamples_that_draw_nothing_of_the_whole() -> None:
    samples = bootstrap.shares([1.0, 0.0], [1.0, 0.0])
    assert np.isnan(samples).any()
    assert bootstrap.interval(samples) == [1.0, 1.0]
    assert bootstrap.interval(bootstrap.shares([0.0], [0.0])) is None
    assert bootstrap.interval(bootstrap.shares([], [])) is None


TRIALS = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=30)
@given(TRIALS, st.integers(0, bootstrap.RESAMPLES - 1))
def test_a_resampled_auroc_is_the_auroc_of_the_trials_that_were_drawn(
    trials: list[tuple[float, bool]], row: int
) -> None:
    count = (len(trials) + 1) // 2  # two trials a question
    question = [place // 2 for place in range(len(trials))]
    drawn = bootstrap.draws(count)[row].astype(int)
    sides: dict[bool, list[float]] = {True: [], False: []}
    for (score, positive), place in zip(trials, question, strict=True):
        sides[positive] += [score] * drawn[place]
    expected = auroc(sides[True], sides[False])
    found = bootstrap.aurocs([t[0] for t in trials], [t[1] for t in trials], question, count)[row]
    assert np.isnan(found) if expected is None else found == pytest.approx(expected)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_p_is_the_share_of_all_sign_flips_that_are_as_extreme(pairs: list[tuple[float, float]]) -> None:
    difference = np.array([a - b for a, b in pairs])
    flips = [abs(np.dot(signs, difference)) for signs in itertools.product([-1, 1], repeat=len(pairs))]
    exact = np.mean(np.array(flips) >= abs(difference.sum()) - 1e-9)
    found = bootstrap.paired(*zip(*pairs, strict=True))
    assert found["p"] == pytest.approx(exact, abs=0.03)
    assert found["difference"] == pytest.approx(difference.mean(), abs=1e-4)


def test_two_systems_are_told_apart_by_many_questions_and_not_by_few() -> None:
    assert bootstrap.paired([0.5] * 40, [0.5] * 40) == {"difference": 0.0, "interval": [0.0, 0.0], "p": 1.0}
    assert float(str(bootstrap.paired([1.0] * 40, [0.5] * 40)["p"])) < 0.001
    assert float(str(bootstrap.paired([1.0] * 3, [0.5] * 3)["p"])) > 0.2
    assert bootstrap.paired([], []) == {"difference": None, "interval": None, "p": None}
