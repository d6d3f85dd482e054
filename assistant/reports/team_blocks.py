"""Pieces that the sections of a report are put together from: rows of figures, tables by week and by group, charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.reports.figures.compute import PeriodFigures, Slice
from assistant.reports.figures.measures import OTHERS, Figure, Group
from assistant.reports.formatting import Wording
from assistant.reports.rendering.blocks import Block, ChartBlock, Grid, Paragraph
from assistant.reports.rendering.charts import Chart, Series

_BASIS = {
    "helpful_share": "rated_of",
    "used_share": "answers_of",
    "closure_median": "closed_of",
    "articles_used": "articles_of",
    "link_rate": "tickets_of",
}
"""How the coverage of a figure is put, where "known for … of …" is not the best way."""

_OF_KNOWN = frozenset({"link_rate", "used_share"})
"""Of these the cases that count are those of which it is known: solved tickets, answered questions."""


def has(figures: PeriodFigures, key: str) -> bool:
    """Whether there is anything to a figure: now or before, it is hidden, or known and not nought."""
    values = (figures.totals.get(key), figures.before.get(key))
    return any(value is not None and bool(value.hidden or value.value) for value in values)


def comparison(keys: Iterable[str], figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    """Figures with those of the period before, the change, and what they rest on; figures without anything left out."""
    rows = [_compared(key, figures, wording) for key in keys if has(figures, key)]
    if rows:
        columns = [wording.say(word) for word in ("figure", "now", f"before_{figures.period.kind}", "change", "basis")]
        yield Grid(wording.say(f"compared_{figures.period.kind}"), columns, rows, frozenset({1, 2, 3}))
        yield from note([figures.totals, figures.before], wording)


def _compared(key: str, figures: PeriodFigures, wording: Wording) -> list[str]:
    now, before = figures.totals[key], figures.before[key]
    return [
        wording.name(key),
        wording.value(now),
        wording.value(before),
        wording.change(now, before),
        _basis(key, now, wording),
    ]


def _basis(key: str, value: Figure, wording: Wording) -> str:
    """What a figure rests on; nothing where that is everything there is."""
    if value.value is None or (value.unit == "count" and key not in _BASIS):
        return ""
    known, of = wording.number(value.known), wording.number(value.of)
    if key in _BASIS:
        return wording.amount(_BASIS[key], value.known if key in _OF_KNOWN else value.of, known=known, of=of)
    return wording.say("known_of", known=known, of=of) if value.known < value.of else ""


def by_time(caption: str, slices: Sequence[Slice], keys: Sequence[str], head: str, wording: Wording) -> Iterator[Block]:
    """A table with a row a week or a day, the oldest first; columns without any value are left out."""
    shown = [key for key in keys if any(_says(part.values[key]) for part in slices)]
    if not shown:
        return
    rows = [[wording.day(part.period.first), *(wording.value(part.values[key]) for key in shown)] for part in slices]
    yield Grid(caption, [wording.say(head), *map(wording.name, shown)], rows, frozenset(range(1, len(shown) + 1)))
    yield from note([part.values for part in slices], wording)


def by_group(
    what: str,
    groups: Sequence[Group],
    keys: Sequence[str],
    wording: Wording,
    name: Callable[[str], str] | None = None,
) -> Iterator[Block]:
    """A table with a row a group of ``what``, as a language or a product; ``name`` puts a group's name into words."""
    shown = [key for key in keys if any(_says(group.values[key]) for group in groups)]
    if not groups or not shown:
        return
    rows = [
        [
            name(group.name) if name and group.name not in {OTHERS, ""} else wording.group(group),
            *(wording.value(group.values[key]) for key in shown),
        ]
        for group in groups
    ]
    columns = [wording.say(what), *map(wording.name, shown)]
    yield Grid(wording.say(f"by_{what}"), columns, rows, frozenset(range(1, len(shown) + 1)))
    yield from note([group.values for group in groups], wording)


def note(tables: Iterable[Mapping[str, Figure]], wording: Wording) -> Iterator[Block]:
    """What the word for hidden figures means, where one stands in a table."""
    if any(value.hidden for values in tables for value in values.values()):
        yield Paragraph(wording.say("hidden_note", least=str(wording.least)), quiet=True)


def series(slices: Sequence[Slice], key: str, wording: Wording, per: float = 1.0) -> Series:
    """One figure by week, each value divided by ``per``."""
    values = [part.values[key].value for part in slices]
    return Series(wording.name(key), [None if value is None else value / per for value in values])


def answered_columns(slices: Sequence[Slice], wording: Wording) -> list[Series]:
    """Questions by week in two parts: answered, and not."""
    parts: list[tuple[float | None, float | None]] = []
    for part in slices:
        questions, share = part.values["questions"].value, part.values["answered_share"].value
        if not questions or share is None:
            parts.append((questions, questions))
        else:
            parts.append((round(questions * share), questions - round(questions * share)))
    return [
        Series(wording.say("answered"), [one for one, _ in parts]),
        Series(wording.say("unanswered"), [other for _, other in parts]),
    ]


def columns(title: str, slices: Sequence[Slice], stacks: Sequence[Series], wording: Wording) -> Iterator[Block]:
    """Counts by week as columns, stacked where there are several."""
    labels = _labels(slices, wording)
    yield from _picture(Chart(title, _described(slices, wording), "columns", labels, stacks, wording.number))


def count_lines(title: str, slices: Sequence[Slice], lines: Sequence[Series], wording: Wording) -> Iterator[Block]:
    """Counts by week as lines."""
    labels = _labels(slices, wording)
    yield from _picture(Chart(title, _described(slices, wording), "lines", labels, lines, wording.number))


def share_lines(title: str, slices: Sequence[Slice], lines: Sequence[Series], wording: Wording) -> Iterator[Block]:
    """Shares by week as lines, from 0 to 100 per cent."""
    labels = _labels(slices, wording)
    yield from _picture(
        Chart(title, _described(slices, wording), "lines", labels, lines, wording.share, 1.0, halves=True)
    )


def hour_lines(title: str, slices: Sequence[Slice], lines: Sequence[Series], wording: Wording) -> Iterator[Block]:
    """Hours by week as lines."""
    labels = _labels(slices, wording)
    yield from _picture(Chart(title, _described(slices, wording), "lines", labels, lines, wording.hours, halves=True))


def _picture(chart: Chart) -> Iterator[Block]:
    if not chart.is_empty:
        yield ChartBlock(chart)


def _labels(slices: Sequence[Slice], wording: Wording) -> list[str]:
    return [wording.short_day(part.period.first) for part in slices]


def _described(slices: Sequence[Slice], wording: Wording) -> str:
    first, last = wording.day(slices[0].period.first), wording.day(slices[-1].period.last)
    return wording.say("chart_described", first=first, last=last)


def _says(value: Figure) -> bool:
    return value.hidden or bool(value.value)
