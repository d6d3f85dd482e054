"""How figures, days and times are written in German and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from assistant.reports import gap_words, words
from assistant.reports.figures.measures import OTHERS, Figure, Group
from assistant.reports.figures.period import Period
from assistant.reports.measure_words import NAMES
from kb.errors import UsageError
from kb.runtime.days import day_in

WORDS: dict[str, words.Words] = {"de": words.DE | gap_words.DE, "en": words.EN | gap_words.EN}

FEW = 20
"""Up to this count a change is given in cases: "50 % more" of two says less than "1 more"."""

_MINUS = "\u2212"
_SPACE = "\u00a0"
"""Keeps a number with its unit on one line."""

_UNITS: dict[str, tuple[tuple[int, str, str], ...]] = {
    "de": ((86_400, "Tag", "Tage"), (3_600, "Stunde", "Stunden"), (60, "Minute", "Minuten")),
    "en": ((86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """One language.

    ``least`` is the smallest group that is reported; ``products`` has what people call a product; ``zone`` is by whose
    calendar moments become days.
    """

    language: str
    least: int = 1
    products: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.language not in WORDS:
            raise UsageError(f"Reports are not written in '{self.language}'.", "Use --language de or --language en.")

    def say(self, key: str, /, **values: str) -> str:
        """The words for ``key`` with these values in them."""
        return WORDS[self.language][key].format(**values)

    def knows(self, key: str) -> bool:
        """Whether there are words for ``key``."""
        return key in WORDS[self.language]

    def amount(self, key: str, number: int, /, **values: str) -> str:
        """The words for ``key`` with a number of things: one of them has words of its own (``key_one``)."""
        if number == 1 and f"{key}_one" in WORDS[self.language]:
            return self.say(f"{key}_one", **values)
        return self.say(key, **({"n": self.number(number)} | values))

    def name(self, measure: str) -> str:
        """What a figure is called, with a capital: it begins a row."""
        name = NAMES[self.language][measure].name
        return name[0].upper() + name[1:]

    def meaning(self, measure: str) -> str:
        """What a figure says."""
        return NAMES[self.language][measure].meaning

    def product(self, product: str) -> str:
        """What people call a product; a name of the help desk's own stays as it is."""
        return self.products.get(product, product)

    def number(self, number: float, decimals: int = 0) -> str:
        """1.204,5 or 1,204.5."""
        written = f"{abs(number):,.{decimals}f}"
        if self.language == "de":
            written = written.translate(str.maketrans(",.", ".,"))
        zero = not any(digit in written for digit in "123456789")
        return (_MINUS if number < 0 and not zero else "") + written

    def share(self, share: float) -> str:
        """81 % or 81%."""
        return self.number(share * 100) + (f"{_SPACE}%" if self.language == "de" else "%")

    def day(self, day: date) -> str:
        """12.09.2026 or 12 Sep 2026."""
        if self.language == "de":
            return f"{day:%d.%m.%Y}"
        return f"{day.day}{_SPACE}{self.month(day)[:3]}{_SPACE}{day.year}"

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls."""
        return day_in(self.zone, moment)

    def short_day(self, day: date) -> str:
        """12.09. or 12 Sep: below a chart."""
        return f"{day:%d.%m.}" if self.language == "de" else f"{day.day} {self.month(day)[:3]}"

    def hours(self, hours: float) -> str:
        """2,5 Std. or 2.5 h: beside a chart."""
        return self.say("hours", number=self.number(hours, 0 if hours == int(hours) else 1))

    def month(self, day: date) -> str:
        """The name of a day's month."""
        return self.say("months").split()[day.month - 1]

    def period(self, period: Period) -> str:
        """A week with its number, a month by its name, else the first and the last day."""
        if period.kind == "month":
            return f"{self.month(period.first)} {period.first.year}"
        if period.first == period.last:
            return self.day(period.first)
        days = self.say("days", first=self.day(period.first), last=self.day(period.last))
        if period.kind == "week":
            return self.say("week", number=str(period.first.isocalendar().week), days=days)
        return days

    def duration(self, seconds: float) -> str:
        """The two largest units in words: 2 Stunden 5 Minuten, 3 days 4 hours; a part of a minute counts as one."""
        left = max(round(seconds / 60), 1) * 60
        units = _UNITS[self.language]
        largest = next(place for place, (size, _, _) in enumerate(units) if left >= size)
        if largest == 0:
            left = round(left / 3_600) * 3_600
        parts = []
        for size, one, many in units[largest : largest + 2]:
            number, left = divmod(left, size)
            if number:
                parts.append(f"{self.number(number)}{_SPACE}{one if number == 1 else many}")
        return " ".join(parts)

    def value(self, value: Figure | None) -> str:
        """A figure with its unit; a word where it is hidden, a dash where nothing is known."""
        if value is None or (value.value is None and not value.hidden):
            return self.say("unknown")
        if value.value is None:
            return self.say("hidden")
        write: Callable[[float], str] = {
            "count": self.number,
            "number": lambda number: self.number(number, 1),
            "share": self.share,
            "seconds": self.duration,
        }[value.unit]
        return write(value.value)

    def change(self, now: Figure | None, before: Figure | None) -> str:
        """How a figure changed: in per cent, shares in points, small counts in cases; empty where one is not known."""
        if now is None or before is None or now.value is None or before.value is None:
            return ""
        if now.unit == "share":
            points = round(now.value * 100) - round(before.value * 100)
            return self._signed(points, lambda _: self.amount("points", abs(points)))
        if now.unit == "count" and before.value < FEW:
            return self._signed(now.value - before.value, str)
        if not before.value:
            return ""
        relative = round((now.value / before.value - 1) * 100)
        return self._signed(relative, lambda n: f"{n}{_SPACE}%" if self.language == "de" else f"{n}%")

    def group(self, group: Group) -> str:
        """The name of a row."""
        if group.name == OTHERS:
            return self.say("others", number=str(group.size)) if group.size > 1 else self.say("others_one")
        return group.name or self.say("unnamed")

    def language_name(self, language: str) -> str:
        """German or English by its name, another language by its tag."""
        known = f"language_{language.partition('-')[0]}"
        return WORDS[self.language].get(known, language)

    def _signed(self, number: float, unit: Callable[[str], str]) -> str:
        if not number:
            return self.say("same")
        return ("+" if number > 0 else _MINUS) + unit(self.number(abs(number)))
