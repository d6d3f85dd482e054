"""Tidy tables for Tableau, Power BI and the like: one row a week and figure, one a gap, a move, an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.reports.figures.compute import Cases
from assistant.reports.figures.gap_history import gap_values
from assistant.reports.figures.measures import Measure, protected
from assistant.reports.figures.period import DatedT, Period
from assistant.reports.figures.questions import QUESTION_MEASURES
from assistant.reports.figures.suppression import too_few
from assistant.reports.figures.tickets import TICKET_MEASURES
from kb.articles.article import ArticleKey

if TYPE_CHECKING:
    from kb.backlog import Gap, HistoryEntry

Kind: TypeAlias = Literal["text", "integer", "number", "day", "flag"]
Field: TypeAlias = str | int | float | bool | date | None

_FIGURE = ("figure", "unit", "value", "known", "of", "hidden")
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("known", "of", "questions", "tickets", "questions_answered"), "integer"),
    **dict.fromkeys(("value", "priority_minutes"), "number"),
    **dict.fromkeys(("week_first", "week_last", "moved_on", "review_due_on"), "day"),
    **dict.fromkeys(("first_asked_on", "last_asked_on", "opened_on", "changed_on"), "day"),
    "hidden": "flag",
}
"""The kinds of columns that are no text; a column is of one kind in every table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, and its rows in a fixed order."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Field]]

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of its columns."""
        return [_KINDS.get(column, "text") for column in self.columns]


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
        [week.first, week.last, key, *figure.cells]
        for week in weeks
        for key, figure in {**questions[week], **gap_values(data.gaps, week), **tickets[week]}.items()
    ]
    return Table("weeks", ("week_first", "week_last", *_FIGURE), rows)


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
        [first, last[first], label or "(none)", key, *figure.cells]
        for first, label in sorted(cells)
        for key, figure in values[first, label].items()
    ]
    return Table(name, ("week_first", "week_last", "group", *_FIGURE), rows)


def _gaps(gaps: Sequence[Gap], period: Period, least: int) -> Table:
    columns = (
        "gap_id",
        "need",
        "language",
        "cause",
        "state",
        "questions",
        "tickets",
        "hidden",
        "priority_minutes",
        "first_asked_on",
        "last_asked_on",
        "opened_on",
        "changed_on",
        "article_id",
        "article_language",
    )
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
    columns = ("gap_id", "moved_on", "kind", "from_state", "to_state")
    known = {gap.gap_id for gap in gaps}
    rows: list[list[Field]] = [
        [entry.gap_id, period.day_of(entry.at), entry.kind, entry.from_state, entry.to_state]
        for entry in entries
        if entry.gap_id in known
    ]
    return Table("gap_moves", columns, rows)


def _articles(period: Period, data: Cases, least: int) -> Table:
    columns = ("article_id", "language", "title", "freshness", "review_due_on", "questions_answered", "hidden")
    people: dict[ArticleKey, list[str]] = defaultdict(list)
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
