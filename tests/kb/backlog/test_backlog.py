from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kb.articles.article import ArticleKey
from kb.backlog import Backlog, Demand, FoundGap, Gap, GapQuestion
from kb.errors import UsageError
from kb.events.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=10)
ROOT = Path(__file__).parents[3]


def question(name: str, **changes: Any) -> GapQuestion:
    made = GapQuestion(name, f"Wie geht {name}?", NOON - timedelta(days=1), "de", signals=("abstained",))
    return replace(made, **changes)


def found(*names: str, **changes: Any) -> FoundGap:
    gap = FoundGap(
        title=f"Wie geht {names[0]}?",
        language="de",
        cause="missing",
        evidence={"best": [{"article_id": "move", "score": 0.4}]},
        questions=tuple(map(question, names)),
        demand=Demand(len(names), len(names), 0),
        priority=float(len(names)),
        arithmetic=({"what": "questions", "value": len(names)},),
        nearest=({"article_id": "move", "language": "de", "title": "Umzug", "score": 0.4},),
        action="write",
    )
    return replace(gap, **changes)


def names_of(gap: Gap) -> set[str]:
    return {one.id for one in gap.questions}


def everything(store: Store) -> dict[str, list[Any]]:
    """All rows of the backlog's tables."""
    tables = ("gaps", "gap_questions", "gap_history", "regression_questions")
    with store.read() as connection:
        return {name: connection.execute(sa.text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in tables}


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def backlog(store: Store) -> Backlog:
    return Backlog(store)


def verify(backlog: Backlog, gap_id: str, now: datetime = NOON) -> Gap:
    if backlog.gap(gap_id).state == "open":
        backlog.assign(gap_id, "anna", "anna", now=now)
    backlog.link(gap_id, ArticleKey("neu", "de"), "anna", now=now, drafting=True)
    return backlog.record_check(gap_id, "anna", now=now, closes=True, detail={"share": 1.0})


class TestSync:
    def test_what_was_found_comes_back_as_it_was(self, backlog: Backlog) -> None:
        given_gap = found("a", "b")
        (gap,) = backlog.sync([given_gap], NOON)
        assert (gap.gap_id, gap.state, gap.owner, gap.version, gap.current) == ("G-0001", "open", "", 1, True)
        assert (gap.title, gap.evidence, gap.demand) == (given_gap.title, given_gap.evidence, given_gap.demand)
        assert gap.questions == given_gap.questions
        assert (gap.arithmetic, gap.nearest) == (given_gap.arithmetic, given_gap.nearest)
        assert (gap.first_seen, gap.created_at) == (NOON - timedelta(days=1), NOON)
        assert backlog.gap("G-0001") == gap
        assert backlog.gaps() == [gap]
        assert [entry.kind for entry in backlog.history("G-0001")] == ["found"]

    def test_the_same_look_twice_changes_nothing(self, backlog: Backlog, store: Store) -> None:
        look = [found("a", "b"), found("c", priority=7.5)]
        first = backlog.sync(look, NOON)
        before = everything(store)
        assert backlog.sync(list(reversed(look)), LATER) == first
        assert everything(store) == before
        assert [gap.gap_id for gap in first] == ["G-0001", "G-0002"]  # by priority

    def test_state_owner_and_article_stay_and_the_description_follows(self, backlog: Backlog) -> None:
        backlog.sync([found("a", "b")], NOON)
        backlog.assign("G-0001", "anna", "lea", now=NOON)
        backlog.link("G-0001", ArticleKey("neu", "de"), "anna", now=NOON, drafting=True)
        (gap,) = backlog.sync([found("b", "c", "d", cause="stale", title="Anders")], LATER)
        assert (gap.gap_id, gap.state, gap.owner, gap.linked) == ("G-0001", "drafting", "anna", ArticleKey("neu", "de"))
        assert (gap.cause, gap.priority) == ("stale", 3.0)
        assert gap.title == "Wie geht a?"  # its name stays once it is somebody's
        assert names_of(gap) == {"a", "b", "c", "d"}

    def test_a_version_that_a_lead_has_seen_stays_good_when_only_demand_grew(self, backlog: Backlog) -> None:
        (seen,) = backlog.sync([found("a")], NOON)
        backlog.sync([found("a", "b")], LATER)
        assert backlog.assign("G-0001", "anna", "anna", seen.version, now=LATER).owner == "anna"

    def test_gaps_of_which_nothing_is_found_any_more_stay_and_say_so(self, backlog: Backlog) -> None:
        backlog.sync([found("a"), found("b")], NOON)
        assert [gap.gap_id for gap in backlog.sync([found("b")], LATER)] == ["G-0002"]
        assert {gap.gap_id: gap.current for gap in backlog.gaps()} == {"G-0001": False, "G-0002": True}
        backlog.sync([found("a"), found("b")], LATER)
        assert all(gap.current for gap in backlog.gaps())

    def test_a_cluster_that_fell_apart_keeps_its_id_where_most_of_it_is(self, backlog: Backlog) -> None:
        backlog.sync([found("a", "b", "c")], NOON)
        backlog.sync([found("a", "x", "y", "z"), found("b", "c")], LATER)
        assert {gap.gap_id: names_of(gap) for gap in backlog.gaps()} == {
            "G-0001": {"b", "c"},
            "G-0002": {"a", "x", "y", "z"},
        }

    def test_clusters_that_grew_together_keep_the_id_of_the_larger_share_and_of_equal_ones_the_older(
        self, backlog: Backlog
    ) -> None:
        backlog.sync([found("a", "b", priority=9), found("c", "d")], NOON)
        (gap,) = backlog.sync([found("a", "b", "c", "d")], LATER)
        assert (gap.gap_id, names_of(gap)) == ("G-0001", {"a", "b", "c", "d"})
        assert not backlog.gap("G-0002").current

    def test_a_question_and_a_ticket_of_the_same_id_are_two(self, backlog: Backlog) -> None:
        ticket = question("a", kind="ticket")
        backlog.sync([found("a"), replace(found("t"), questions=(ticket,), priority=0.5)], NOON)
        assert [len(gap.questions) for gap in backlog.gaps()] == [1, 1]

    def test_a_gap_without_questions_is_refused(self, backlog: Backlog) -> None:
        with pytest.raises(UsageError, match="no question"):
            backlog.sync([replace(found("a"), questions=())], NOON)


class TestNewEvidence:
    def test_a_verified_gap_stays_closed_by_what_was_known(self, backlog: Backlog, store: Store) -> None:
        backlog.sync([found("a", "b"), found("c")], NOON)
        verify(backlog, "G-0001")
        before = everything(store)
        backlog.sync([found("a", "b"), found("c")], LATER)
        assert everything(store) == before
        # What another gap had before and clusters put here today was asked before too.
        assert {gap.gap_id: gap.state for gap in backlog.sync([found("a", "b", "c")], LATER)} == {"G-0001": "verified"}

    def test_a_new_question_reopens_it_for_its_owner_and_says_why(self, backlog: Backlog) -> None:
        backlog.sync([found("a", "b")], NOON)
        verify(backlog, "G-0001")
        (gap,) = backlog.sync([found("b", "n", cause="weak")], LATER)
        assert (gap.state, gap.owner, gap.cause, gap.linked) == ("assigned", "anna", "weak", ArticleKey("neu", "de"))
        entry = backlog.history("G-0001")[-1]
        assert (entry.kind, entry.actor, entry.from_state, entry.to_state) == ("reopened", "", "verified", "assigned")
        assert entry.detail == {"questions": ["n"]}
        assert verify(backlog, "G-0001", LATER).state == "verified"

    def test_pieces_of_a_closed_gap_come_back_to_it_and_twice_changes_nothing(
        self, backlog: Backlog, store: Store
    ) -> None:
        backlog.sync([found("a", "b", "c", "d")], NOON)
        verify(backlog, "G-0001")
        look = [found("a", "b"), found("c", "d", "n")]
        (gap,) = backlog.sync(look, LATER)
        assert (gap.gap_id, gap.state, gap.priority) == ("G-0001", "assigned", 5.0)
        before = everything(store)
        backlog.sync(look, LATER)
        assert everything(store) == before

    def test_a_declined_gap_is_left_alone_until_demand_has_doubled(self, backlog: Backlog) -> None:
        backlog.sync([found("a", "b")], NOON)
        backlog.move("G-0001", "declined", "lea", now=NOON, reason="gehört zur Technik")
        assert backlog.sync([found("a", "b", "c")], LATER)[0].state == "declined"
        (gap,) = backlog.sync([found("a", "b", "c", "d")], LATER)
        assert (gap.state, gap.reason) == ("open", "")
        assert backlog.history("G-0001")[1].note == "gehört zur Technik"

    def test_a_gap_that_wakes_is_described_by_the_look_that_wakes_it(self, backlog: Backlog) -> None:
        backlog.sync([found("a")], NOON)
        backlog.move("G-0001", "snoozed", "anna", now=NOON, until=LATER.date())
        looked = [found("b", "a", priority=2.0)]
        (gap,) = first = backlog.sync(looked, LATER)
        assert (gap.title, gap.state) == (looked[0].title, "open")
        assert backlog.sync(looked, LATER) == first

    def test_a_snoozed_gap_wakes_on_its_day_whatever_is_asked(self, backlog: Backlog) -> None:
        backlog.sync([found("a")], NOON)
        backlog.assign("G-0001", "anna", "lea", now=NOON)
        backlog.move("G-0001", "snoozed", "anna", now=NOON, until=LATER.date())
        before = LATER - timedelta(days=1)
        assert backlog.sync([found("a", "b", "c")], before)[0].state == "snoozed"
        (gap,) = backlog.sync([found("a")], LATER)
        assert (gap.state, gap.owner, gap.snoozed_until) == ("assigned", "anna", None)
        assert backlog.history("G-0001")[-1].kind == "woken"
