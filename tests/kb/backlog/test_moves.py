from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kb.articles.article import ArticleKey
from kb.backlog import CLOSED, MOVES, Backlog, Demand, FoundGap, Gap, GapQuestion, RegressionQuestion
from kb.backlog.gap import State
from kb.errors import ConflictError, NotFoundError, UsageError
from kb.events import EventLog, Feedback, QuestionEvent
from kb.events.store import Store
from kb.migrations import config

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
ARTICLE = ArticleKey("neu", "de")
FORK = multiprocessing.get_context("fork")
"""Processes that begin within milliseconds."""


def found(*names: str, priority: float = 1.0) -> FoundGap:
    questions = tuple(GapQuestion(name, f"Wie geht {name}?", NOON, "de") for name in names)
    return FoundGap(f"Wie geht {names[0]}?", "de", "missing", {}, questions, Demand(len(names), 1, 0), priority)


def keep_moving(url: str, told: Connection) -> None:
    """Move the gap on and on, telling its version after each move, until somebody ends the process."""
    own = Backlog(Store(url))
    while True:
        after: State = "review" if own.gap("G-0001").state == "drafting" else "drafting"
        told.send(own.move("G-0001", after, "anna", now=datetime.now(UTC)).version)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def backlog(store: Store) -> Backlog:
    made = Backlog(store)
    made.sync([found("a", "b", "c", priority=2.0), found("x")], NOON)
    return made


def names_of(gap: Gap) -> set[str]:
    return {one.id for one in gap.questions}


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


