"""Invented data: the same everywhere, marked as such, and never among real ones."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.demo import SOURCE, WEEKS, load, sample
from ingest.pipeline import ingest
from kb.errors import UsageError
from kb.events import EventLog
from kb.library import Library
from kb.settings import Settings
from tests.fakes import WordEmbedder

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def some(tmp_path: Path):
    """A library with two sample articles."""
    made = Library(tmp_path / "home", Settings())
    made.embedder, made.english = WordEmbedder(), None
    ingest(made, [ROOT / "articles/de/report-move.md", ROOT / "articles/de/payment-methods.md"])
    yield made
    made.close()


def test_the_same_day_gives_the_same_data() -> None:
    assert sample(TODAY) == sample(TODAY)
    assert sample(TODAY) != sample(TODAY + timedelta(days=1))


@pytest.mark.parametrize("today", [TODAY, TODAY + timedelta(days=4)])
def test_everything_lies_in_the_weeks_before_the_day_and_is_marked(today: date) -> None:
    made = sample(today)
    last = datetime(today.year, today.month, today.day, tzinfo=UTC)
    assert all(last - timedelta(weeks=WEEKS + 1) < event.asked_at < last for event in made.questions)
    assert all(event.question_id.startswith(f"{SOURCE}-") for event in made.questions)
    assert all(ticket.ticket_id.startswith(f"{SOURCE}:") for ticket in made.tickets)
    asked = {event.question_id for event in made.questions}
    assert {rating.question_id for rating in made.ratings} <= asked
    assert {action.question_id for action in made.actions} <= asked


def test_both_languages_are_asked_in_and_some_questions_have_no_answer() -> None:
    made = sample(TODAY)
    share = sum(event.language == "en" for event in made.questions) / len(made.questions)
    assert 0.1 < share < 0.5
    assert 0.1 < sum(event.status == "abstained" for event in made.questions) / len(made.questions) < 0.5


def test_the_articles_that_are_named_exist() -> None:
    named = {row["article_id"] for event in sample(TODAY).questions for row in (*event.citations, *event.nearest)}
    assert all((ROOT / "articles/de" / f"{article}.md").is_file() for article in named)


class BrokenOff(EventLog):
    """A log on which somebody presses Ctrl-C while many questions are written."""

    def log_questions(self, events: object, **_: object) -> None:
        raise KeyboardInterrupt


def test_loading_asks_the_articles_and_goes_on_where_it_was_broken_off(some: Library) -> None:
    some.events = BrokenOff(some.database)
    with pytest.raises(KeyboardInterrupt):
        load(some, TODAY)
    some.events = EventLog(some.database)
    asked_already = some.events.counts()["questions"]
    assert asked_already > 0
    written = load(some, TODAY)
    assert some.events.counts()["questions"] == written["questions"] > asked_already
    quoted = {row["article_id"] for event in some.events.questions() for row in event.citations}
    assert quoted <= {"report-move", "payment-methods"}
    waiting, every = some.escalations.escalations(), some.escalations.escalations(open_only=False)
    assert len(waiting) == 4 < len(every)
    assert all(one.note for one in waiting)
    assert [one.at for one in waiting] == sorted(one.at for one in every)[-4:]
    assert {one.reason for one in every} >= {"no_answer", "authority"}
    for today in (TODAY + timedelta(days=shift) for shift in range(0, 30, 3)):
        assert sum(action.kind == "escalated" for action in sample(today).actions) > 4
    with pytest.raises(UsageError, match="already"):
        load(some, TODAY)


def test_sample_data_never_stand_among_real_questions_nor_without_articles(some: Library, tmp_path: Path) -> None:
    some.events.log_question(replace(sample(TODAY).questions[0], question_id="real"))
    with pytest.raises(UsageError, match="holds questions already"):
        load(some, TODAY)
    with pytest.raises(UsageError, match="no articles") as told:
        load(Library(tmp_path / "empty", Settings()), TODAY)
    assert re.search("kb ingest", told.value.hint)
