from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.gaps import ranking
from assistant.gaps.cases import Case
from assistant.gaps.cause import Diagnosis
from assistant.gaps.parameters import PriorityParameters
from assistant.gaps.ranking import GapCandidate, demand, merge
from kb.settings import GapSettings
from tests.assistant.gaps.samples import NOW, TODAY, case, directions


def candidate(
    cases: list[Case], cause: str = "missing", name: str = "", scope_score: float = 0.0, seed: int = 1
) -> GapCandidate:
    diagnosis = Diagnosis(cause, ("de",), {}, (), "", name, scope_score)  # type: ignore[arg-type]
    return GapCandidate(tuple(cases), diagnosis, directions(1, seed)[0])


def priority(candidate: GapCandidate, zone: str = "UTC") -> tuple[float, tuple[ranking.Row, ...]]:
    return ranking.priority(candidate, TODAY, GapSettings(), zone, PriorityParameters())


def test_a_person_counts_once_and_tickets_by_themselves() -> None:
    cases = [case(1, actor="a"), case(2, actor="a"), case(3, actor="b"), case(4, kind="ticket")]
    assert demand(cases) == demand(cases[::-1])
    assert (demand(cases).questions, demand(cases).actors, demand(cases).tickets) == (3, 2, 1)
    cost, rows = priority(candidate(cases))
    assert {row["what"]: row["count"] for row in rows} == {"askers": 2, "tickets": 1}
    assert cost == pytest.approx(2 * 5 + 15)


def test_the_rows_add_up_to_the_priority() -> None:
    old = NOW - timedelta(days=45)
    cases = [case(1), case(2, asked_at=old, signals=("abstained", "escalated")), case(3, signals=("not_helpful",))]
    cost, rows = priority(candidate(cases))
    assert cost == pytest.approx(sum(row["value"] for row in rows), abs=0.01)
    assert next(row for row in rows if row["what"] == "escalations")["value"] == pytest.approx(10.0)


def test_the_age_of_a_question_is_counted_in_the_days_of_the_team() -> None:
    late = candidate([case(1, asked_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))])
    (berlin,), (utc,) = (priority(late, zone)[1] for zone in ("Europe/Berlin", "UTC"))
    assert berlin["decay"] == 1.0 > utc["decay"]


def test_what_is_off_topic_costs_nothing_and_the_edge_of_the_subject_little() -> None:
    off, rows = priority(candidate([case(1)], "out_of_scope"))
    assert (off, rows[-1]["factor"]) == (0.0, 0.0)
    near_, edge = (priority(candidate([case(1)], scope_score=score))[0] for score in (0.0, -1.8))
    assert 0 < edge < near_


def test_what_one_article_mends_is_one_gap() -> None:
    made = merge(
        [candidate([case(1)], "stale", "a"), candidate([case(2)], "stale", "a"), candidate([case(3)], "stale", "b")],
        0.5,
    )
    assert [[one.id for one in found.cases] for found in made] == [["q1", "q2"], ["q3"]]


def test_missing_answers_are_put_together_where_they_are_near() -> None:
    made = merge([candidate([case(1)], seed=1), candidate([case(2)], seed=1), candidate([case(3)], seed=7)], 0.5)
    assert sorted(len(one.cases) for one in made) == [1, 2]


def test_nothing_found_merges_to_nothing() -> None:
    assert merge([], 0.5) == []
