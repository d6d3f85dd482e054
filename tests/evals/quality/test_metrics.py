from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.quality.metrics import RANKING, auroc, percentiles, ranking, share

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def means(rankings: list[list[str]], relevant: list[set[str]]) -> dict[str, float]:
    return dict(zip(RANKING, ranking(rankings, relevant).mean(axis=0), strict=True))


def test_a_hit_on_rank_two_gives_the_values_of_the_formulas() -> None:
    assert means([["x", "a", "y"]], [{"a"}]) == {
        "ndcg@10": pytest.approx(1 / math.log2(3)),
        "mrr@10": 0.5,
        "recall@1": 0.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
    }


def test_the_order_given_is_kept_whatever_the_ids_are() -> None:
    assert means([["z", "a"], ["a", "z"]], [{"z"}, {"a"}])["recall@1"] == 1.0


def test_each_question_has_its_own_row_and_one_without_any_ranked_article_is_a_miss() -> None:
    values = ranking([[], ["a"], ["x"]], [{"b"}, {"a"}, {"a"}])
    assert values.tolist() == [[0.0] * len(RANKING), [1.0] * len(RANKING), [0.0] * len(RANKING)]


def test_recall_counts_all_relevant_articles_and_nothing_below_rank_ten() -> None:
    names = [str(number) for number in range(12)]
    assert means([names], [{"0", "10"}])["recall@10"] == pytest.approx(0.5)
    assert means([names], [{"10"}])["mrr@10"] == 0.0


def test_more_than_nine_questions_keep_their_order() -> None:
    names = [str(number) for number in range(12)]
    hits = ranking([[name] for name in names], [{name if number % 3 else "x"} for number, name in enumerate(names)])
    assert hits[:, 0].tolist() == [float(number % 3 > 0) for number in range(12)]


def test_without_questions_there_are_no_rows() -> None:
    assert ranking([], []).shape == (0, len(RANKING))


@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_in_the_right_order(positives: list[float], negatives: list[float]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    assert auroc(positives, negatives) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_of_one_side_alone_is_undefined() -> None:
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None


def test_a_share_of_nothing_is_undefined() -> None:
    assert share(0, 0) is None
    assert share(1, 4) == 0.25


def test_percentiles_of_a_known_row() -> None:
    assert percentiles([float(number) for number in range(1, 102)]) == {"p50": 51.0, "p95": 96.0}
    assert percentiles([]) == {"p50": None, "p95": None}
