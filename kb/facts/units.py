"""Numbers as German and English write them, and the words that say what they count."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from kb.facts.model import DAY_S, FactKind


class UnitOfMeasure(NamedTuple):
    """What a word beside a number makes of it: a kind of fact, in this unit, so many of them."""

    kind: FactKind
    name: str
    factor: Decimal = Decimal(1)


UNIT_WORDS: Final = {
    "%": "% prozent percent",
    "€": "€ eur euro euros",
    "$": "$ usd dollar dollars",
    "£": "£ gbp pound pounds",
    "ct": "ct cent cents",
    "kWh": "kwh",
    "kW": "kw",
    "second": "s sek sekunde sekunden sec second seconds",
    "minute": "min minute minuten minutes",
    "hour": "h std stunde stunden hour hours",
    "day": "tag tage tagen day days",
    "working day": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen",
    "week": "woche wochen week weeks",
    "month": "monat monate monaten month months",
    "year": "jahr jahre jahren year years",
}
"""The words and signs, case-folded, that name each kind of unit."""

UNITS: Final = {word: kind for kind, words in UNIT_WORDS.items() for word in words.split()} | {
    f"{kind} {days}": "working day" for kind in ("working", "business") for days in ("day", "days")
}
"""Case-folded words and signs that say what a number counts, to the kind of unit that they name."""

_MEANING: Final = {
    "%": UnitOfMeasure("percent", "%"),
    "€": UnitOfMeasure("amount", "€"),
    "$": UnitOfMeasure("amount", "$"),
    "£": UnitOfMeasure("amount", "£"),
    "ct": UnitOfMeasure("amount", "€", Decimal("0.01")),
    "kWh": UnitOfMeasure("quantity", "kWh"),
    "kW": UnitOfMeasure("quantity", "kW"),
    "second": UnitOfMeasure("period", "second"),
    "minute": UnitOfMeasure("period", "second", Decimal(60)),
    "hour": UnitOfMeasure("period", "second", Decimal(3600)),
    "day": UnitOfMeasure("period", "second", Decimal(DAY_S)),
    "working day": UnitOfMeasure("period", "working day"),
    "week": UnitOfMeasure("period", "second", Decimal(7 * DAY_S)),
    "month": UnitOfMeasure("period", "month"),
    "year": UnitOfMeasure("period", "month", Decimal(12)),
}
_MORE: Final = {
    "kb": UnitOfMeasure("quantity", "MB", Decimal("0.001")),
    "mb": UnitOfMeasure("quantity", "MB"),
    "gb": UnitOfMeasure("quantity", "MB", Decimal(1000)),
    "tb": UnitOfMeasure("quantity", "MB", Decimal(1_000_000)),
    "mm": UnitOfMeasure("quantity", "m", Decimal("0.001")),
    "cm": UnitOfMeasure("quantity", "m", Decimal("0.01")),
    "m": UnitOfMeasure("quantity", "m"),
    "km": UnitOfMeasure("quantity", "m", Decimal(1000)),
    "meter": UnitOfMeasure("quantity", "m"),
    "metres": UnitOfMeasure("quantity", "m"),
    "meters": UnitOfMeasure("quantity", "m"),
    "g": UnitOfMeasure("quantity", "g"),
    "kg": UnitOfMeasure("quantity", "g", Decimal(1000)),
    "db": UnitOfMeasure("quantity", "dB"),
    "°c": UnitOfMeasure("quantity", "°C"),
    "grad": UnitOfMeasure("quantity", "°C"),
    "w": UnitOfMeasure("quantity", "kW", Decimal("0.001")),
    "watt": UnitOfMeasure("quantity", "kW", Decimal("0.001")),
    "mwh": UnitOfMeasure("quantity", "kWh", Decimal(1000)),
    "kilowatt": UnitOfMeasure("quantity", "kW"),
    "kilowattstunde": UnitOfMeasure("quantity", "kWh"),
    "kilowattstunden": UnitOfMeasure("quantity", "kWh"),
    "bankarbeitstag": UnitOfMeasure("period", "working day"),
    "bankarbeitstage": UnitOfMeasure("period", "working day"),
    "bankarbeitstagen": UnitOfMeasure("period", "working day"),
    "banking day": UnitOfMeasure("period", "working day"),
    "banking days": UnitOfMeasure("period", "working day"),
    "kalendertag": UnitOfMeasure("period", "second", Decimal(DAY_S)),
    "kalendertage": UnitOfMeasure("period", "second", Decimal(DAY_S)),
    "kalendertagen": UnitOfMeasure("period", "second", Decimal(DAY_S)),
    "calendar days": UnitOfMeasure("period", "second", Decimal(DAY_S)),
    "fortnight": UnitOfMeasure("period", "second", Decimal(14 * DAY_S)),
    "cents": UnitOfMeasure("amount", "€", Decimal("0.01")),
    "pence": UnitOfMeasure("amount", "£", Decimal("0.01")),
    "mins": UnitOfMeasure("period", "second", Decimal(60)),
    "hrs": UnitOfMeasure("period", "second", Decimal(3600)),
}
_ADJECTIVES: Final = {
    "sekünd": "second",
    "minüt": "minute",
    "stünd": "hour",
    "täg": "day",
    "wöch": "week",
    "monat": "month",
    "jähr": "year",
}
_ADJECTIVE = re.compile(rf"({'|'.join(_ADJECTIVES)})ig(?:e[mnrs]?)?\Z")

_ONES = ("ein zwei drei vier fünf sechs sieben acht neun", "one two three four five six seven eight nine")
_TEENS = (
    "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
)
_TENS = (
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "twenty thirty forty fifty sixty seventy eighty ninety",
)
_BETWEEN = ("{one}und{ten}", "{ten}-{one}")


def _words() -> dict[str, Decimal]:
    found: dict[str, int] = {}
    for ones, teens, tens, between in zip(_ONES, _TEENS, _TENS, _BETWEEN, strict=True):
        found |= {word: value for value, word in enumerate(ones.split(), 1)}
        found |= {word: value for value, word in enumerate(teens.split(), 10)}
        for place, ten in enumerate(tens.split(), 2):
            found[ten] = 10 * place
            found |= {between.format(one=one, ten=ten): 10 * place + n for n, one in enumerate(ones.split(), 1)}
    found |= {"hundert": 100, "einhundert": 100, "tausend": 1000, "eintausend": 1000, "hundred": 100, "thousand": 1000}
    exact = {word: Decimal(value) for word, value in found.items()}
    return exact | {"anderthalb": Decimal("1.5"), "eineinhalb": Decimal("1.5")}


NUMBER_WORDS: Final = _words()
"""Case-folded number words from one to ninety-nine, and some more; ``ein`` and ``one`` count only before a unit."""

ARTICLES: Final = frozenset({"ein", "eine", "einen", "einem", "einer", "eines", "one", "a", "an"})
"""Words that mean 1 before a unit (``eine Woche``, ``a week``) and nothing elsewhere."""

_THOUSANDS = {
    "de": re.compile(r"\d{1,3}(?:[.   ]\d{3})+(?:,\d+)?\Z"),
    "en": re.compile(r"\d{1,3}(?:[,   ]\d{3})+(?:\.\d+)?\Z"),
}


def is_grouped(written: str, base: str) -> bool:
    """Whether ``written`` has its thousands set apart, as the language ``base`` does it."""
    return _THOUSANDS.get(base, _THOUSANDS["en"]).match(written) is not None


def value(written: str, base: str) -> Decimal:
    """The value of digits: a point groups thousands in German, a comma in English.

    Of two different marks the last one is the decimal one in any language.
    """
    written = re.sub(r"[   ]", "", written)
    last = max(written.rfind("."), written.rfind(","))
    if last < 0:
        return Decimal(written)
    mark = written[last]
    other = "," if mark == "." else "."
    if other in written:
        return Decimal(written.replace(other, "").replace(",", "."))
    if written.count(mark) > 1 or is_grouped(written, base):
        return Decimal(written.replace(mark, ""))
    return Decimal(written.replace(",", "."))


def unit(word: str) -> UnitOfMeasure | None:
    """What a word or sign beside a number says that it counts; None where it is no known unit."""
    key = " ".join(word.casefold().split())
    if kind := UNITS.get(key):
        return _MEANING[kind]
    if match := _ADJECTIVE.match(key):
        return _MEANING[_ADJECTIVES[match[1]]]
    return _MORE.get(key)
