"""Reading a log: periods, pages, many questions."""

from __future__ import annotations

import time
from datetime import UTC, timedelta, timezone
from pathlib import Path

from kb.events import EventLog
from tests.kb.events.questions import NOON, asked


class TestReading:
    def test_a_period_holds_its_start_and_not_its_end(self, log: EventLog) -> None:
        log.log_questions(asked(f"q{hour}", asked_at=NOON + timedelta(hours=hour)) for hour in (3, 1, 2, 0))
        found = [event.question_id for event in log.questions(NOON + timedelta(hours=1), NOON + timedelta(hours=3))]
        assert found == ["q1", "q2"]
        assert [event.question_id for event in log.questions()] == ["q0", "q1", "q2", "q3"]

    def test_a_period_may_be_given_in_any_time_zone(self, log: EventLog) -> None:
        log.log_question(asked(asked_at=NOON.astimezone(timezone(timedelta(hours=2)))))
        assert log.question("q1").asked_at == NOON
        assert log.question("q1").asked_at.tzinfo is UTC
        assert len(list(log.questions(NOON.astimezone(timezone(timedelta(hours=-9)))))) == 1

    def test_pages_neither_skip_nor_repeat_questions_of_the_same_moment(self, log: EventLog) -> None:
        ids = {f"q{number:04}" for number in range(2500)}
        log.log_questions(asked(question_id) for question_id in sorted(ids))
        found = [event.question_id for event in log.questions()]
        assert len(found) == 2500
        assert set(found) == ids
        assert log.feedback_for(ids) == {}

    def test_a_reader_in_the_middle_keeps_no_writer_waiting(self, log: EventLog) -> None:
        log.log_questions(asked(f"q{number}") for number in range(3))
        reading = log.questions()
        next(reading)
        log.log_question(asked("later"))
        assert len(list(reading)) == 2


def test_a_hundred_thousand_questions_stay_fast(file: Path) -> None:
    with EventLog.open(f"sqlite:///{file}") as log:
        times = ((number, NOON + timedelta(seconds=number)) for number in range(100_000))
        log.log_questions((asked(f"q{number}", asked_at=moment) for number, moment in times), redact=False)
        start = time.process_time()
        found = list(log.questions(NOON + timedelta(seconds=99_000), NOON + timedelta(seconds=99_100)))
        log.log_question(asked("one more"))
        log.counts()
        assert time.process_time() - start < 1  # 0.1 s are measured; without an index the period alone takes longer
    assert len(found) == 100
