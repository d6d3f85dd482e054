"""The figures of a period: pure, from what was read; the reports and the tables for other programs are made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.reports.figures.articles import (
    ArticleUse,
    Freshness,
    PublishedArticle,
    freshness_counts,
    most_used,
    use_values,
)
from assistant.reports.figures.gap_history import GapHistory, gap_values, states_at
from assistant.reports.figures.measures import Figure, Group, Measure, by_group, protected, totals
from assistant.reports.figures.period import DatedT, Period
from assistant.reports.figures.questions import QUESTION_MEASURES, QuestionCase
from assistant.reports.figures.tickets import TICKET_MEASURES, TicketCase
from kb.backlog.gap import State

MOST_DAYS = 14
"""Up to this length a period is also shown day by day; a longer one is read by the week."""

STATE_ORDER: tuple[State, ...] = ("open", "assigned", "drafting", "review", "snoozed", "verified", "declined")


@dataclass(frozen=True, slots=True)
class FirstDays:
    """The first day with a question, a ticket, a gap; None where there is none at all."""

    questions: date | None = None
    tickets: date | None = None
    gaps: date | None = None

    def known(self, part: Period, values: Mapping[str, Figure]) -> dict[str, Figure]:
        """The figures of a part of time, those left out that nobody wrote down for all of it."""
        of_questions = [measure.key for measure in QUESTION_MEASURES] + ["articles_used", "answers_per_article"]
        first = dict.fromkeys(of_questions, self.questions)
        first |= dict.fromkeys([measure.key for measure in TICKET_MEASURES], self.tickets)
        return {
            key: figure if (day := first.get(key, self.gaps)) and day <= part.first else Figure(figure.unit, None, 0, 0)
            for key, figure in values.items()
        }


@dataclass(frozen=True, slots=True)
class Cases:
    """What was read: cases of the period, of the one before, and of the weeks of the trend, in any order.

    ``articles`` are those published on the day of the report. ``open_escalations`` wait for a lead; None: not known.
    ``began`` says on which day questions, tickets and gaps were first written down: before it there is no nought, but
    nothing known. None where that is not told.
    """

    questions: Sequence[QuestionCase] = ()
    tickets: Sequence[TicketCase] = ()
    gaps: Sequence[GapHistory] = ()
    articles: Sequence[PublishedArticle] = ()
    open_escalations: int | None = None
    began: FirstDays | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of a part of time."""

    period: Period
    values: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """All figures of a period, each under its key of the data dictionary.

    ``trend`` has the last weeks, ``days`` each day of a short period; ``groups`` maps ``language``, ``ticket_product``
    and ``ticket_category`` to their tables, empty ones left out.
    """

    period: Period
    least: int
    totals: Mapping[str, Figure]
    before: Mapping[str, Figure]
    trend: tuple[Slice, ...]
    days: tuple[Slice, ...]
    groups: Mapping[str, Sequence[Group]]
    gap_states: Mapping[str, int]
    freshness: Mapping[Freshness, int]
    most_used: Sequence[ArticleUse]
    overdue: Sequence[PublishedArticle] = field(default=())
    open_escalations: int | None = None


def compute(period: Period, data: Cases, least: int) -> PeriodFigures:
    """The figures of ``period``, nothing shown or computable that rests on fewer than ``least`` people.

    1. The period and the one before. 2. The trend, by week and by day. 3. Groups. 4. The state of gaps and articles.
    """
    # 1
    questions, tickets = period.of(data.questions), period.of(data.tickets)
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
    return PeriodFigures(
        period,
        least,
        _values(period, data, least),
        data.began.known(earlier, before) if data.began else before,
        _slices(weeks, (period, earlier), data, least),
        _slices(days, (period,), data, least),
        {name: rows for name, rows in groups.items() if rows},
        states_at(data.gaps, period.until, STATE_ORDER),
        freshness_counts(data.articles),
        most_used(questions, titles, least),
        [article for article in data.articles if article.state in ("overdue", "expired")],
        data.open_escalations,
    )


def _values(period: Period, data: Cases, least: int) -> dict[str, Figure]:
    questions, tickets = period.of(data.questions), period.of(data.tickets)
    return {
        **totals(questions, QUESTION_MEASURES, least),
        **gap_values(data.gaps, period),
        **use_values(questions, data.articles, least),
        **totals(tickets, TICKET_MEASURES, least),
    }


def _slices(slices: Sequence[Period], wholes: Sequence[Period], data: Cases, least: int) -> tuple[Slice, ...]:
    """The figures of parts of time, so that none can be computed from the totals of ``wholes`` either."""
    questions = _parts(slices, wholes, data.questions, QUESTION_MEASURES, least)
    tickets = _parts(slices, wholes, data.tickets, TICKET_MEASURES, least)
    made = {part: {**questions[part], **gap_values(data.gaps, part), **tickets[part]} for part in slices}
    return tuple(Slice(part, data.began.known(part, made[part]) if data.began else made[part]) for part in slices)


def _parts(
    slices: Sequence[Period],
    wholes: Sequence[Period],
    cases: Sequence[DatedT],
    measures: Sequence[Measure[DatedT]],
    least: int,
) -> dict[Period, dict[str, Figure]]:
    """What of a whole lies in none of the slices is a part too, which is published nowhere."""
    rows: dict[Period, Collection[DatedT]] = {part: part.of(cases) for part in slices}
    sums: list[list[Period]] = []
    rests: list[Period] = []
    for whole in wholes:
        inside = [part for part in slices if whole.first <= part.first and part.last <= whole.last]
        if inside and inside != [whole]:
            rest = whole  # stands for its own remainder: no slice equals it here
            rows[rest] = [case for case in whole.of(cases) if not any(part.holds(case.day) for part in inside)]
            rests.append(rest)
            sums.append([*inside, rest])
    return protected(rows, measures, least, sums=sums, withheld=rests)
