"""Pieces of the team report's sections: figures compared, tables by time and by group, charts."""

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


def is_told(figures: PeriodFigures, key: str) -> bool:
    """Whether there is anything to a figure, now or before: it is hidden, or known and not nought."""
    return any(key in values and not values[key].is_empty for values in (figures.totals, figures.before))


def comparison(keys: Iterable[str], figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    """Figures with those of the period before, the change, and what they rest on; figures without anything left out."""
    rows = []
    for key in (key for key in keys if is_told(figures, key)):
        now, before = figures.totals[key], figures.before[key]
        cells = [wording.value(now), wording.value(before), wording.change(now, before), _basis(key, now, wording)]
        rows.append([wording.name(key), *cells])
    if rows:
        kind = figures.period.kind
        columns = wording.columns("figure", "now", f"before_{kind}", "change", "basis")
        yield Grid(wording.say(f"compared_{kind}"), columns, rows, frozenset({1, 2, 3}))
        yield from _note([figures.totals, figures.before], wording)


def _basis(key: str, figure: Figure, wording: Wording) -> str:
    """What a figure rests on; nothing where that is everything there is."""
    if figure.value is None or (figure.unit == "count" and key not in _BASIS):
        return ""
    known, of = wording.number(figure.known), wording.number(figure.of)
    if key in _BASIS:
        return wording.amount(_BASIS[key], figure.known if key in _OF_KNOWN else figure.of, known=known, of=of)
    return wording.say("known_of", known=known, of=of) if figure.known < figure.of else ""


def by_time(caption: str, slices: Sequence[Slice], keys: Sequence[str], head: str, wording: Wording) -> Iterator[Block]:
    """A table with a row a week or a day, the oldest first; columns without any value are left out."""
    rows = [(wording.day(part.period.first), part.values) for part in slices]
    yield from _table(wording.say(caption), wording.say(head), rows, keys, wording)


def by_group(
    name: str,
    groups: Sequence[Group],
    keys: Sequence[str],
    wording: Wording,
    name_of: Callable[[str], str] = str,
) -> Iterator[Block]:
    """A table with a row a group of ``name``, as a language or a product; ``name_of`` puts a group into words."""
    rows = [
        (wording.group(group) if group.name in {OTHERS, ""} else name_of(group.name), group.values) for group in groups
    ]
    yield from _table(wording.say(f"by_{name}"), wording.say(name), rows, keys, wording)


def _table(
    caption: str, head: str, rows: Sequence[tuple[str, Mapping[str, Figure]]], keys: Sequence[str], wording: Wording
) -> Iterator[Block]:
    """A row each for named figures; columns without any value are left out."""
    shown = [key for key in keys if not all(values[key].is_empty for _, values in rows)]
    if shown:
        cells = [[name, *(wording.value(values[key]) for key in shown)] for name, values in rows]
        numeric = frozenset(range(1, len(shown) + 1))
        yield Grid(caption, [head, *map(wording.name, shown)], cells, numeric)
        yield from _note([values for _, values in rows], wording)


def _note(tables: Iterable[Mapping[str, Figure]], wording: Wording) -> Iterator[Block]:
    """The meaning of the word for hidden figures, where one stands in a table."""
    if any(figure.hidden for values in tables for figure in values.values()):
        yield Paragraph(wording.say("hidden_note", least=wording.least), quiet=True)


def series(slices: Sequence[Slice], keys: Iterable[str], wording: Wording, per: float = 1.0) -> list[Series]:
    """Figures by week, each value divided by ``per``."""
    return [
        Series(wording.name(key), [None if value is None else value / per for value in values])
        for key in keys
        for values in [[part.values[key].value for part in slices]]
    ]


def answered_series(slices: Sequence[Slice], wording: Wording) -> list[Series]:
    """Questions by week in two parts: answered, and not."""
    parts: list[tuple[float | None, float | None]] = []
    for part in slices:
        questions, share = part.values["questions"].value, part.values["answered_share"].value
        if not questions or share is None:
            parts.append((questions, questions))
        else:
            parts.append((round(questions * share), questions - round(questions * share)))
    answered, unanswered = zip(*parts, strict=True)
    return [Series(wording.say("answered"), answered), Series(wording.say("unanswered"), unanswered)]


def chart(
    title: str,
    slices: Sequence[Slice],
    shown: Sequence[Series],
    wording: Wording,
    write: Callable[[float], str] | None = None,
    *,
    stacked: bool = False,
    top: float | None = None,
) -> Iterator[Block]:
    """Values by week: counts as ``stacked`` columns or as lines, or what ``write`` puts into words; nothing if empty.

    ``top`` ends the scale, as 1 for shares.
    """
    first, last = wording.day(slices[0].period.first), wording.day(slices[-1].period.last)
    drawn = Chart(
        wording.say(title),
        wording.say("chart_described", first=first, last=last),
        "columns" if stacked else "lines",
        [wording.short_day(part.period.first) for part in slices],
        shown,
        write or wording.number,
        top,
        halves=write is not None,
    )
    if not drawn.is_empty:
        yield ChartBlock(drawn)
