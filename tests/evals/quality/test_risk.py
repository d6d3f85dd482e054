from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.quality import risk

CONFIDENCE = st.sampled_from([0.0, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0])
TRIALS = st.lists(st.tuples(CONFIDENCE, st.booleans(), st.sampled_from([True, False, None])), max_size=30)


def curve(trials: list[tuple[float, bool, bool | None]]) -> list[risk.Point]:
    return risk.curve(*zip(*trials, strict=True)) if trials else risk.curve([], [], [])


@given(TRIALS)
def test_as_the_threshold_falls_coverage_only_grows_until_everything_is_shown(
    trials: list[tuple[float, bool, bool | None]],
) -> None:
    points = curve(trials)
    if not any(answerable for _, answerable, _ in trials):
        assert points == []
        return
    thresholds, coverage, _ = zip(*points, strict=True)
    assert list(thresholds) == sorted({confidence for confidence, _, _ in trials}, reverse=True)
    assert list(coverage) == sorted(coverage)
    assert coverage[-1] == 1.0


@given(TRIALS)
def test_every_point_is_what_its_threshold_would_give(trials: list[tuple[float, bool, bool | None]]) -> None:
    answerable = sum(may for _, may, _ in trials)
    for threshold, coverage, share_wrong in curve(trials):
        shown = [(may, wrong) for confidence, may, wrong in trials if confidence >= threshold]
        judged = [wrong for _, wrong in shown if wrong is not None]
        assert coverage == pytest.approx(sum(may for may, _ in shown) / answerable)
        assert share_wrong == pytest.approx(sum(judged) / len(judged) if judged else 0.0)


@given(TRIALS)
def test_the_area_lies_between_no_risk_and_the_worst_and_more_risk_never_covers_less(
    trials: list[tuple[float, bool, bool | None]],
) -> None:
    points = curve(trials)
    if not points:
        assert risk.area(points) is risk.coverage_at(points) is None
        return
    assert 0.0 <= (risk.area(points) or 0.0) <= max(point[2] for point in points) + 1e-9
    covered = [risk.coverage_at(points, level) or 0.0 for level in (0.0, 0.1, 0.5, 1.0)]
    assert covered == sorted(covered)
    assert covered[-1] == 1.0


def test_a_curve_of_four_questions() -> None:
    points = curve([(0.9, True, False), (0.8, True, True), (0.8, False, True), (0.1, True, False)])
    assert points == [
        (0.9, pytest.approx(1 / 3), 0.0),
        (0.8, pytest.approx(2 / 3), pytest.approx(2 / 3)),
        (0.1, 1.0, 0.5),
    ]
    assert risk.area(points) == pytest.approx((0 + 2 / 3 + 0.5) / 3)
    assert risk.coverage_at(points) == pytest.approx(1 / 3)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    points = curve([(place / 1000, True, False) for place in range(1000)])
    thin = risk.thinned(points)
    assert len(thin) <= 50
    assert thin[0][0] == 0.999
    assert thin[-1][:2] == [0.0, 1.0]
    assert risk.thinned([]) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_the_bins_hold_every_question_and_the_error_is_the_mean_of_their_distances(
    said: list[tuple[float, bool]],
) -> None:
    found = risk.reliability([c for c, _ in said], [r for _, r in said])
    filled = [row for row in found["bins"] if row["n"]]
    assert len(found["bins"]) == 10
    assert sum(row["n"] for row in filled) == len(said)
    for number, row in enumerate(found["bins"]):
        assert row["confidence"] is None or number / 10 - 1e-3 <= row["confidence"] <= (number + 1) / 10 + 1e-3
    if said:
        distances = sum(row["n"] * abs(row["right"] - row["confidence"]) for row in filled)
        assert found["ece"] == pytest.approx(distances / len(said), abs=1e-3)
        assert found["brier"] == pytest.approx(sum((c - r) ** 2 for c, r in said) / len(said), abs=1e-4)
    else:
        assert found["ece"] is found["brier"] is None


def test_a_confidence_that_means_what_it_says_has_no_error() -> None:
    found = risk.reliability([0.25] * 4 + [0.75] * 4, [True, False, False, False, True, True, True, False])
    assert found["ece"] == 0.0
    assert risk.reliability([1.0] * 4, [False] * 4)["ece"] == 1.0
