"""A log refuses times without a zone, unknown words and unknown questions."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from kb.errors import NotFoundError, UsageError
from kb.events import Action, EventLog, Feedback, schema
from tests.kb.events.questions import NOON, asked


class TestRefusals:
    def test_a_time_without_a_zone_is_refused(self, log: EventLog) -> None:
        naive = datetime(2026, 3, 1)  # noqa: DTZ001
        for make in (
            lambda: asked(asked_at=naive),
            lambda: Feedback("q1", naive, "helpful"),
            lambda: Action("q1", naive, "opened"),
            lambda: log.questions(since=naive),
            lambda: log.questions(until=naive),
        ):
            with pytest.raises(UsageError, match="no time zone"):
                make()

    def test_unknown_words_are_refused_and_the_known_ones_named(self) -> None:
        for make in (
            lambda: asked(status="maybe"),
            lambda: asked(channel="fax"),
            lambda: Feedback("q1", NOON, "great"),  # type: ignore[arg-type]
            lambda: Feedback("q1", NOON, "not_helpful", "boring"),  # type: ignore[arg-type]
            lambda: Action("q1", NOON, "burned"),  # type: ignore[arg-type]
        ):
            with pytest.raises(UsageError, match="Use one of"):
                make()

    def test_what_is_about_an_unknown_question_is_refused_and_not_kept(self, log: EventLog) -> None:
        with pytest.raises(NotFoundError, match="'nope'"):
            log.rate(Feedback("nope", NOON, "helpful"))
        with pytest.raises(NotFoundError):
            log.act(Action("nope", NOON, "opened"))
        with pytest.raises(NotFoundError):
            log.question("no\x00pe")
        assert set(log.counts().values()) == {0}

    def test_the_database_itself_refuses_a_rating_of_nothing(self, log: EventLog) -> None:
        row = {"question_id": "nope", "given_at": NOON, "verdict": "helpful", "comment": "", "actor": ""}
        with pytest.raises(sa.exc.IntegrityError), log._store.write() as connection:
            connection.execute(schema.feedback.insert(), row)

    def test_a_question_is_logged_once(self, log: EventLog) -> None:
        log.log_question(asked())
        with pytest.raises(UsageError, match="in the log already"):
            log.log_question(asked(text="anders"))
        assert log.question("q1").text == asked().text

    def test_many_questions_are_logged_all_or_none(self, log: EventLog) -> None:
        log.log_question(asked("q1200"))
        with pytest.raises(UsageError):
            log.log_questions(asked(f"q{number}") for number in range(1500))
        assert log.counts()["questions"] == 1

    @pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
    def test_other_databases_and_memory_are_refused(self, url: str) -> None:
        with pytest.raises(UsageError, match="event log") as caught:
            EventLog.open(url)
        assert "postgresql+psycopg://" in caught.value.hint
