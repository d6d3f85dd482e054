"""The figures as tidy tables: one row a figure, the same in the report as CSV and in the files for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from assistant.reports.figures.compute import PeriodFigures
from assistant.reports.figures.measures import OTHERS, Figure
from assistant.reports.figures.period import Period
from assistant.reports.formatting import Wording
from assistant.reports.rendering.csv import Scalar

OTHERS_LABEL, NONE_LABEL = "(others)", "(none)"
"""What stands for groups that were put together, and for cases of which the group is not known."""


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


def figure_rows(figures: PeriodFigures) -> Iterator[FigureRow]:
    """Every figure of a report, in its order."""
    period = figures.period
    yield from _rows(period, "period", "", "", figures.totals)
    yield from _rows(period.before(), "before", "", "", figures.before)
    for grain, slices in (("week", figures.trend), ("day", figures.days)):
        for part in slices:
            yield from _rows(part.period, grain, "", "", part.values)
    for name, groups in figures.groups.items():
        for group in groups:
            label = OTHERS_LABEL if group.name == OTHERS else group.name or NONE_LABEL
            yield from _rows(period, "period", name, label, group.values)
    for state, number in figures.gap_states.items():
        yield from _rows(period, "period", "gap_state", state, {"gaps": Figure.count(number)})
    for state, number in figures.freshness.items():
        yield from _rows(period, "period", "article_state", state, {"articles": Figure.count(number)})


def in_words(figures: PeriodFigures, wording: Wording) -> tuple[list[str], Iterator[list[Scalar]]]:
    """The heads and the rows of the same table for people, in one language."""
    keys = ("first", "last", "grain", "group_by", "group", "unit", "known", "of", "hidden")
    heads = {key: wording.say(f"csv_{key}") for key in keys} | {
        "figure": wording.say("figure"),
        "value": wording.say("now"),
    }
    return [heads[name] for name in FigureRow._fields], (_worded(row, wording) for row in figure_rows(figures))


def _worded(row: FigureRow, wording: Wording) -> list[Scalar]:
    return [
        row.first,
        row.last,
        wording.say(f"grain_{row.grain}"),
        wording.say(row.group_by) if row.group_by else "",
        _group(row, wording),
        wording.name(row.figure),
        wording.say(f"unit_{row.unit}"),
        row.value,
        row.known,
        row.of,
        wording.say("yes" if row.hidden else "no"),
    ]


def _group(row: FigureRow, wording: Wording) -> str:
    """A group in words: products and categories are the help desk's own, the others ours."""
    if row.group in {OTHERS_LABEL, NONE_LABEL}:
        return wording.say("others_one" if row.group == OTHERS_LABEL else "unnamed")
    match row.group_by:
        case "language":
            return wording.language_name(row.group)
        case "gap_state":
            return wording.say(f"state_{row.group}")
        case "article_state":
            return wording.say(row.group)
        case "ticket_product":
            return wording.product(row.group)
        case _:
            return row.group


def to_json(figures: PeriodFigures) -> dict[str, Any]:
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


def _rows(period: Period, grain: str, group_by: str, group: str, values: Mapping[str, Figure]) -> Iterator[FigureRow]:
    first, last = period.first.isoformat(), period.last.isoformat()
    for key, value in values.items():
        known, of = (None, None) if value.hidden else (value.known, value.of)
        yield FigureRow(
            first, last, grain, group_by, group, key, value.unit, _rounded(value.value), known, of, value.hidden
        )


def _values(values: Mapping[str, Figure]) -> dict[str, Any]:
    return {
        key: {"value": _rounded(value.value), "unit": value.unit, "known": value.known, "of": value.of}
        | ({"hidden": True} if value.hidden else {})
        for key, value in values.items()
    }


def _span(period: Period) -> dict[str, Any]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _count(number: int) -> Figure:
    return Figure("count", float(number), number, number)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
