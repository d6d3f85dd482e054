"""The figures as tidy tables: one row a figure, the same in the report as CSV and in the files for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from assistant.reports.figures import Figures
from assistant.reports.measures import OTHERS, Value
from assistant.reports.period import Period


class FigureRow(NamedTuple):
    """One figure. ``grain`` says what the days are: the report's period, the one before, a week or a day of it."""

    first: str
    last: str
    grain: str
    group_by: str
    group: str
    figure: str
    unit: str
    value: float | None
    known: int | None
    of: int | None
    hidden: bool


def figure_rows(figures: Figures) -> Iterator[FigureRow]:
    """Every figure of a report, in its order."""
    period = figures.period
    yield from _rows(period, "period", "", "", figures.totals)
    yield from _rows(period.before(), "before", "", "", figures.before)
    for grain, slices in (("week", figures.trend), ("day", figures.days)):
        for part in slices:
            yield from _rows(part.period, grain, "", "", part.values)
    for name, groups in figures.groups.items():
        for group in groups:
            label = "(others)" if group.name == OTHERS else group.name or "(none)"
            yield from _rows(period, "period", name, label, group.values)
    for state, number in figures.gap_states.items():
        yield from _rows(period, "period", "gap_state", state, {"gaps": _count(number)})
    for state, number in figures.freshness.items():
        yield from _rows(period, "period", "article_state", state, {"articles": _count(number)})


def to_json(figures: Figures) -> dict[str, Any]:
    """The report as plain types."""
    period = figures.period
    return {
        "period": _span(period),
        "before": _span(period.before()),
        "time_zone": period.zone,
        "min_group": figures.least,
        "totals": _values(figures.totals),
        "totals_before": _values(figures.before),
        "weeks": [_span(part.period) | {"figures": _values(part.values)} for part in figures.trend],
        "days": [_span(part.period) | {"figures": _values(part.values)} for part in figures.days],
        "groups": {
            name: [
                {
                    "group": None if group.name == OTHERS else group.name,
                    "groups": group.size,
                    "figures": _values(group.values),
                }
                for group in groups
            ]
            for name, groups in figures.groups.items()
        },
        "gap_states": dict(figures.gap_states),
        "article_states": dict(figures.freshness),
        "most_used": [
            {
                "article_id": use.key.rpartition("@")[0],
                "language": use.key.rpartition("@")[2],
                "title": use.title,
                "questions": use.questions,
            }
            for use in figures.most_used
        ],
        "open_escalations": figures.open_escalations,
    }


def _rows(period: Period, grain: str, group_by: str, group: str, values: Mapping[str, Value]) -> Iterator[FigureRow]:
    first, last = period.first.isoformat(), period.last.isoformat()
    for key, value in values.items():
        known, of = (None, None) if value.hidden else (value.known, value.of)
        yield FigureRow(
            first, last, grain, group_by, group, key, value.unit, _rounded(value.value), known, of, value.hidden
        )


def _values(values: Mapping[str, Value]) -> dict[str, Any]:
    return {
        key: {"value": _rounded(value.value), "unit": value.unit, "known": value.known, "of": value.of}
        | ({"hidden": True} if value.hidden else {})
        for key, value in values.items()
    }


def _span(period: Period) -> dict[str, Any]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _count(number: int) -> Value:
    return Value("count", float(number), number, number)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
