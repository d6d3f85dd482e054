"""Figures of a period, from what was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.reports.figures.compute import Cases, FirstDays, compute
from assistant.reports.figures.gap_history import GapHistory, gap_values
from assistant.reports.figures.measures import quantile
from assistant.reports.figures.period import Period, latest, moments
from assistant.reports.figures.questions import QuestionCase, question_cases
from assistant.reports.figures.tickets import TicketCase, ticket_cases
from kb.articles.article import ArticleKey
from kb.backlog.gap import HistoryEntry, State
from kb.errors import UsageError
from kb.events import Action, EventLog, Feedback, QuestionEvent
from kb.tickets import Ticket

MONDAY = date(2026, 11, 16)
WEEK = Period(MONDAY, date(2026, 11, 22), "Europe/Berlin")
NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


def asked(who: str, day: date = MONDAY, **changes: object) -> QuestionCase:
    return replace(QuestionCase(day, "de", answered=True, who=who), **changes)


def many(number: int, **changes: object) -> list[QuestionCase]:
    return [asked(f"p{n}", **changes) for n in range(number)]


class TestPeriod:
    def test_a_week_and_a_month_are_compared_with_the_one_before(self) -> None:
        assert (WEEK.kind, WEEK.before()) == ("week", Period(date(2026, 11, 9), date(2026, 11, 15), "Europe/Berlin"))
        month = latest("month", date(2026, 3, 1))
        assert (month.first, month.last, month.kind) == (date(2026, 2, 1), date(2026, 2, 28), "month")
        assert month.before() == Period(date(2026, 1, 1), date(2026, 1, 31))

    def test_other_days_are_compared_with_as_many_before(self) -> None:
        period = Period(date(2026, 11, 3), date(2026, 11, 5))
        assert (period.kind, period.before()) == ("days", Period(date(2026, 10, 31), date(2026, 11, 2)))

    def test_the_last_week_is_over(self) -> None:
        assert latest("week", MONDAY).last == date(2026, 11, 15)
        assert latest("week", date(2026, 11, 22)).last == date(2026, 11, 15)

    def test_days_begin_at_midnight_where_the_team_works_also_when_clocks_change(self) -> None:
        change = Period(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin")
        assert change.since == datetime(2026, 10, 24, 22, tzinfo=UTC)
        assert change.until - change.since == timedelta(hours=25)
        assert change.day_of(datetime(2026, 10, 24, 22, 30, tzinfo=UTC)) == date(2026, 10, 25)

    def test_the_trend_has_whole_weeks_that_end_no_later_than_the_period(self) -> None:
        weeks = Period(date(2026, 10, 1), date(2026, 10, 31)).weeks()
        assert len(weeks) == 8
        assert all(week.kind == "week" for week in weeks)
        assert weeks[-1].last == date(2026, 10, 25)
        assert WEEK.weeks()[-1] == WEEK

    def test_a_period_that_ends_before_it_begins_and_an_unknown_zone_are_refused(self) -> None:
        with pytest.raises(UsageError, match="before it begins"):
            Period(MONDAY, MONDAY - timedelta(days=1))
        with pytest.raises(UsageError, match="not a time zone"):
            Period(MONDAY, MONDAY, "Mars/Olympus")


class TestQuestions:
    def test_shares_are_of_those_of_which_it_is_known(self) -> None:
        cases = [*many(6), *many(2, answered=False), *many(6, helpful=True), asked("p9", helpful=False, rater="r9")]
        cases = [replace(case, rater=case.who) if case.helpful else case for case in cases]
        totals = compute(WEEK, Cases(cases), 5).totals
        assert totals["questions"].value == 15
        assert totals["answered_share"].value == pytest.approx(13 / 15)
        assert (totals["helpful_share"].value, totals["helpful_share"].known) == (pytest.approx(6 / 7), 7)
        assert totals["known_share"].value is None

    def test_what_fewer_than_five_rated_is_not_reported_while_the_questions_are(self) -> None:
        cases = [*many(8), *(asked("p1", helpful=True, rater="r1") for _ in range(9))]
        totals = compute(WEEK, Cases(cases), 5).totals
        assert totals["questions"].value == 17
        assert totals["helpful_share"].hidden

    def test_known_new_and_asked_before_make_up_all(self) -> None:
        cases = [
            *many(6, novelty="answered"),
            *many(3, novelty="asked_before", answered=False),
            *many(1, novelty="new", answered=False),
        ]
        totals = compute(WEEK, Cases(cases), 1).totals
        assert [totals[key].value for key in ("known_share", "asked_before_share", "new_share")] == [0.9, 0.3, 0.1]

    def test_the_period_before_and_the_weeks_are_counted_by_themselves(self) -> None:
        cases = [*many(7), *many(9, day=MONDAY - timedelta(days=1)), *many(6, day=MONDAY - timedelta(days=49))]
        figures = compute(WEEK, Cases(cases), 5)
        assert (figures.totals["questions"].value, figures.before["questions"].value) == (7, 9)
        assert [part.values["questions"].value for part in figures.trend] == [6, 0, 0, 0, 0, 0, 9, 7]
        assert [part.values["questions"].value for part in figures.days] == [7, 0, 0, 0, 0, 0, 0]

    def test_a_day_that_few_asked_on_cannot_be_computed_from_the_week(self) -> None:
        days = [MONDAY + timedelta(days=n) for n in range(3)]
        cases = [*many(9, day=days[0]), *many(6, day=days[1]), *many(2, day=days[2])]
        figures = compute(WEEK, Cases(cases), 5)
        assert figures.totals["questions"].value == 17
        assert [part.values["questions"].hidden for part in figures.days] == [False, True, True] + [False] * 4

    def test_weeks_of_a_month_do_not_give_its_other_days_away(self) -> None:
        month = Period(date(2026, 11, 1), date(2026, 11, 30))
        whole = [date(2026, 11, day) for day in (2, 9, 16, 23)]
        cases = [case for day in whole for case in many(8, day=day)]
        few_days_left = [*cases, *many(2, day=date(2026, 11, 30))]
        many_left = [*cases, *many(6, day=date(2026, 11, 30))]
        hidden = [part.values["questions"].hidden for part in compute(month, Cases(few_days_left), 5).trend]
        assert sum(hidden) == 1
        assert not any(part.values["questions"].hidden for part in compute(month, Cases(many_left), 5).trend)

    def test_a_log_is_read_with_its_last_ratings_and_actions(self, tmp_path) -> None:
        with EventLog.open(f"sqlite:///{tmp_path}/events.sqlite3") as log:
            cited = ({"article_id": "move", "language": "de"}, {"article_id": "move", "language": "de"})
            log.log_question(QuestionEvent("q1", NOON, "Umzug?", "de-AT", "answered", 0.9, "page", citations=cited))
            log.log_question(QuestionEvent("q2", NOON, "Fernwärme?", "de", "abstained", 0.1, "page", actor="anna"))
            log.rate(Feedback("q1", NOON, "not_helpful", actor="x"))
            log.rate(Feedback("q1", NOON + timedelta(hours=1), "helpful", actor="x"))
            log.act(Action("q1", NOON, "copied"))
            log.act(Action("q2", NOON, "escalated"))
            first, second = question_cases(log, WEEK.since, WEEK.until, WEEK.day_of)
        assert (first.language, first.helpful, first.rater, first.used, first.articles) == (
            "de", True, "x", True, (ArticleKey("move", "de"),),
        )  # fmt: skip
        assert (first.who, second.who) == ("?q1", "anna")
        assert (second.answered, second.escalated, second.helpful) == (False, True, None)


class TestTickets:
    def ticket(self, number: int, **changes: object) -> Ticket:
        made = Ticket(f"desk:{number}", "desk", NOON, "Umzug", "Wie?", "de", product="Strom", agent=f"a{number}")
        return replace(made, **changes)

    def test_times_are_medians_with_their_coverage(self) -> None:
        minutes = [10, 20, 30, 40, 500]
        tickets = [
            self.ticket(n, first_response_at=NOON + timedelta(minutes=wait)) for n, wait in enumerate(minutes)
        ] + [self.ticket(9)]
        totals = compute(WEEK, Cases(tickets=ticket_cases(tickets, WEEK.day_of)), 5).totals
        median = totals["first_response_median"]
        assert (median.value, median.known, median.of) == (1800, 5, 6)
        assert totals["first_response_p90"].value == 30_000

    def test_an_answer_before_the_question_is_not_a_time(self) -> None:
        (case,) = ticket_cases([self.ticket(1, first_response_at=NOON - timedelta(minutes=1))], WEEK.day_of)
        assert case.first_response_s is None

    def test_the_link_rate_is_of_solved_tickets_where_links_are_told_at_all(self) -> None:
        solved = NOON + timedelta(hours=1)
        tickets = [self.ticket(n, resolved_at=solved, article_ids=("move",) if n < 3 else ()) for n in range(6)]
        silent = [self.ticket(n, source="other", resolved_at=solved) for n in range(10, 16)]
        totals = compute(WEEK, Cases(tickets=ticket_cases([*tickets, *silent], WEEK.day_of)), 5).totals
        assert (totals["link_rate"].value, totals["link_rate"].known, totals["link_rate"].of) == (0.5, 6, 12)

    def test_a_product_that_few_people_handled_is_put_with_the_others(self) -> None:
        cases = [
            TicketCase(MONDAY, product, "", "", f"{product}{n}")
            for product, number in (("Strom", 9), ("Gas", 6))
            for n in range(number)
        ]
        cases += [TicketCase(MONDAY, "Wärme", "", "", "anna")] * 20
        groups = compute(WEEK, Cases(tickets=cases), 5).groups["ticket_product"]
        assert [(group.size, group.values["tickets"].value) for group in groups] == [(1, 9), (2, 26)]


class TestGaps:
    def at(self, day: int) -> datetime:
        return datetime(2026, 11, day, 12, tzinfo=UTC)

    def entry(self, day: int, before: State, after: State) -> HistoryEntry:
        return HistoryEntry("G-1", self.at(day), "moved", "lead", before, after)

    def test_opened_closed_and_reopened_are_counted_where_they_happened(self) -> None:
        gaps = [
            GapHistory(self.at(2), [self.entry(10, "assigned", "drafting"), self.entry(18, "review", "verified")]),
            GapHistory(self.at(2), [self.entry(4, "review", "verified"), self.entry(19, "verified", "assigned")]),
            GapHistory(self.at(17)),
            GapHistory(self.at(28)),
        ]
        values = {key: value.value for key, value in gap_values(gaps, WEEK).items()}
        assert values == {
            "gaps_opened": 1,
            "gaps_verified": 1,
            "gaps_declined": 0,
            "gaps_reopened": 1,
            "gaps_open": 2,
            "closure_median": 16 * 86_400,
        }
        assert compute(WEEK, Cases(gaps=gaps), 5).gap_states == {"open": 1, "assigned": 1, "verified": 1}


def test_before_the_log_began_there_is_no_nought_but_nothing_known() -> None:
    cases = [*many(7), *many(9, day=MONDAY - timedelta(days=3))]
    began = FirstDays(questions=MONDAY - timedelta(days=3), tickets=None, gaps=MONDAY - timedelta(days=7))
    figures = compute(WEEK, Cases(cases, began=began), 5)
    assert figures.totals["questions"].value == 7
    assert figures.before["questions"].value is None
    assert not figures.before["questions"].hidden
    assert figures.before["gaps_open"].value == 0
    assert [part.values["questions"].value for part in figures.trend] == [None] * 7 + [7]


def test_a_quantile_is_a_value_that_was_measured() -> None:
    assert [quantile([4, 1, 3, 2], share) for share in (0.5, 0.9, 1.0)] == [2, 4, 4]
    assert quantile([7], 0.5) == 7
    assert quantile([], 0.5) is None


def test_nothing_at_all_has_figures_too() -> None:
    figures = compute(WEEK, Cases(), 5)
    assert figures.totals["questions"].value == 0
    assert not any(value.hidden for value in figures.totals.values())
    assert figures.groups == {}


def test_days_begin_and_end_at_midnight_of_the_time_zone() -> None:
    begin, end = moments(date(2026, 7, 1), date(2026, 11, 1), "Europe/Berlin")
    assert (begin, end) == (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 11, 1, 23, tzinfo=UTC))
    assert moments(None, None, "Europe/Berlin") == (None, None)
