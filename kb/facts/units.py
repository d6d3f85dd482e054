"""Numbers as German and English write them, and the words that say what they count."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from kb.facts.fact import DAY_S, FactKind
from kb.text.lexicons import LANGUAGES, entries, table


class UnitOfMeasure(NamedTuple):
    """What a word beside a number makes of it: a kind of fact, in this unit, so many of them."""

    kind: FactKind
    name: str
    factor: Decimal = Decimal(1)


_SYMBOLS: Final = {
    "%": "%",
    "€": "€ eur",
    "$": "$ usd",
    "£": "£ gbp",
    "ct": "ct",
    "kWh": "kwh",
    "kW": "kw",
    "second": "s",
    "minute": "min",
    "hour": "h",
}
"""Names of units that no language owns, case-folded."""


def _named(group: str) -> dict[str, str]:
    return {
        word: name
        for language in LANGUAGES
        for name in table(group, language)
        for word in entries(f"{group}.{name}", language)
    }


UNITS: Final = {sign: name for name, signs in _SYMBOLS.items() for sign in signs.split()} | _named("units")
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
_RARE: Final = _MEANING | {
    "kB": UnitOfMeasure("quantity", "MB", Decimal("0.001")),
    "MB": UnitOfMeasure("quantity", "MB"),
    "GB": UnitOfMeasure("quantity", "MB", Decimal(1000)),
    "TB": UnitOfMeasure("quantity", "MB", Decimal(1_000_000)),
    "mm": UnitOfMeasure("quantity", "m", Decimal("0.001")),
    "cm": UnitOfMeasure("quantity", "m", Decimal("0.01")),
    "m": UnitOfMeasure("quantity", "m"),
    "km": UnitOfMeasure("quantity", "m", Decimal(1000)),
    "g": UnitOfMeasure("quantity", "g"),
    "kg": UnitOfMeasure("quantity", "g", Decimal(1000)),
    "dB": UnitOfMeasure("quantity", "dB"),
    "°C": UnitOfMeasure("quantity", "°C"),
    "W": UnitOfMeasure("quantity", "kW", Decimal("0.001")),
    "MWh": UnitOfMeasure("quantity", "kWh", Decimal(1000)),
    "fortnight": UnitOfMeasure("period", "second", Decimal(14 * DAY_S)),
    "pence": UnitOfMeasure("amount", "£", Decimal("0.01")),
}
_RARE_WORDS: Final = {name.casefold(): name for name in _RARE} | _named("rare_units")
_ADJECTIVES: Final = {stem: name for name, stem in table("unit_adjectives", "de").items()}
_ADJECTIVE = re.compile(rf"({'|'.join(_ADJECTIVES)})ig(?:e[mnrs]?)?\Z")


def _words() -> dict[str, Decimal]:
    values: dict[str, Decimal] = {}
    for language in LANGUAGES:
        ones, tens = entries("numbers.ones", language), entries("numbers.tens", language)
        (between,) = entries("numbers.between", language)
        values |= {word: Decimal(value) for value, word in enumerate(ones, 1)}
        values |= {word: Decimal(value) for value, word in enumerate(entries("numbers.teens", language), 10)}
        for index, ten in enumerate(tens, 2):
            values[ten] = Decimal(10 * index)
            values |= {between.format(one=one, ten=ten): Decimal(10 * index + n) for n, one in enumerate(ones, 1)}
        values |= {word: Decimal(value) for word, value in table("other_numbers", language).items()}
    return values | {word.casefold(): value for word, value in values.items()}


NUMBER_WORDS: Final = _words()
"""Number words up to ninety-nine and more, as written and case-folded; ``ein`` and ``one`` count only before a unit."""

ARTICLES: Final = frozenset(entries("numbers.articles"))
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
    return _RARE[name] if (name := _RARE_WORDS.get(key)) else None
