"""The team report as a table for a spreadsheet, one row a figure, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.reports.figures.compute import PeriodFigures, Slice
from assistant.reports.figures.measures import OTHERS, Figure
from assistant.reports.figures.period import Period
from assistant.reports.formatting import Wording
from assistant.reports.rendering.csv import Scalar

_HEADS = (
    "csv_first",
    "csv_last",
    "csv_grain",
    "csv_group_by",
    "csv_group",
    "figure",
    "csv_unit",
    "now",
    "csv_known",
    "csv_of",
    "csv_hidden",
)


def in_words(figures: PeriodFigures, wording: Wording) -> tuple[list[str], Iterator[list[Scalar]]]:
    """The heads and the rows of a table for people: every figure of the report, in its order."""
    return wording.columns(*_HEADS), _rows(figures, wording)


def _rows(figures: PeriodFigures, wording: Wording) -> Iterator[list[Scalar]]:
    for period, grain, group_by, group, values in _parts(figures, wording):
        days = [period.first.isoformat(), period.last.isoformat()]
        place = [wording.say(f"grain_{grain}"), wording.say(group_by) if group_by else "", group]
        for key, figure in values.items():
            unit, *cells, hidden = figure.cells
            yes_or_no = wording.say("yes" if hidden else "no")
            yield [*days, *place, wording.name(key), wording.say(f"unit_{unit}"), *cells, yes_or_no]


def _parts(figures: PeriodFigures, wording: Wording) -> Iterator[tuple[Period, str, str, str, Mapping[str, Figure]]]:
    """Figures with their days, the grain of these, and the group in words: by what it is one, and its name."""
    period = figures.period
    yield period, "period", "", "", figures.totals
    yield period.before(), "before", "", "", figures.before
    for grain, slices in (("week", figures.trend), ("day", figures.days)):
        for part in slices:
            yield part.period, grain, "", "", part.values
    for name, groups in figures.groups.items():
        # Products have names of ours, languages too; other groups are called what the help desk calls them.
        name_of = {"language": wording.language_name, "ticket_product": wording.product}.get(name, str)
        for group in groups:
            label = (
                wording.amount("others", 1) if group.name == OTHERS else name_of(group.name) or wording.say("unnamed")
            )
            yield period, "period", name, label, group.values
    for state, number in figures.gap_states.items():
        yield period, "period", "gap_state", wording.say(f"state_{state}"), {"gaps": Figure.count(number)}
    for freshness, number in figures.freshness.items():
        yield period, "period", "article_state", wording.say(freshness), {"articles": Figure.count(number)}


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
        "weeks": _slices(figures.trend),
        "days": _slices(figures.days),
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
                "article_id": use.key.article_id,
                "language": use.key.language,
                "title": use.title,
                "questions": use.questions,
            }
            for use in figures.most_used
        ],
        "open_escalations": figures.open_escalations,
    }


def _slices(slices: tuple[Slice, ...]) -> list[dict[str, Any]]:
    return [_span(part.period) | {"figures": _values(part.values)} for part in slices]


def _values(values: Mapping[str, Figure]) -> dict[str, Any]:
    return {
        key: {"value": figure.rounded, "unit": figure.unit, "known": figure.known, "of": figure.of}
        | ({"hidden": True} if figure.hidden else {})
        for key, figure in values.items()
    }


def _span(period: Period) -> dict[str, Any]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}
