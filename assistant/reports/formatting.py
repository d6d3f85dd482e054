"""Texts, figures, days and times of a report in one language: the words of the catalogue, written as Babel says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from babel import Locale, dates, numbers, units

from assistant.messages import LANGUAGES, catalogue, language_name, locale, plural, text
from assistant.reports.figures.measures import OTHERS, Figure, Group
from assistant.reports.figures.period import Period
from kb.errors import UsageError
from kb.runtime.days import day_in

FEW = 20
"""Up to this count a change is given in cases: "50 % more" of two says less than "1 more"."""

_MINUS, _NO_BREAK = "\u2212", "\u00a0"
"""A minus sign, which Babel writes as a hyphen; a space that keeps a number with its unit on one line."""

_UNITS_S = {"day": 86_400, "hour": 3_600, "minute": 60}
"""Seconds of the units in which durations are written, the largest first."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One language, ``de`` or ``en``; UsageError for another one.

    ``least`` is the smallest group that is reported; ``products`` has what people call a product; ``zone`` is by whose
    calendar moments become days.
    """

    language: str
    least: int = 1
    products: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise UsageError(f"Reports are not written in '{self.language}'.", "Use --language de or --language en.")

    @property
    def locale(self) -> Locale:
        """By which Babel writes."""
        return locale(self.language)

    def say(self, key: str, /, **values: object) -> str:
        """The text for ``key`` with these values in it."""
        return text(f"reports.{key}", self.language, **values)

    def amount(self, key: str, number: float, /, **values: object) -> str:
        """The text for ``key`` and a number of things, in the plural form that the number needs."""
        return plural(f"reports.{key}", self.language, number, **values)

    def columns(self, *keys: str) -> list[str]:
        """The heads of a table."""
        return [self.say(key) for key in keys]

    def knows(self, key: str) -> bool:
        """Whether there is a text for ``key``."""
        return f"reports.{key}" in catalogue(self.language)

    def name(self, measure: str) -> str:
        """The name of a figure, with a capital: it begins a row."""
        name = self.say(f"names.{measure}")
        return name[0].upper() + name[1:]

    def product(self, product: str) -> str:
        """What people call a product; a name of the help desk's own stays as it is."""
        return self.products.get(product, product)

    def language_name(self, tag: str) -> str:
        """A language by its name."""
        return language_name(tag, self.language)

    def number(self, number: float, decimals: int = 0) -> str:
        """1.204,5 or 1,204.5."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        rounded = round(number, decimals) + 0.0  # no minus in front of nought
        return numbers.format_decimal(rounded, pattern, self.locale).replace("-", _MINUS)

    def share(self, share: float) -> str:
        """81 % or 81%."""
        return numbers.format_percent(share, locale=self.locale)

    def day(self, day: date) -> str:
        """12.09.2026 or 12 Sept 2026."""
        return dates.format_date(day, locale=self.locale).replace(" ", _NO_BREAK)

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls."""
        return day_in(self.zone, moment)

    def short_day(self, day: date) -> str:
        """12.09. or 12 Sept: below a chart."""
        return dates.format_date(day, self.say("short_day"), self.locale)

    def hours(self, hours: float) -> str:
        """2,5 Std. or 2.5 h: beside a chart."""
        return self.say("hours", number=self.number(hours, 0 if hours == int(hours) else 1))

    def period(self, period: Period) -> str:
        """A week with its number, a month by its name, else the first and the last day."""
        if period.kind == "month":
            return dates.format_date(period.first, "LLLL y", self.locale)
        if period.first == period.last:
            return self.day(period.first)
        days = self.say("days", first=self.day(period.first), last=self.day(period.last))
        return self.say("week", number=period.first.isocalendar().week, days=days) if period.kind == "week" else days

    def duration(self, seconds: float) -> str:
        """The two largest units in words: 2 Stunden 5 Minuten, 3 days 4 hours; a part of a minute counts as one."""
        left = max(round(seconds / 60), 1) * 60
        if left >= _UNITS_S["day"]:
            left = round(left / 3_600) * 3_600
        parts = []
        for unit, size in _UNITS_S.items():
            number, left = divmod(left, size)
            if number:
                parts.append(units.format_unit(number, f"duration-{unit}", locale=self.locale).replace(" ", _NO_BREAK))
        return " ".join(parts)

    def value(self, figure: Figure | None) -> str:
        """A figure with its unit; a word where it is hidden, a dash where nothing is known."""
        if figure is None or (figure.value is None and not figure.hidden):
            return self.say("unknown")
        if figure.value is None:
            return self.say("hidden")
        write: dict[str, Callable[[float], str]] = {
            "count": self.number,
            "number": lambda number: self.number(number, 1),
            "share": self.share,
            "seconds": self.duration,
        }
        return write[figure.unit](figure.value)

    def change(self, now: Figure, before: Figure) -> str:
        """How a figure changed: in per cent, shares in points, small counts in cases; empty where one is not known."""
        if now.value is None or before.value is None:
            return ""
        if now.unit == "share":
            points = round(now.value * 100) - round(before.value * 100)
            return self._signed(points, self.amount("points", abs(points)))
        if now.unit == "count" and before.value < FEW:
            return self._signed(now.value - before.value, self.number(abs(now.value - before.value)))
        if not before.value:
            return ""
        relative = round(now.value / before.value - 1, 2)
        return self._signed(relative, self.share(abs(relative)))

    def group(self, group: Group) -> str:
        """The name of a row."""
        return self.amount("others", group.size) if group.name == OTHERS else group.name or self.say("unnamed")

    def _signed(self, number: float, size: str) -> str:
        return ("+" if number > 0 else _MINUS) + size if number else self.say("same")
