from __future__ import annotations

from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import TEXT_ALONE, VECTORS_ALONE, Signals, fuse
from assistant.retrieval.parameters import RETRIEVAL

COSINE = st.floats(-1, 1, allow_nan=False)
MAYBE = st.none() | COSINE
SIGNALS = st.builds(Signals, COSINE, st.floats(0, 50, allow_nan=False), MAYBE, MAYBE, MAYBE)
SAME_LANGUAGE, ENGLISH, ACROSS = RETRIEVAL.fusion.same_language, RETRIEVAL.fusion.english, RETRIEVAL.fusion.across
WEIGHTS = [SAME_LANGUAGE, ENGLISH, ACROSS, TEXT_ALONE, VECTORS_ALONE]


def score(shares: dict[str, float]) -> float:
    return sum(shares.values())


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_add_up_to_one(weights) -> None:
    assert sum(astuple(weights)) == pytest.approx(1)


@given(st.dictionaries(st.integers(0, 50), SIGNALS, max_size=12), st.sampled_from(WEIGHTS))
def test_every_candidate_has_a_score_from_0_to_1(candidates, weights) -> None:
    fused = fuse(candidates, weights)
    assert fused.keys() == candidates.keys()
    assert all(-1e-9 <= score(shares) <= 1 + 1e-9 for shares in fused.values())


@given(st.dictionaries(st.integers(0, 50), SIGNALS, min_size=2, max_size=12), st.sampled_from(WEIGHTS))
def test_who_is_best_in_every_signal_is_first(candidates, weights) -> None:
    best = {**candidates, 99: Signals(1, 60, 1, 1, 1)}
    fused = fuse(best, weights)
    assert score(fused[99]) >= max(score(shares) for shares in fused.values()) - 1e-9


def test_a_name_that_says_the_question_lifts_its_article() -> None:
    alike = {key: Signals(0.8 + key / 100, 3, 0.8) for key in range(5)}
    named = alike | {0: replace(alike[0], name=0.97)}
    assert score(fuse(alike, SAME_LANGUAGE)[0]) < score(fuse(alike, SAME_LANGUAGE)[1])
    assert score(fuse(named, SAME_LANGUAGE)[0]) > score(fuse(named, SAME_LANGUAGE)[1])


def test_names_that_are_all_as_far_say_nothing() -> None:
    far = {key: Signals(0.8 + key / 100, 3, 0.79) for key in range(5)}
    assert all(shares["name"] == 0 for shares in fuse(far, SAME_LANGUAGE).values())


def test_a_german_text_among_english_ones_is_judged_by_the_encoder_that_reads_it() -> None:
    candidates = {1: Signals(0.9, 0, english=0.5), 2: Signals(0.8, 0, english=0.1), 3: Signals(0.9, 0)}
    fused = fuse(candidates, ENGLISH)
    assert fused[3]["english"] == fused[3]["cosine"] / ENGLISH.cosine * ENGLISH.english
