"""Fitting the fusion: what a mixture of signals does to a question's ranking."""

from __future__ import annotations

import numpy as np
import pytest

from evals.fitting.weights import SIGNALS, Pool, _fit, _ndcg


def pool(split: str = "dev", relevant: tuple[int, ...] = (1,)) -> Pool:
    """Three articles: the first wins by cosine, the second, in its second chunk, by BM25."""
    levels = np.zeros((4, len(SIGNALS)))
    levels[:, SIGNALS.index("cosine")] = [0.9, 0.1, 0.2, 0.3]
    levels[:, SIGNALS.index("bm25")] = [0.1, 0.0, 0.9, 0.3]
    return Pool("set", "same_language", split, levels, np.array([0, 1, 1, 2]), relevant, len(relevant))


def mixture(**weights: float) -> np.ndarray:
    return np.array([[weights.get(signal, 0.0) for signal in SIGNALS]])


@pytest.mark.parametrize(
    ("weights", "expected"),
    [({"bm25": 1.0}, 1.0), ({"cosine": 1.0}, 1 / np.log2(4)), ({"cosine": 0.5, "bm25": 0.5}, 1.0)],
)
def test_an_article_scores_as_its_best_chunk(weights, expected: float) -> None:
    assert _ndcg(pool(), mixture(**weights)) == pytest.approx([expected])


def test_a_tie_counts_against_and_what_was_not_found_is_a_miss() -> None:
    assert _ndcg(pool(), mixture()) == pytest.approx([1 / np.log2(4)])
    missed = Pool("set", "same_language", "dev", pool().levels, pool().articles, (), 1)
    assert _ndcg(missed, mixture(bm25=1.0)) == pytest.approx([0.0])


def test_the_weights_that_are_fitted_add_up_to_one_and_find_the_signal_that_tells() -> None:
    result = _fit("same_language", [pool(), pool("test")])
    assert sum(result["fitted"].values()) == pytest.approx(1.0)
    assert result["fitted"]["bm25"] > result["fitted"]["cosine"]
    assert result["ndcg@10"]["test"]["set"]["bm25"] == 1.0
