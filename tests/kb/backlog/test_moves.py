"""The moves of a gap from open to closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kb.backlog import Backlog, RegressionQuestion
from kb.errors import ConflictError, NotFoundError, UsageError
from kb.events import EventLog, Feedback, QuestionEvent
from kb.events.store import Store
from kb.migrations import config
from tests.kb.backlog.found_gaps import ARTICLE, NOON, found


class TestMoves:
    def test_the_way_from_open_to_verified_is_on_record(self, backlog: Backlog) -> None:
        backlog.assign("G-0001", "anna", "lea", now=NOON, note="bitte bis Freitag")
        backlog.link("G-0001", ARTICLE, "anna", now=NOON, drafting=True)
        backlog.move("G-0001", "review", "anna", now=NOON)
        filters = {"audience": "public"}
        kept = RegressionQuestion("a", "question", "Wie geht a?", "de", filters, "G-0001", ARTICLE, "f0", NOON)
        gap = backlog.record_check("G-0001", "lea", now=NOON, closes=True, detail={"share": 1.0}, regression=[kept])
        assert (gap.state, gap.owner, gap.version) == ("verified", "anna", 5)
        assert [(one.kind, one.actor, one.from_state, one.to_state) for one in backlog.history("G-0001")] == [
            ("found", "", "open", "open"),
            ("assigned", "lea", "open", "assigned"),
            ("linked", "anna", "assigned", "drafting"),
            ("moved", "anna", "drafting", "review"),
            ("checked", "lea", "review", "verified"),
        ]
        assert backlog.history("G-0001")[1].note == "bitte bis Freitag"
        assert backlog.regression_questions() == backlog.regression_questions("G-0001") == [kept]
        assert backlog.regression_questions("G-0002") == []
        assert len(backlog.entries(NOON, NOON + timedelta(seconds=1))) == 6
        assert backlog.entries(None, NOON) == []

    def test_what_a_state_does_not_allow_names_what_it_does_and_what_happened(self, backlog: Backlog) -> None:
        with pytest.raises(ConflictError, match="cannot move to review: it was found, on 2026-03-01") as caught:
            backlog.move("G-0001", "review", "anna", now=NOON)
        assert caught.value.hint == "From open it may move to: assigned, declined, snoozed."
        backlog.move("G-0001", "declined", "ben", now=NOON, reason="gehört zur Technik")
        with pytest.raises(ConflictError, match="ben moved it, from open to declined"):
            backlog.move("G-0001", "drafting", "anna", now=NOON)
        assert backlog.gap("G-0001").reason == "gehört zur Technik"

    def test_nobody_moves_a_gap_to_verified_by_hand(self, backlog: Backlog) -> None:
        backlog.link("G-0001", ARTICLE, "anna", now=NOON, drafting=True)
        backlog.move("G-0001", "review", "anna", now=NOON)
        with pytest.raises(ConflictError, match="closes when its own questions are answered") as caught:
            backlog.move("G-0001", "verified", "anna", now=NOON)
        assert "kb gaps verify G-0001" in caught.value.hint

    @pytest.mark.parametrize(
        ("state", "options", "missing"),
        [
            ("declined", {}, "--reason"),
            ("declined", {"reason": "  "}, "--reason"),
            ("snoozed", {}, "--until"),
            ("snoozed", {"until": NOON.date()}, "--until"),
            ("nowhere", {}, "open, assigned"),
        ],
    )
    def test_a_move_says_what_it_lacks(
        self, backlog: Backlog, state: Any, options: dict[str, Any], missing: str
    ) -> None:
        with pytest.raises(UsageError) as caught:
            backlog.move("G-0001", state, "anna", now=NOON, **options)
        assert missing in caught.value.hint

    def test_what_leads_note_is_stored_without_personal_data(self, backlog: Backlog) -> None:
        gap = backlog.move("G-0001", "declined", "lea", now=NOON, reason="Herr Müller irrt sich")
        assert gap.reason == backlog.history("G-0001")[-1].note == "Herr [name] irrt sich"

    def test_assigned_needs_somebody(self, backlog: Backlog) -> None:
        with pytest.raises(ConflictError, match="no owner"):
            backlog.move("G-0001", "assigned", "anna", now=NOON)
        with pytest.raises(UsageError):
            backlog.assign("G-0001", " ", "anna", now=NOON)

    def test_who_gives_a_gap_back_is_not_its_owner_any_more(self, backlog: Backlog) -> None:
        backlog.assign("G-0001", "anna", "anna", now=NOON)
        assert backlog.move("G-0001", "open", "anna", now=NOON).owner == ""

    def test_a_gap_that_is_not_there_is_named(self, backlog: Backlog) -> None:
        with pytest.raises(NotFoundError, match="G-0099"):
            backlog.gap("G-0099")
        with pytest.raises(UsageError, match="'x' is not the id"):
            backlog.move("x", "open", "anna", now=NOON)

    def test_a_check_that_fails_is_kept_and_moves_nothing(self, backlog: Backlog) -> None:
        backlog.link("G-0001", ARTICLE, "anna", now=NOON, drafting=True)
        gap = backlog.record_check("G-0001", "anna", now=NOON, closes=False, detail={"share": 0.5})
        assert gap.state == "drafting"
        assert backlog.history("G-0001")[-1].detail == {"share": 0.5}


def test_a_log_of_the_first_release_keeps_what_is_in_it(url: str) -> None:
    from alembic import command

    engine = sa.create_engine(url)
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
        assert set(sa.inspect(connection).get_table_names()) == {"alembic_version", "questions", "feedback", "actions"}
        zone = "+00:00" if engine.name == "postgresql" else ""  # SQLite keeps none
        old = {"question_id": "q1", "caller_id": "t1", "at": f"2026-03-01 12:00:00{zone}"}
        connection.execute(
            sa.text(
                "INSERT INTO questions VALUES (:question_id, :caller_id, :at, 'Wie geht a?', 'de', 'abstained', 0.1,"
                " NULL, 'a7', '', 'cli', '{}', '[]', '[]', '{}', '[]')"
            ),
            old,
        )
    engine.dispose()
    with EventLog.open(url) as log:
        (event,) = log.asked_as(["t1"])["t1"]
        assert event == QuestionEvent(
            "q1", NOON, "Wie geht a?", "de", "abstained", 0.1, "cli", actor="a7", caller_id="t1"
        )
        log.rate(Feedback("q1", NOON, "not_helpful"))
    store = Store(url)
    assert Backlog(store).sync([found("q1")], NOON)[0].gap_id == "G-0001"
    store.close()
