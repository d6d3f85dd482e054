"""Small charts as SVG: columns for counts, lines for shares and times; readable without colour, on screen and paper.

Coordinates are in pixels of a drawing 640 wide. Colours and strokes come from the page's style sheet by class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH, HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 120, 16, 28
"""Margins: room for the scale, for the names of lines, for a value above the highest column, for the labels below."""

_COLUMN_SHARE = 0.62
"""How much of its place a column fills: wide enough for a value above it, with air between."""

_NOTHING = 1e-6
"""Values below this cannot be told from nought in a drawing."""

_LINE_GAP = 15
"""Names at the end of lines stand at least so far apart."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind; None where there is none or none may be shown."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw. ``labels`` stand below the values; ``write`` puts a value into words; columns are stacked.

    ``top`` is the end of the scale where it is fixed, as for shares. ``halves``: there may be half a unit, as of hours.
    """

    title: str
    description: str
    kind: Literal["columns", "lines"]
    labels: Sequence[str]
    series: Sequence[Series]
    write: Callable[[float], str]
    top: float | None = None
    halves: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no value that differs from nought."""
        return not any(value and value >= _NOTHING for series in self.series for value in series.values)


def svg(chart: Chart, name: str) -> str:
    """The chart as one SVG element; ``name`` makes its ids unique on the page."""
    top = chart.top or _nice(_highest(chart))
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">',
        f'<title id="{name}-t">{escape(chart.title)}</title>',
        f'<desc id="{name}-d">{escape(chart.description)}</desc>',
        *_scale(chart, top),
        *(_columns(chart, top) if chart.kind == "columns" else _lines(chart, top)),
        *_labels(chart),
        "</svg>",
    ]
    return "".join(parts)


def _highest(chart: Chart) -> float:
    if chart.kind == "lines":
        return max((value or 0.0 for series in chart.series for value in series.values), default=0.0)
    stacks = zip(*(series.values for series in chart.series), strict=True)
    return max((sum(value or 0.0 for value in stack) for stack in stacks), default=0.0)


def _nice(highest: float) -> float:
    """The next of some steps times a power of ten: halves of all of these are easy to read."""
    if highest < _NOTHING:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(power * step for step in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if power * step >= highest * 0.999)


def _x(chart: Chart, index: int) -> float:
    return _LEFT + (index + 0.5) * _step(chart)


def _step(chart: Chart) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(len(chart.labels), 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _scale(chart: Chart, top: float) -> Iterator[str]:
    steps = (0.0, top / 2, top) if chart.halves or top % 2 == 0 else (0.0, top)
    for value in steps:
        y = _number(_y(value, top))
        yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text class="tick" x="{_LEFT - 6}" y="{y}" dy="4" text-anchor="end">{escape(chart.write(value))}</text>'


def _labels(chart: Chart) -> Iterator[str]:
    for index, label in enumerate(chart.labels):
        x = _number(_x(chart, index))
        yield f'<text class="tick" x="{x}" y="{HEIGHT - 8}" text-anchor="middle">{escape(label)}</text>'


def _columns(chart: Chart, top: float) -> Iterator[str]:
    width = _step(chart) * _COLUMN_SHARE
    for index in range(len(chart.labels)):
        x, base = _x(chart, index), 0.0
        stack = [series.values[index] for series in chart.series]
        for number, value in enumerate(stack):
            if value:
                high, low = _y(base + value, top), _y(base, top)
                yield (
                    f'<rect class="s{number}" x="{_number(x - width / 2)}" y="{_number(high)}"'
                    f' width="{_number(width)}" height="{_number(low - high)}"/>'
                )
                base += value
        word = "–" if all(value is None for value in stack) else chart.write(base)
        above = _number(_y(base, top) - 4)
        yield f'<text class="value" x="{_number(x)}" y="{above}" text-anchor="middle">{escape(word)}</text>'
    if len(chart.series) > 1:
        for number, series in enumerate(chart.series):
            y = _TOP + 12 + 20 * (len(chart.series) - 1 - number)
            x = WIDTH - _RIGHT + 8
            yield f'<rect class="s{number}" x="{x}" y="{y - 9}" width="10" height="10"/>'
            yield f'<text class="key" x="{x + 16}" y="{y}">{escape(series.name)}</text>'


def _lines(chart: Chart, top: float) -> Iterator[str]:
    ends: list[tuple[float, str, int]] = []
    for number, series in enumerate(chart.series):
        points = [(_x(chart, index), _y(value, top)) for index, value in enumerate(series.values) if value is not None]
        for run in _runs(series.values):
            path = " ".join(f"{_number(_x(chart, index))},{_number(_y(value, top))}" for index, value in run)
            yield f'<polyline class="l{number}" points="{path}"/>'
        for x, y in points:
            yield _mark(number, x, y)
        if points:
            ends.append((points[-1][1], series.name, number))
    lowest = -math.inf
    for y, name, _ in sorted(ends):
        lowest = max(y, lowest + _LINE_GAP)
        yield f'<text class="key" x="{_number(WIDTH - _RIGHT + 4)}" y="{_number(lowest)}" dy="4">{escape(name)}</text>'


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Stretches of neighbouring values: a line does not cross what is not known."""
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _mark(number: int, x: float, y: float) -> str:
    """A round mark for the first line, a square one for the second: they differ without colour."""
    if number == 0:
        return f'<circle class="m0" cx="{_number(x)}" cy="{_number(y)}" r="3.5"/>'
    return f'<rect class="m{number}" x="{_number(x - 3)}" y="{_number(y - 3)}" width="6" height="6"/>'


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
