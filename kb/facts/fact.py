"""A fact, and when two of them can be compared and agree."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

FactKind: TypeAlias = Literal["amount", "percent", "period", "quantity", "number", "date", "time", "phone", "version"]

DAY_S: Final = 86_400
_WEEK_DAYS, _WEEK_WORKING_DAYS = 7, 5
_MONTH_DAYS = (28, 31)
"""Days that a month has at the least and at the most."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of a text.

    Figures have ``low`` and ``high`` in ``unit`` (equal but for a range such as ``2 bis 5 Tage``): amounts in the
    currency, periods in seconds ("second"), months ("month") or working days ("working day"), times in minutes after
    midnight; a plain number counts ``unit``, a stem, or "". Dates, phone numbers and versions have ``code`` instead:
    ``2026-12-31`` with ``?`` for parts that are not said, the digits, the numbers joined by points. ``start`` and
    ``end`` are its characters in the text, ``written`` those themselves. ``bound`` is -1 for "at least", 1 for "at
    most".
    """

    kind: FactKind
    unit: str
    low: Decimal
    high: Decimal
    code: str
    written: str
    start: int
    end: int
    bound: int = 0


def comparable(left: Fact, right: Fact) -> bool:
    """Whether two facts measure the same: else they neither agree nor differ."""
    if left.kind != right.kind:
        return False
    if left.kind in {"amount", "quantity"}:
        return left.unit == right.unit
    if left.kind == "number":
        return left.unit == right.unit or not left.unit or not right.unit
    if left.kind == "date":
        return any("?" not in a + b for a, b in zip(left.code.split("-"), right.code.split("-"), strict=True))
    return True


def agree(left: Fact, right: Fact) -> bool:
    """Whether two comparable facts can both be true: the same value, or one value within the other's range."""
    if left.kind == "date":
        return all(a == b or "?" in a + b for a, b in zip(left.code.split("-"), right.code.split("-"), strict=True))
    if left.code or right.code:
        return left.code == right.code
    if left.bound * right.bound < 0:
        return False
    if left.unit != right.unit and left.kind == "period":
        return _periods_agree(left, right)
    return _within(left, right.low, right.high) or _within(right, left.low, left.high)


def _within(outer: Fact, low: Decimal, high: Decimal) -> bool:
    """The same range, or one value in a range: ``2 bis 5`` and ``2 bis 3`` are different promises."""
    return (outer.low, outer.high) == (low, high) or (low == high and outer.low <= low <= outer.high)


def _periods_agree(left: Fact, right: Fact) -> bool:
    """Periods of different units: a month is 28 to 31 days, a week of seven days has five working days."""
    units = {left.unit: left, right.unit: right}
    if "working day" in units:
        other = units.get("second")
        worked = units["working day"]
        return other is not None and all(
            a * _WEEK_DAYS * DAY_S == b * _WEEK_WORKING_DAYS
            for a, b in ((worked.low, other.low), (worked.high, other.high))
        )
    months, span = units["month"], units["second"]
    shortest, longest = _MONTH_DAYS
    return months.low * shortest * DAY_S <= span.low and span.high <= months.high * longest * DAY_S
