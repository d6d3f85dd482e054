from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.freshness import days_overdue, freshness, is_expired, review_due_on

TODAY = date(2026, 11, 23)


@dataclass
class Dates:
    created_on: date | None = None
    reviewed_on: date | None = None
    expires_on: date | None = None
    review_every_days: int = 180


def reviewed(days_ago: int) -> Dates:
    return Dates(reviewed_on=TODAY - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [(0, "fresh"), (149, "fresh"), (150, "due"), (180, "due"), (181, "overdue"), (900, "overdue")],
)
def test_an_article_is_due_for_30_days_up_to_its_review_date_and_overdue_after_it(days_ago: int, state: str) -> None:
    assert freshness(reviewed(days_ago), TODAY) == state


def test_the_time_in_which_an_article_is_due_can_be_chosen() -> None:
    assert freshness(reviewed(179), TODAY, due_days=0) == "fresh"
    assert freshness(reviewed(100), TODAY, due_days=90) == "due"


def test_without_a_review_the_day_of_creation_counts() -> None:
    assert freshness(Dates(created_on=TODAY - timedelta(days=200)), TODAY) == "overdue"


def test_a_review_counts_more_than_the_creation() -> None:
    assert freshness(Dates(created_on=date(2020, 1, 1), reviewed_on=TODAY), TODAY) == "fresh"


def test_without_any_date_an_article_is_due() -> None:
    assert freshness(Dates(), TODAY) == "due"
    assert days_overdue(Dates(), TODAY) == 0


def test_the_last_day_of_validity_still_holds() -> None:
    assert not is_expired(Dates(expires_on=TODAY), TODAY)
    assert is_expired(Dates(expires_on=TODAY - timedelta(days=1)), TODAY)


def test_an_expired_article_is_overdue_however_recent_its_review() -> None:
    dates = Dates(reviewed_on=TODAY, expires_on=TODAY - timedelta(days=3))
    assert freshness(dates, TODAY) == "overdue"
    assert days_overdue(dates, TODAY) == 3


@given(st.integers(-1000, 1000), st.integers(1, 730), st.integers(0, 400))
def test_only_an_overdue_article_has_days_overdue(days_ago: int, every: int, due_days: int) -> None:
    dates = Dates(reviewed_on=TODAY - timedelta(days=days_ago), review_every_days=every)
    day = review_due_on(dates)
    assert day is not None
    overdue = freshness(dates, TODAY, due_days) == "overdue"
    assert overdue is (day < TODAY)
    assert overdue is (days_overdue(dates, TODAY) > 0)


def test_the_end_of_time_stops_nothing() -> None:
    for dates in (
        Dates(reviewed_on=date.max),
        Dates(expires_on=date.max),
        Dates(reviewed_on=date.max, expires_on=date.max),
    ):
        assert (review_due_on(dates), freshness(dates, TODAY)) == (date.max, "fresh")
    assert freshness(Dates(reviewed_on=date.min), TODAY) == "overdue"
    assert freshness(Dates(reviewed_on=TODAY), TODAY, due_days=10**7) == "due"
