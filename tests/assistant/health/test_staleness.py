"""The order of review by damage, and its arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import prod

import pytest

from assistant.health.staleness import factors, leaning, stale
from assistant.health.usage import Use
from kb.catalog import ArticleRow

TODAY = date(2026, 11, 25)
ROW = ArticleRow(
    1, "a", "de", "A", "published", "public", "team", (), (), (), None, TODAY, None, 100, (), (), "root", "a.md", "0"
)  # fmt: skip


def aged(days: int, row: ArticleRow = ROW) -> ArticleRow:
    return replace(row, reviewed_on=TODAY - timedelta(days=days))


def values(row: ArticleRow, use: Use, **more: list[str]) -> dict[str, float]:
    return {factor.name: factor.value for factor in factors(row, use, TODAY, **more)}


def test_the_damage_is_the_product_of_the_factors_that_are_shown() -> None:
    use = Use(answers=9, rated=5, bad=4.5)
    (found,) = stale([aged(200)], {"a@de": use}, TODAY, {"a@de": ["b@de"]}, {"a@de": ["c@de"]})
    assert [(factor.name, factor.value) for factor in found.arithmetic] == [
        ("answers", 10),
        ("age", 2.0),
        ("ratings", 5.0),
        ("conflicts", 3.0),
        ("neighbours", 1.5),
    ]
    assert found.damage == pytest.approx(prod(factor.value for factor in found.arithmetic))


def test_age_grows_without_a_step_at_the_review_date() -> None:
    ages = [values(aged(days), Use())["age"] for days in (0, 50, 99, 100, 101, 200)]
    assert ages == [0.1, 0.5, 0.99, 1.0, 1.01, 2.0]


def test_ratings_weigh_nothing_before_there_are_any_and_good_ones_lower_the_damage() -> None:
    assert values(ROW, Use())["ratings"] == 1.0
    assert values(ROW, Use(rated=20))["ratings"] < 1.0 < values(ROW, Use(rated=20, bad=10))["ratings"]


def test_what_is_in_time_uncontradicted_and_rated_well_is_not_listed() -> None:
    assert stale([aged(50)], {"a@de": Use(answers=1000, rated=50, bad=1)}, TODAY, {}, {}) == []
    assert len(stale([aged(50)], {"a@de": Use(answers=10, rated=3, bad=2)}, TODAY, {}, {})) == 1


def test_an_article_leans_on_related_ones_translations_and_its_successor() -> None:
    old = replace(aged(30), related=("b", "c"))
    newer = replace(aged(10), rowid=2, id="b")
    older = replace(aged(40), rowid=3, id="c")
    english = replace(aged(5), rowid=4, language="en")
    successor = replace(aged(1), rowid=5, id="d", supersedes=("a",))
    found = leaning([old, newer, older, english, successor])
    assert found["a@de"] == ["b@de", "a@en", "d@de"]
    assert "c@de" not in found