class TestTwoAtOnce:
    def test_who_saw_an_older_version_is_told_what_happened_and_by_whom(self, backlog: Backlog) -> None:
        seen = backlog.gap("G-0001").version
        backlog.assign("G-0001", "ben", "ben", seen, now=NOON)
        with pytest.raises(ConflictError, match=r"assigned \(ben\): ben assigned it, from open to assigned") as caught:
            backlog.assign("G-0001", "anna", "anna", seen, now=NOON)
        assert "version 2" in caught.value.hint
        assert backlog.gap("G-0001").owner == "ben"

    def test_a_gap_is_taken_from_somebody_only_by_who_has_seen_that(self, backlog: Backlog) -> None:
        backlog.assign("G-0001", "ben", "ben", now=NOON)
        with pytest.raises(ConflictError, match="is ben's already: ben assigned it") as caught:
            backlog.assign("G-0001", "anna", "anna", now=NOON)
        assert "--version 2" in caught.value.hint
        assert backlog.assign("G-0001", "anna", "anna", 2, now=NOON).owner == "anna"

    def test_of_eight_leads_who_take_the_same_gap_one_wins(self, url: str, backlog: Backlog) -> None:
        gate, won, told = threading.Barrier(8), [], []

        def take(name: str) -> None:
            own = Backlog(Store(url))
            gate.wait()
            try:
                won.append(own.assign("G-0001", name, name, 1, now=NOON).owner)
            except ConflictError as error:
                told.append(error.message)
            finally:
                own.close()

        threads = [threading.Thread(target=take, args=(f"lead{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [backlog.gap("G-0001").owner] == won
        assert len(told) == 7
        assert all(f"{won[0]} assigned it" in message for message in told)
        assert len(backlog.history("G-0001")) == 2

    def test_two_processes_that_move_it_on_one_after_the_other_lose_nothing(self, url: str, backlog: Backlog) -> None:
        program = (
            "import sys, datetime\n"
            "from kb.backlog import Backlog\n"
            "from kb.errors import ConflictError\n"
            "from kb.events.store import Store\n"
            f"own = Backlog(Store({url!r}))\n"
            "now, done = datetime.datetime.now(datetime.UTC), 0\n"
            "while done < 10:\n"
            "    gap = own.gap('G-0001')\n"
            "    try:\n"
            "        own.assign('G-0001', sys.argv[1], sys.argv[1], gap.version, now=now)\n"
            "        done += 1\n"
            "    except ConflictError: pass\n"
        )
        both = [subprocess.Popen([sys.executable, "-c", program, name], cwd=ROOT) for name in ("anna", "ben")]
        assert [process.wait(timeout=60) for process in both] == [0, 0]
        assert backlog.gap("G-0001").version == 21
        assert len(backlog.history("G-0001")) == 21


class TestCrash:
    def test_killed_in_the_middle_of_a_move_nothing_of_it_is_there(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/events.sqlite3"
        backlog = Backlog(Store(url))
        backlog.sync([found("a")], NOON)
        program = (
            "import sys, time, datetime\n"
            "from kb.backlog import Backlog, moves\n"
            "from kb.events.store import Store\n"
            "log = moves.write_history\n"
            "def stop(connection, entry):\n"
            "    log(connection, entry)\n"
            "    print('written', flush=True)\n"
            "    time.sleep(60)\n"
            "moves.write_history = stop\n"
            f"Backlog(Store({url!r})).assign('G-0001', 'ben', 'ben', now=datetime.datetime.now(datetime.UTC))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        gap = backlog.gap("G-0001")
        assert (gap.state, gap.owner, gap.version) == ("open", "", 1)
        assert len(backlog.history("G-0001")) == 1
        assert backlog.assign("G-0001", "anna", "anna", 1, now=NOON).owner == "anna"
        backlog.close()

    def test_killed_at_any_moment_state_and_history_agree(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/events.sqlite3"
        backlog = Backlog(Store(url))
        backlog.sync([found("a")], NOON)
        backlog.assign("G-0001", "anna", "anna", now=NOON)
        waits = random.Random(3)
        for _ in range(30):
            ours, theirs = FORK.Pipe(duplex=False)
            mover = FORK.Process(target=keep_moving, args=(url, theirs))
            mover.start()
            done = ours.recv()
            time.sleep(waits.uniform(0.0, 0.02))
            mover.kill()
            mover.join()
            assert mover.exitcode == -signal.SIGKILL
            while ours.poll():
                done = ours.recv()
            history, gap = backlog.history("G-0001"), backlog.gap("G-0001")
            assert gap.version == len(history)
            assert gap.version - done in {
                0,
                1,
            }  # what was told as done is there; a move more may be, before it was told
            assert gap.state == history[-1].to_state
            assert all(one.to_state == two.from_state for one, two in pairwise(history))
        backlog.close()
        with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite3")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class TestMergeAndSplit:
    def test_a_merged_gap_stays_merged_whatever_clusters_say(self, backlog: Backlog) -> None:
        gap = backlog.merge("G-0001", "G-0002", "lea", now=NOON, note="dasselbe Anliegen")
        assert (names_of(gap), gap.demand.questions, gap.priority) == ({"a", "b", "c", "x"}, 4, 3.0)
        assert [one.gap_id for one in backlog.gaps()] == ["G-0001"]
        look = [found("a", "b", "c", priority=2.0), found("x", "y")]
        (gap,) = backlog.sync(look, NOON)
        assert (gap.gap_id, names_of(gap), gap.priority) == ("G-0001", {"a", "b", "c", "x", "y"}, 3.0)
        with pytest.raises(ConflictError, match="was merged into G-0001: lea merged it"):
            backlog.assign("G-0002", "anna", "anna", now=NOON)
        assert backlog.gap("G-0002").merged_into == "G-0001"
        with pytest.raises(UsageError):
            backlog.merge("G-0001", "G-0001", "lea", now=NOON)

    def test_closed_gaps_are_not_merged(self, backlog: Backlog) -> None:
        backlog.move("G-0002", "declined", "ben", now=NOON, reason="nein")
        with pytest.raises(ConflictError, match="G-0002 is declined: ben moved it"):
            backlog.merge("G-0001", "G-0002", "lea", now=NOON)

    def test_a_split_gap_stays_split_whatever_clusters_say(self, backlog: Backlog) -> None:
        backlog.assign("G-0001", "anna", "anna", now=NOON)
        made = backlog.split("G-0001", ["a", "b"], "lea", now=NOON, title="Etwas anderes")
        assert (made.gap_id, made.title, made.owner, made.state) == ("G-0003", "Etwas anderes", "anna", "assigned")
        assert (names_of(made), made.demand.questions) == ({"a", "b"}, 2)
        assert made.priority + backlog.gap("G-0001").priority == pytest.approx(2.0)
        backlog.sync([found("a", "b", "c", "d", priority=2.0), found("x")], NOON)
        assert names_of(backlog.gap("G-0003")) == {"a", "b", "d"}  # what was decided on counts, so the rest follows it
        assert names_of(backlog.gap("G-0001")) == {"c"}

    @pytest.mark.parametrize(("ids", "what"), [(["z"], "z is not"), ([], "leaves"), (["a", "b", "c"], "leaves")])
    def test_a_split_takes_some_of_the_questions(self, backlog: Backlog, ids: list[str], what: str) -> None:
        with pytest.raises(UsageError, match=what):
            backlog.split("G-0001", ids, "lea", now=NOON)


OWNERS = st.sampled_from(["anna", "ben"])
STATES = st.sampled_from(list(MOVES))
NAMES = [f"q{number}" for number in range(8)]


class Machine(RuleBasedStateMachine):
    """Leads and looks at the log, in any order, against one database."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.store = Store(self.url)
        with self.store.write() as connection:
            for table in ("regression_questions", "gap_history", "gap_questions", "gaps"):
                connection.execute(sa.text(f"DELETE FROM {table}"))
        self.backlog = Backlog(self.store)
        self.now = NOON
        self.backlog.sync([found("q0", "q1"), found("q2")], self.now)

    @rule(cut=st.permutations(range(8)), size=st.integers(1, 8), at=st.integers(1, 7), days=st.integers(0, 3))
    def look(self, cut: list[int], size: int, at: int, days: int) -> None:
        self.now += timedelta(days=days)
        cut = cut[:size]
        parts = [[NAMES[one] for one in cut[:at]], [NAMES[one] for one in cut[at:]]]
        looked = [found(*names, priority=float(len(names))) for names in parts if names]
        first = self.backlog.sync(looked, self.now)
        assert self.backlog.sync(looked[::-1], self.now) == first

    @rule(data=st.data(), owner=OWNERS)
    def assign(self, data: st.DataObject, owner: str) -> None:
        gap = data.draw(st.sampled_from(self.backlog.gaps()))
        assert self.backlog.assign(gap.gap_id, owner, owner, gap.version, now=self.now).owner == owner

    @rule(data=st.data(), state=STATES)
    def move(self, data: st.DataObject, state: Any) -> None:
        gap = data.draw(st.sampled_from(self.backlog.gaps()))
        legal = state in MOVES[gap.state] and state != "verified" and (state != "assigned" or gap.owner)
        try:
            moved = self.backlog.move(
                gap.gap_id, state, "lea", now=self.now, reason="darum", until=self.now.date() + timedelta(days=2)
            )
        except ConflictError:
            assert not legal
        else:
            assert legal
            assert moved.state == state

    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        gap = data.draw(st.sampled_from(self.backlog.gaps()))
        try:
            moved = self.backlog.record_check(gap.gap_id, "lea", now=self.now, closes=True, detail={})
        except ConflictError:
            assert gap.state not in {"drafting", "review"}
        else:
            assert moved.state == "verified"

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        gaps = [gap for gap in self.backlog.gaps() if gap.state not in CLOSED]
        if len(gaps) > 1:
            one, two = data.draw(st.permutations(gaps))[:2]
            merged = self.backlog.merge(one.gap_id, two.gap_id, "lea", now=self.now)
            assert names_of(merged) == names_of(one) | names_of(two)

    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        gaps = [gap for gap in self.backlog.gaps() if len(gap.questions) > 1]
        if gaps:
            gap = data.draw(st.sampled_from(gaps))
            assert names_of(self.backlog.split(gap.gap_id, [gap.questions[0].id], "lea", now=self.now)) == {
                gap.questions[0].id
            }

    @invariant()
    def every_question_has_one_gap_and_every_gap_a_history_that_leads_to_its_state(self) -> None:
        gaps = self.backlog.gaps()
        owned = [one.key for gap in gaps for one in gap.questions]
        assert len(owned) == len(set(owned))
        for gap in gaps:
            history = self.backlog.history(gap.gap_id)
            assert history[-1].to_state == gap.state
            for one, two in pairwise(history):
                assert one.to_state == two.from_state
                assert two.from_state == two.to_state or two.to_state in MOVES[two.from_state]
            assert gap.owner or gap.state in {"open", "declined", "snoozed"}
            assert (gap.snoozed_until is not None) == (gap.state == "snoozed")
            assert bool(gap.reason) == (gap.state == "declined")

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()


def test_whatever_leads_and_the_log_do_the_backlog_stays_consistent(tmp_path: Path) -> None:
    class Here(Machine):
        url = f"sqlite:///{tmp_path}/events.sqlite3"

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


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
