from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from kb.articles.article import ArticleKey
from kb.errors import UsageError
from kb.events.store import Store
from kb.reviews import Review, ReviewStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = Review("report-move", "de", NOON, date(2026, 3, 1), "confirmed", "ab12", "anna", "alles richtig")


@pytest.fixture
def reviews(url: str) -> Iterator[ReviewStore]:
    opened = ReviewStore(Store(url))
    yield opened
    opened.close()


def test_a_review_comes_back_as_it_was_newest_first(reviews: ReviewStore) -> None:
    later = replace(ONE, at=NOON + timedelta(days=9), reviewed_on=date(2026, 3, 10), verdict="changed", sha256="cd34")
    english = replace(ONE, language="en")
    assert [reviews.add(one) for one in (later, ONE, english)] == [later, ONE, english]
    assert reviews.history("report-move", "de") == [later, ONE]
    assert len(reviews.history("report-move")) == 3
    assert reviews.history("nothing") == []


def test_the_last_review_of_each_article_by_its_key(reviews: ReviewStore) -> None:
    later, other = replace(ONE, at=NOON + timedelta(days=9)), replace(ONE, article_id="contact")
    for one in (later, other, ONE):
        reviews.add(one)
    assert reviews.last() == {ArticleKey("report-move", "de"): later, ArticleKey("contact", "de"): other}
    assert reviews.last(["contact", "nothing"]) == {ArticleKey("contact", "de"): other}


def test_personal_data_in_a_note_is_taken_out(reviews: ReviewStore) -> None:
    stored = reviews.add(replace(ONE, note="Frag anna.berg@example.de"))
    assert "anna.berg" not in stored.note
    assert reviews.history("report-move") == [stored]


def test_times_are_utc_and_words_are_known() -> None:
    assert replace(ONE, at=NOON.astimezone(timezone(timedelta(hours=5)))) == ONE
    with pytest.raises(UsageError):
        replace(ONE, at=NOON.replace(tzinfo=None))
    with pytest.raises(UsageError, match="no verdict"):
        replace(ONE, verdict="read")
