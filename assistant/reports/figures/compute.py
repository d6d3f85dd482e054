"""The figures of a period: pure, from what was read; the reports and the tables for other programs are made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from assistant.reports.figures.articles import ArticleUse, Held, State, freshness_counts, most_used, use_values
from assistant.reports.figures.gap_history import Life, gap_values, states_at
from assistant.reports.figures.measures import Group, Measure, Value, by_group, protected, totals
from assistant.reports.figures.period import Period
from assistant.reports.figures.questions import QUESTION_MEASURES, AskedQuestion
from assistant.reports.figures.tickets import TICKET_MEASURES, Handled

MOST_DAYS = 14
"""Up to this length a period is also shown day by day; a longer one is read by the week."""

STATE_ORDER = ("open", "assigned", "drafting", "review", "snoozed", "verified", "declined")


class HasDay(Protocol):
    """A case has a day."""

    @property
    def day(self) -> date:
        """The day on which it came in."""


_D = TypeVar("_D", bound=HasDay)


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The first day with a question, a ticket, a gap; None where there is none at all."""

    questions: date | None = None
    tickets: date | None = None
    gaps: date | None = None

    def known(self, part: Period, values: Mapping[str, Value]) -> dict[str, Value]:
        """The figures of a part of time, those left out that nobody wrote down for all of it."""
        ticket_keys = {measure.key for measure in TICKET_MEASURES}
        question_keys = {measure.key for measure in QUESTION_MEASURES} | {"articles_used", "answers_per_article"}

        def first(key: str) -> date | None:
            return self.tickets if key in ticket_keys else self.questions if key in question_keys else self.gaps

        return {
            key: value if (day := first(key)) and day <= part.first else Value(value.unit, None, 0, 0)
            for key, value in values.items()
        }


@dataclass(frozen=True, slots=True)
class Data:
    """What was read: cases of the period, of the one before, and of the weeks of the trend, in any order.

    ``articles`` are those published on the day of the report. ``open_escalations`` wait for a lead; None: not known.
    ``began`` says on which day questions, tickets and gaps were first written down: before it there is no nought, but
    nothing known. None where that is not told.
    """

    questions: Sequence[AskedQuestion] = ()
    tickets: Sequence[Handled] = ()
    lives: Sequence[Life] = ()
    articles: Sequence[Held] = ()
    open_escalations: int | None = None
    began: Beginnings | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of a part of time."""

    period: Period
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period, each under its key of the data dictionary.

    ``trend`` has the last weeks, ``days`` each day of a short period; ``groups`` maps ``language``, ``ticket_product``
    and ``ticket_category`` to their tables, empty ones left out.
    """

    period: Period
    least: int
    totals: Mapping[str, Value]
    before: Mapping[str, Value]
    trend: tuple[Slice, ...]
    days: tuple[Slice, ...]
    groups: Mapping[str, Sequence[Group]]
    gap_states: Mapping[str, int]
    freshness: Mapping[State, int]
    most_used: Sequence[ArticleUse]
    overdue: Sequence[Held] = field(default=())
    open_escalations: int | None = None


def compute(period: Period, data: Data, least: int) -> Figures:
    """The figures of ``period``, nothing shown or computable that rests on fewer than ``least`` people.

    1. The period and the one before. 2. The trend, by week and by day. 3. Groups. 4. The state of gaps and articles.
    """
    # 1
    questions, tickets = _within(data.questions, period), _within(data.tickets, period)
    earlier = period.before()
    before = _values(earlier, data, least)
    # 2
    weeks = period.weeks()
    days = period.single_days() if 1 < period.days <= MOST_DAYS else ()
    # 3
    groups = {
        "language": by_group(questions, lambda case: case.language, QUESTION_MEASURES, least),
        "ticket_product": by_group(tickets, lambda case: case.product, TICKET_MEASURES, least),
        "ticket_category": by_group(tickets, lambda case: case.category, TICKET_MEASURES, least),
        "ticket_channel": by_group(tickets, lambda case: case.channel, TICKET_MEASURES, least),
    }
    # 4
    titles = {article.key: article.title for article in data.articles}
    return Figures(
        period,
        least,
        _values(period, data, least),
        data.began.known(earlier, before) if data.began else before,
        _slices(weeks, (period, earlier), data, least),
        _slices(days, (period,), data, least),
        {name: rows for name, rows in groups.items() if rows},
        states_at(data.lives, period.until, STATE_ORDER),
        freshness_counts(data.articles),
        most_used(questions, titles, least),
        [article for article in data.articles if article.state in ("overdue", "expired")],
        data.open_escalations,
    )


def _values(period: Period, data: Data, least: int) -> dict[str, Value]:
    questions, tickets = _within(data.questions, period), _within(data.tickets, period)
    return {
        **totals(questions, QUESTION_MEASURES, least),
        **gap_values(data.lives, period),
        **use_values(questions, data.articles, least),
        **totals(tickets, TICKET_MEASURES, least),
    }


def _slices(slices: Sequence[Period], wholes: Sequence[Period], data: Data, least: int) -> tuple[Slice, ...]:
    """The figures of parts of time, so that none can be computed from the totals of ``wholes`` either."""
    questions = _parts(slices, wholes, data.questions, QUESTION_MEASURES, least)
    tickets = _parts(slices, wholes, data.tickets, TICKET_MEASURES, least)
    made = {part: {**questions[part], **gap_values(data.lives, part), **tickets[part]} for part in slices}
    return tuple(Slice(part, data.began.known(part, made[part]) if data.began else made[part]) for part in slices)


def _parts(
    slices: Sequence[Period],
    wholes: Sequence[Period],
    cases: Sequence[_D],
    measures: Sequence[Measure[_D]],
    least: int,
) -> dict[Period, dict[str, Value]]:
    """What of a whole lies in none of the slices is a part too, which is published nowhere."""
    rows: dict[Period, Collection[_D]] = {part: _within(cases, part) for part in slices}
    sums: list[list[Period]] = []
    rests: list[Period] = []
    for whole in wholes:
        inside = [part for part in slices if whole.first <= part.first and part.last <= whole.last]
        if inside and inside != [whole]:
            rest = whole  # stands for its own remainder: no slice equals it here
            rows[rest] = [case for case in _within(cases, whole) if not any(part.holds(case.day) for part in inside)]
            rests.append(rest)
            sums.append([*inside, rest])
    return protected(rows, measures, least, sums=sums, withheld=rests)


def _within(cases: Sequence[_D], period: Period) -> list[_D]:
    return [case for case in cases if period.holds(case.day)]
