"""Questions, ratings and actions come back as they were logged."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.events import Action, EventLog, Feedback, QuestionEvent
from tests.databases import new_url
from tests.kb.events.questions import NOON, asked


class TestWhatIsStored:
    def test_a_question_comes_back_as_it_was_returned(self, log: EventLog) -> None:
        stored = log.log_question(
            asked(
                caller_id="t-17",
                reason="nothing near",
                actor="a7",
                session="s1",
                filters={"audience": "internal", "language": None, "products": ["gas"]},
                citations=[{"article_id": "abschlag", "language": "de", "score": 0.7, "freshness": "due"}],
                nearest=[{"article_id": "abschlag", "language": "de", "score": 0.7}],
                timings_ms={"total": 12.5},
            )
        )
        assert log.question("q1") == stored
        assert stored.citations[0]["article_id"] == "abschlag"

    def test_personal_data_never_reaches_the_database(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            stored = log.log_question(asked(text="Herr Müller, anna.berg@example.de, fragt nach dem Abschlag"))
            log.rate(Feedback("q1", NOON, "not_helpful", comment="Herr Müller ist sauer"))
            log.act(Action("q1", NOON, "escalated", note="Rückruf an anna.berg@example.de"))
        assert stored.text == "Herr [name], [email], fragt nach dem Abschlag"
        assert stored.redacted == ("email", "name")
        content = b"".join(path.read_bytes() for path in file.parent.iterdir())
        assert b"Abschlag" in content
        assert "Müller".encode() not in content
        assert b"anna.berg" not in content

    def test_texts_stay_where_redaction_is_turned_off(self, log: EventLog) -> None:
        log.log_question(asked(text="Herr Müller"), redact=False)
        log.rate(Feedback("q1", NOON, "helpful", comment="Herr Müller"), redact=False)
        assert log.question("q1").text == "Herr Müller"
        assert log.feedback_for(["q1"])["q1"][0].comment == "Herr Müller"

    def test_what_no_database_can_hold_is_replaced(self, log: EventLog) -> None:
        stored = log.log_question(asked(text="a\x00b\ud800c", filters={"x": "\x00"}))
        assert stored.text == "a\ufffdb\ufffdc"
        assert log.question("q1") == stored

    def test_the_last_rating_of_an_actor_counts_and_the_earlier_ones_are_kept(self, log: EventLog) -> None:
        log.log_question(asked())
        first = log.rate(Feedback("q1", NOON, "helpful", actor="a"))
        other = log.rate(Feedback("q1", NOON + timedelta(minutes=1), "helpful", actor="b"))
        last = log.rate(Feedback("q1", NOON + timedelta(minutes=2), "not_helpful", "outdated", "alt", "a"))
        assert log.feedback_for(["q1", "unknown"]) == {"q1": (other, last)}
        assert log.feedback_for(["q1"], history=True) == {"q1": (first, other, last)}
        counts = log.counts()
        assert (counts["helpful"], counts["not_helpful"]) == (1, 1)

    def test_of_two_ratings_at_the_same_moment_the_one_written_later_counts(self, log: EventLog) -> None:
        log.log_question(asked())
        log.rate(Feedback("q1", NOON, "helpful", actor="a"))
        last = log.rate(Feedback("q1", NOON, "not_helpful", actor="a"))
        assert log.feedback_for(["q1"]) == {"q1": (last,)}
        assert log.counts()["helpful"] == 0

    def test_actions_come_back_in_the_order_of_their_times(self, log: EventLog) -> None:
        log.log_question(asked())
        late = log.act(Action("q1", NOON + timedelta(hours=1), "escalated", "a", "2nd level", {"ticket": "T-1"}))
        early = log.act(Action("q1", NOON, "copied"))
        assert log.actions_for(["q1"]) == {"q1": (early, late)}
        assert log.counts()["escalated"] == 1

    def test_counts_name_every_word_even_where_there_is_none(self, log: EventLog) -> None:
        assert set(log.counts().values()) == {0}
        log.log_question(asked())
        log.log_question(asked("q2", status="abstained"))
        counts = log.counts()
        assert (counts["questions"], counts["answered"], counts["abstained"]) == (2, 1, 1)


TEXT = st.text(max_size=30)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


ROWS = st.lists(st.dictionaries(TEXT, JSON, max_size=3), max_size=3)


MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_any_question_comes_back_as_stored(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    events = st.builds(
        QuestionEvent,
        *(TEXT, MOMENTS, TEXT, TEXT, st.sampled_from(["answered", "abstained"])),
        *(st.floats(0, 1), st.sampled_from(["cli", "rest", "page", "replay"]), st.none() | TEXT, TEXT, TEXT, TEXT),
        filters=st.dictionaries(TEXT, JSON, max_size=3),
        citations=ROWS,
        nearest=ROWS,
        timings_ms=st.dictionaries(TEXT, st.floats(0, 1e6), max_size=3),
    )
    with new_url(kind, tmp_path, request) as url, EventLog.open(url) as log:

        @given(events, st.booleans())
        @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def holds(event: QuestionEvent, redact: bool) -> None:
            # An id of its own each time: Hypothesis repeats values.
            stored = log.log_question(replace(event, question_id=f"{uuid.uuid4()}{event.question_id}"), redact=redact)
            assert log.question(stored.question_id) == stored

        holds()
