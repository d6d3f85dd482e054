"""When an article has to be looked at again. Pure: today is an argument, nothing is read or written."""

from __future__ import annotations

from datetime import date
from typing import Literal, Protocol, TypeAlias

Freshness: TypeAlias = Literal["fresh", "due", "overdue"]

DUE_DAYS = 30
"""An article becomes due this many days before its review date: a month is what a team plans ahead."""


class HasReviewDates(Protocol):
    """What freshness needs of an article; ``kb.articles.article.Article`` has it."""

    @property
    def created_on(self) -> date | None:
        """Day of the first version."""

    @property
    def reviewed_on(self) -> date | None:
        """Day on which somebody last vouched for the content."""

    @property
    def expires_on(self) -> date | None:
        """Last day on which the content holds."""

    @property
    def review_every_days(self) -> int:
        """Days from one review to the next."""


def review_due_on(article: HasReviewDates) -> date | None:
    """The last day on which the article counts as reviewed; None where it bears no date at all.

    Counted from ``reviewed_on``, or from ``created_on`` where nobody has reviewed it since. An earlier ``expires_on``
    comes first.
    """
    last = article.reviewed_on or article.created_on
    if last is None:
        return article.expires_on
    day = _later(last, article.review_every_days)
    return min(day, article.expires_on) if article.expires_on else day


def _later(day: date, days: int) -> date:
    """``day`` plus ``days``, within what a date can hold: the 9999-12-31 of some export must not stop everything."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def freshness(article: HasReviewDates, today: date, due_days: int = DUE_DAYS) -> Freshness:
    """``due`` from ``due_days`` before the review date up to and including it, ``overdue`` after it or once expired.

    An article without any date is ``due``: nobody vouches for it, yet nothing says that it is wrong, so it may answer
    and shows up for review.
    """
    day = review_due_on(article)
    if day is None:
        return "due"
    if today > day:
        return "overdue"
    return "due" if day <= _later(today, due_days) else "fresh"


def is_expired(article: HasReviewDates, today: date) -> bool:
    """Whether the last day on which the content holds has passed."""
    return article.expires_on is not None and today > article.expires_on


def days_overdue(article: HasReviewDates, today: date) -> int:
    """Days since the review date or expiry, 0 where neither has passed."""
    day = review_due_on(article)
    return max((today - day).days, 0) if day else 0
