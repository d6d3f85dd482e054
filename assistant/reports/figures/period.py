"""The days that a report is about, and those it is compared with. Pure: today is an argument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol, TypeAlias, TypeVar

from kb.errors import UsageError
from kb.runtime.days import day_in, midnight, zone_of

Kind: TypeAlias = Literal["week", "month", "days"]

TREND_WEEKS = 8
"""Weeks in a trend: two months show a direction, and fit beside their chart on one page."""

_DAY = timedelta(days=1)


class Dated(Protocol):
    """A case: a question or a ticket, which came in on a day."""

    @property
    def day(self) -> date:
        """The day on which it came in."""


DatedT = TypeVar("DatedT", bound=Dated)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``first`` to ``last``, both included, as the calendar of ``zone`` (an IANA name) counts them."""

    first: date
    last: date
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise UsageError(
                f"The period ends on {self.last}, before it begins on {self.first}.", "Swap --since and --until."
            )
        zone_of(self.zone)

    @property
    def since(self) -> datetime:
        """The moment at which it begins, in UTC."""
        return midnight(self.zone, self.first)

    @property
    def until(self) -> datetime:
        """The moment at which it has ended, in UTC: the first one that no longer belongs to it."""
        return midnight(self.zone, self.last + _DAY)

    @property
    def kind(self) -> Kind:
        """``week`` for Monday to Sunday, ``month`` for a whole calendar month, else ``days``."""
        if self.first.weekday() == 0 and self.last - self.first == 6 * _DAY:
            return "week"
        whole = self.first.day == 1 and (self.last + _DAY).day == 1 and self.last - self.first < 31 * _DAY
        return "month" if whole else "days"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls."""
        return day_in(self.zone, moment)

    def holds(self, day: date) -> bool:
        """Whether a day belongs to it."""
        return self.first <= day <= self.last

    def of(self, cases: Iterable[DatedT]) -> list[DatedT]:
        """The cases of its days."""
        return [case for case in cases if self.holds(case.day)]

    def before(self) -> Period:
        """The one it is compared with: the month before a month, else as many days that end where it begins."""
        last = self.first - _DAY
        first = last.replace(day=1) if self.kind == "month" else last - (self.days - 1) * _DAY
        return Period(first, last, self.zone)

    def weeks(self, number: int = TREND_WEEKS) -> tuple[Period, ...]:
        """The last ``number`` whole weeks that end no later than it does, oldest first."""
        sunday = self.last - timedelta(days=(self.last.weekday() + 1) % 7)
        return tuple(
            Period(sunday - timedelta(days=7 * back + 6), sunday - timedelta(days=7 * back), self.zone)
            for back in reversed(range(number))
        )

    def single_days(self) -> tuple[Period, ...]:
        """Each of its days."""
        return tuple(Period(day, day, self.zone) for day in (self.first + n * _DAY for n in range(self.days)))


def latest(kind: Literal["week", "month"], today: date, zone: str = "UTC") -> Period:
    """The last whole week or month that has ended before ``today``."""
    if kind == "week":
        last = today - timedelta(days=today.weekday() + 1)
        return Period(last - 6 * _DAY, last, zone)
    last = today.replace(day=1) - _DAY
    return Period(last.replace(day=1), last, zone)


def moments(since: date | None, until: date | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """When the day ``since`` begins and ``until`` has ended in a time zone, in UTC; None stays None."""
    begin = None if since is None else midnight(zone, since)
    return begin, None if until is None else midnight(zone, until + _DAY)
