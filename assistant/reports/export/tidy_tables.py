"""Tidy tables for Tableau, Power BI and the like: one row a week and figure, one a gap, a move, an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.reports.figures.compute import Cases
from assistant.reports.figures.gap_history import gap_values
from assistant.reports.figures.measures import Figure, Measure, protected
from assistant.reports.figures.period import DatedT, Period
from assistant.reports.figures.questions import QUESTION_MEASURES
from assistant.reports.figures.suppression import too_few
from assistant.reports.figures.tickets import TICKET_MEASURES

if TYPE_CHECKING:
    from kb.backlog import Gap, HistoryEntry

Kind: TypeAlias = Literal["text", "integer", "number", "day", "flag"]
Field: TypeAlias = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns with their kinds, and its rows in a fixed order."""

    name: str
    columns: Mapping[str, Kind]
    rows: Sequence[Sequence[Field]]


_VALUE: dict[str, Kind] = {
    "figure": "text",
    "unit": "text",
    "value": "number",
    "known": "integer",
    "of": "integer",
    "hidden": "flag",
}


def tables(
    period: Period, data: Cases, gaps: Sequence[Gap], entries: Sequence[HistoryEntry], least: int
) -> list[Table]:
    """All tables of ``period``, which is cut into whole weeks; nothing that rests on fewer than ``least`` people."""
    weeks = whole_weeks(period)
    return [
        _weeks(weeks, data, least),
        _by_group("questions_by_language", weeks, data.questions, lambda case: case.language, QUESTION_MEASURES, least),
        _by_group("tickets_by_product", weeks, data.tickets, lambda case: case.product, TICKET_MEASURES, least),
        _by_group("tickets_by_category", weeks, data.tickets, lambda case: case.category, TICKET_MEASURES, least),
        _by_group("tickets_by_channel", weeks, data.tickets, lambda case: case.channel, TICKET_MEASURES, least),
        _gaps(gaps, period, least),
        _moves(gaps, entries, period),
        _articles(period, data, least),
    ]


def whole_weeks(period: Period) -> tuple[Period, ...]:
    """The weeks from Monday to Sunday that lie wholly in a period."""
    return tuple(week for week in period.weeks(period.days // 7) if week.first >= period.first)


def _weeks(weeks: Sequence[Period], data: Cases, least: int) -> Table:
    questions = protected({week: week.of(data.questions) for week in weeks}, QUESTION_MEASURES, least, sums=())
    tickets = protected({week: week.of(data.tickets) for week in weeks}, TICKET_MEASURES, least, sums=())
    rows = [
        [week.first, week.last, *cells]
        for week in weeks
        for cells in _values({**questions[week], **gap_values(data.gaps, week), **tickets[week]})
    ]
    return Table("weeks", {"week_first": "day", "week_last": "day", **_VALUE}, rows)


def _by_group(
    name: str,
    weeks: Sequence[Period],
    cases: Sequence[DatedT],
    group: Callable[[DatedT], str],
    measures: Sequence[Measure[DatedT]],
    least: int,
) -> Table:
    """A row for each week, group and figure. Neither the total of a week nor that of a group gives a small one away."""
    cells: dict[tuple[date, str], list[DatedT]] = {}
    for week in weeks:
        for case in week.of(cases):
            cells.setdefault((week.first, group(case)), []).append(case)
    lines: dict[tuple[str, object], list[tuple[date, str]]] = defaultdict(list)
    for first, label in cells:
        lines["week", first].append((first, label))
        lines["group", label].append((first, label))
    values = protected(cells, measures, least, sums=list(lines.values()))
    last = {week.first: week.last for week in weeks}
    rows = [
        [first, last[first], label or "(none)", *figures]
        for first, label in sorted(cells)
        for figures in _values(values[first, label])
    ]
    return Table(name, {"week_first": "day", "week_last": "day", "group": "text", **_VALUE}, rows)


def _gaps(gaps: Sequence[Gap], period: Period, least: int) -> Table:
    columns: dict[str, Kind] = {
        "gap_id": "text",
        "need": "text",
        "language": "text",
        "cause": "text",
        "state": "text",
        "questions": "integer",
        "tickets": "integer",
        "hidden": "flag",
        "priority_minutes": "number",
        "first_asked_on": "day",
        "last_asked_on": "day",
        "opened_on": "day",
        "changed_on": "day",
        "article_id": "text",
        "article_language": "text",
    }
    rows: list[list[Field]] = [
        [
            gap.gap_id,
            gap.title,
            gap.language,
            gap.cause,
            gap.state,
            *_demand(gap, least),
            round(gap.priority, 2),
            period.day_of(gap.first_seen),
            period.day_of(gap.last_seen),
            period.day_of(gap.created_at),
            period.day_of(gap.updated_at),
            gap.linked.article_id if gap.linked else None,
            gap.linked.language if gap.linked else None,
        ]
        for gap in sorted(gaps, key=lambda gap: gap.gap_id)
    ]
    return Table("gaps", columns, rows)


def _demand(gap: Gap, least: int) -> tuple[int | None, int | None, bool]:
    """How many questions and tickets; neither where fewer than ``least`` people are behind them."""
    asked = gap.demand
    if 0 < asked.actors + asked.tickets < least:
        return None, None, True
    return asked.questions, asked.tickets, False


def _moves(gaps: Sequence[Gap], entries: Sequence[HistoryEntry], period: Period) -> Table:
    columns: dict[str, Kind] = {
        "gap_id": "text",
        "moved_on": "day",
        "kind": "text",
        "from_state": "text",
        "to_state": "text",
    }
    known = {gap.gap_id for gap in gaps}
    rows: list[list[Field]] = [
        [entry.gap_id, period.day_of(entry.at), entry.kind, entry.from_state, entry.to_state]
        for entry in entries
        if entry.gap_id in known
    ]
    return Table("gap_moves", columns, rows)


def _articles(period: Period, data: Cases, least: int) -> Table:
    columns: dict[str, Kind] = {
        "article_id": "text",
        "language": "text",
        "title": "text",
        "freshness": "text",
        "review_due_on": "day",
        "questions_answered": "integer",
        "hidden": "flag",
    }
    people: dict[str, list[str]] = defaultdict(list)
    for case in period.of(data.questions):
        for key in case.articles:
            people[key].append(case.who)
    rows: list[list[Field]] = []
    for article in sorted(data.articles, key=lambda article: article.key):
        askers = people[article.key]
        small = too_few(set(askers), least)
        number = None if small else len(askers)
        rows.append([article.article_id, article.language, article.title, article.state, article.due_on, number, small])
    return Table("articles", columns, rows)


def _values(values: Mapping[str, Figure]) -> Iterator[list[Field]]:
    return ([key, *figure.cells] for key, figure in values.items())
