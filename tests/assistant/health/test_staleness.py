"""The order of review by damage, and its arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.health.staleness import against, factors, leaning, stale
from assistant.health.usage import ArticleHistory
from kb.articles.article import ArticleKey
from kb.catalog import ArticleRow

TODAY = date(2026, 11, 25)
ROW = ArticleRow(
    1, "a", "de", "A", "published", "public", "team", (), (), (), None, TODAY, None, 100, (), (), "root", "a.md", "0"
)  # fmt: skip


def aged(days: int, row: ArticleRow = ROW) -> ArticleRow:
    return replace(row, reviewed_on=TODAY - timedelta(days=days))


def other(days: int) -> ArticleRow:
    return replace(aged(days), rowid=2, id="b")


def values(row: ArticleRow, use: ArticleHistory) -> dict[str, float]:
    return {factor.name: factor.value for factor in factors(row, use, TODAY, {})}


def test_the_damage_is_the_product_of_the_factors_that_are_shown() -> None:
    use = ArticleHistory(answers=24, ratings=(1.0, 1.0))
    found = stale(
        [aged(200), other(1)],
        {ArticleKey("a", "de"): use},
        TODAY,
        {ArticleKey("a", "de"): [ArticleKey("b", "de")]},
        {ArticleKey("a", "de"): [ArticleKey("b", "de")]},
    )
    shown = {factor.name: factor.value for factor in found[0].arithmetic}
    assert (shown["answers"], shown["age"], shown["conflicts"], shown["neighbours"]) == (5.0, 1.41, 10.0, 1.5)
    assert shown["ratings"] > 1
    assert found[0].damage == pytest.approx(prod(shown.values()), abs=0.06)


def test_of_two_that_contradict_each_other_the_older_one_comes_first() -> None:
    rows = [aged(50), other(10)]
    conflicts = {ArticleKey("a", "de"): [ArticleKey("b", "de")], ArticleKey("b", "de"): [ArticleKey("a", "de")]}
    found = stale(rows, {}, TODAY, conflicts, {})
    assert [finding.articles[0].key for finding in found] == [ArticleKey("a", "de"), ArticleKey("b", "de")]
    shown = [{factor.name: factor.value for factor in finding.arithmetic} for finding in found]
    assert [values["conflicts"] for values in shown] == [10.0, 3.0]


def test_age_grows_without_a_step_at_the_review_date() -> None:
    ages = [values(aged(days), ArticleHistory())["age"] for days in (0, 50, 99, 100, 101, 200)]
    assert ages == [0.32, 0.71, 0.99, 1.0, 1.0, 1.41]


def test_ratings_weigh_nothing_before_there_are_any_and_good_ones_lower_the_damage() -> None:
    assert values(ROW, ArticleHistory())["ratings"] == 1.0
    assert values(ROW, ArticleHistory(ratings=(0.0,) * 20))["ratings"] < 1.0
    assert values(ROW, ArticleHistory(ratings=(0.0,) * 10 + (1.0,) * 10))["ratings"] > 1.0


def test_late_bad_ratings_are_not_outweighed_by_good_ones_from_before() -> None:
    late = against((0.0,) * 40 + (1.0, 1.0, 0.0, 1.0, 1.0))
    spread = against(((0.0,) * 10 + (1.0,)) * 4)
    assert late > 1 > spread


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=60))
@settings(deadline=None)
def test_one_more_bad_rating_never_speaks_for_an_article(ratings: list[float]) -> None:
    assert against((*ratings, 1.0)) >= against((*ratings, 0.0))
    assert 1 / 30 <= against(ratings) <= 30


def test_what_is_in_time_uncontradicted_and_rated_well_is_not_listed() -> None:
    assert (
        stale(
            [aged(50)],
            {ArticleKey("a", "de"): ArticleHistory(answers=1000, ratings=(0.0,) * 49 + (1.0,))},
            TODAY,
            {},
            {},
        )
        == []
    )
    assert (
        len(
            stale(
                [aged(50)], {ArticleKey("a", "de"): ArticleHistory(answers=10, ratings=(0.0, 1.0, 1.0))}, TODAY, {}, {}
            )
        )
        == 1
    )


def test_an_article_leans_on_related_ones_translations_and_its_successor() -> None:
    old = replace(aged(30), related=("b", "c"))
    newer = replace(aged(10), rowid=2, id="b")
    older = replace(aged(40), rowid=3, id="c")
    english = replace(aged(5), rowid=4, language="en")
    successor = replace(aged(1), rowid=5, id="d", supersedes=("a",))
    found = leaning([old, newer, older, english, successor])
    assert found[ArticleKey("a", "de")] == [ArticleKey("b", "de"), ArticleKey("a", "en"), ArticleKey("d", "de")]
    assert ArticleKey("c", "de") not in found
