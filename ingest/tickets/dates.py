"""Times as help desks write them. What can be read two ways is not read: nothing is guessed.

Which of day and month comes first in 03/04/2026 is told by the rest of its column: a 25/04 there proves that days come
first, a 04/25 that months do; without proof, or with both, only values that prove themselves are read. With dots the
day comes first (DIN 1355), with the year in front the month follows it (ISO 8601).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.errors import UsageError
from kb.text.lexicons import months

_YEARS = range(1990, 2101)
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "cet": 1, "mez": 1, "cest": 2, "mesz": 2}
"""Hours ahead of UTC. Others, such as EST, stand for several zones."""

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?:\s?(?P<half>[ap])\.?m\.?)?(?:\s?Uhr)?(?:\s?(?P<zone>[+-]\d{2}(?::?\d{2})?|[a-z]{1,4}))?"
)
_END = rf"(?:[,T\s]\s*(?:um\s|at\s)?{_TIME})?"
_WEEKDAY = r"(?:[a-zäöü]{2,10}\.?,?\s+)?"
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_END}", re.IGNORECASE)
_DOTTED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}|\d{{2}}){_END}", re.IGNORECASE
)
_EITHER = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})([/-])(?P<other>\d{{1,2}})\2(?P<year>\d{{4}}|\d{{2}}){_END}", re.IGNORECASE
)
_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s-](?P<name>[a-zäöü]{{3,9}})\.?,?[\s-](?P<year>\d{{4}}){_END}",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<name>[a-zäöü]{{3,9}})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}}){_END}",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}|\d{13}")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC. ``day_only``: a day was given, and this is its beginning; ``zone_given``: so was a time zone."""

    at: datetime
    day_only: bool = False
    zone_given: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the values of one column.

    ``day_first``: what the column proves of values such as 03/04/2026, None for nothing. ``form`` is a format of
    ``strptime`` that is tried first. ``zone`` is that of times that name none.
    """

    zone: tzinfo = UTC
    day_first: bool | None = None
    form: str = ""

    def read(self, text: str) -> Moment:
        """The moment that ``text`` names. Raises ValueError with the reason where it names none, or two."""
        text = " ".join(text.split())
        if self.form:
            try:
                found = datetime.strptime(text, self.form)  # noqa: DTZ007  its zone is added below
                return self._placed(
                    found, given=found.tzinfo is not None, day_only="%H" not in self.form and "%I" not in self.form
                )
            except ValueError:
                pass
        if _EPOCH.fullmatch(text):
            return self._placed(datetime.fromtimestamp(int(text[:10]), UTC), given=True)
        match, day, month = self._parts(text)
        year = int(match["year"])
        year += 2000 if len(match["year"]) == 2 else 0
        try:
            found = datetime.combine(date(year, month, day), _clock(match))
        except ValueError:
            raise ValueError(f"'{text[:40]}' is no day or time that exists") from None
        zone = _zone(match["zone"], text)
        return self._placed(found.replace(tzinfo=zone), given=zone is not None, day_only=match["hour"] is None)

    def _parts(self, text: str) -> tuple[re.Match[str], int, int]:
        """The match with its day and month."""
        for pattern in (_YEAR_FIRST, _DOTTED):
            if match := pattern.fullmatch(text):
                return match, int(match["day"]), int(match["month"])
        for pattern in (_NAMED, _NAME_FIRST):
            if (match := pattern.fullmatch(text)) and match["name"].casefold() in months():
                return match, int(match["day"]), months()[match["name"].casefold()]
        if not (match := _EITHER.fullmatch(text)):
            raise ValueError(f"'{text[:40]}' is no time that can be read; --date-format says how to")
        first, other = int(match["first"]), int(match["other"])
        proof = day_first(text)
        told = self.day_first if proof is None else proof
        if told is None and first != other:
            raise ValueError(f"'{text[:40]}' can be read two ways; --date-format says which")
        return (match, first, other) if told or first == other else (match, other, first)

    def _placed(self, found: datetime, *, given: bool, day_only: bool = False) -> Moment:
        if found.year not in _YEARS:
            raise ValueError(f"the year {found.year} is out of range")
        if found.tzinfo is None:
            local = found.replace(tzinfo=self.zone)
            found = local.astimezone(UTC)
            if found.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise ValueError(f"{local:%Y-%m-%d %H:%M} was skipped there when summer time began")
        return Moment(found.astimezone(UTC), day_only, given)


def zone_named(name: str) -> tzinfo:
    """The time zone ``name``, such as Europe/Berlin. Raises UsageError."""
    if name.casefold() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.casefold()])) if _ZONES[name.casefold()] else UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"There is no time zone '{name}'.", "Use a name such as Europe/Berlin or UTC.") from None


def day_first(text: str) -> bool | None:
    """What a value proves of its column: True that days come first, False that months do, None nothing."""
    match = _EITHER.fullmatch(" ".join(text.split()))
    if not match:
        return None
    first, other = int(match["first"]), int(match["other"])
    if (first > 12) == (other > 12):
        return None
    return first > 12


def _clock(match: re.Match[str]) -> time:
    if match["hour"] is None:
        return time()
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return time(hour, int(match["minute"]), int(match["second"] or 0))


def _zone(found: str | None, text: str) -> tzinfo | None:
    if not found:
        return None
    if found[0] in "+-":
        hours, minutes = int(found[1:3]), int(found[-2:]) if len(found) > 3 else 0
        if hours > 14 or minutes > 59:
            raise ValueError(f"'{text[:40]}' names no time zone that exists")
        return timezone((timedelta(hours=hours, minutes=minutes)) * (-1 if found[0] == "-" else 1))
    if found.casefold() not in _ZONES:
        raise ValueError(f"the time zone in '{text[:40]}' can be read several ways")
    return timezone(timedelta(hours=_ZONES[found.casefold()]))
