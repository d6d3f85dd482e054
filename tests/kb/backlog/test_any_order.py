"""Whatever leads do in whatever order, the backlog stays consistent."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kb.backlog import CLOSED, MOVES, Backlog
from kb.errors import ConflictError
from kb.events.store import Store
from tests.kb.backlog.found_gaps import NOON, found, names_of

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
