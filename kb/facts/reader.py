"""Finding the facts of a text, in order; what is a name for all its digits (``Windows 11``, ``§ 5``) is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kb.facts.fact import Fact, FactKind
from kb.facts.units import ARTICLES, NUMBER_WORDS, UnitOfMeasure, unit, value
from kb.text.language import primary_language
from kb.text.lexicons import either, entries, months
from kb.text.terms import STOP_WORDS, stem

_MONTHS: Final = months()
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+")
_LEGAL = re.compile(r"§+\s?\d+\w?|\b(?:Abs|Art|Nr|No|Ziff|Kap)\.\s?\d+")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+\d{1,3} ?(?:\(0\) ?)?|\(0\d{1,5}\)|0)\d?(?:[ \u00a0/–-]{0,2}\d){5,}(?![\d.,]*\d|\s?[€%])"
)
_DATE = re.compile(
    rf"""(?<![\w.,])(?:
      (?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)
    | (?P<d2>\d{{1,2}})\.\s?(?P<m2>\d{{1,2}})\.(?:\s?(?P<y2>\d{{4}})(?!\d)|(?!\s?\d))
    | (?P<d6>\d\d)\.(?P<m6>\d\d)\.(?P<y6>\d\d)(?![\d.])
    | (?P<d3>\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?P<m3>{_MONTH})\b\.?(?:,?\s(?P<y3>\d{{4}}))?
    | (?P<m4>{_MONTH})\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s(?P<y4>\d{{4}}))?
    | (?P<m5>{_MONTH})\s(?P<y5>\d{{4}})
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_DAY_OF_RANGE = re.compile(
    rf"(?<![\w.,])(?P<day>\d{{1,2}})\.?"
    rf"(?=\s?(?:bis|und|to|and|–|-)\s?(?:(?:zum|dem|den|the)\s)?\d{{1,2}}\.?\s(?P<month>{_MONTH})\b)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"""(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?:
      [:.](?P<minute>[0-5]\d)(?![\d.:])(?:\s?(?:uhr\b|h\b|(?P<half>[ap])\.?m\b\.?))
    | :(?P<minute2>[0-5]\d)(?![\d:])
    | \s?(?:uhr\b|(?P<half2>[ap])\.?m\b\.?)
    | (?=\s?(?:bis|to|[–-])\s?(?P<until>2[0-4]|[01]?\d)(?:[:.][0-5]\d)?\s?(?:uhr\b|(?P<half3>[ap])\.?m\b))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OR_NEWER = rf"\+|\s{either('facts.or_newer')}"
_VERSION = re.compile(
    rf"""(?<![\w.,])v?(?!\d{{1,3}}(?:\.\d{{3}})+(?!\d))(?P<three>\d+(?:\.\d+){{2,3}})(?![\w]|[.,]\d)
    | (?<=ersion\s)(?P<said>\d+(?:\.\d+)*)(?![.,]?\d)
    | (?<=ersion\sist\s)(?P<said2>\d+(?:\.\d+)+)(?![.,]?\d)
    | (?<=[^\W\d_]\s)(?P<named>\d+(?:\.\d+)*)(?={_OR_NEWER})
    | (?:(?<=iOS\s)|(?<=macOS\s)|(?<=Android\s)|(?<=\bv))(?P<system>\d+\.\d+)(?![.,]?\d)""",
    re.VERBOSE,
)
_FREE = re.compile(rf"\b{either('facts.free')}\b", re.IGNORECASE)
_DIGITS = r"\d{1,3}(?:[.,   ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_SPOKEN = "|".join(sorted(map(re.escape, NUMBER_WORDS), key=len, reverse=True))
_COUNT = rf"(?:{_DIGITS})(?!\d)|\b(?:{_SPOKEN}|{'|'.join(sorted(ARTICLES, key=len, reverse=True))})(?=\b|\w{{3,6}}ig)"
_FIGURE = re.compile(
    rf"""(?<![\w.,])(?P<sign>[€$£]\s?|\b(?:EUR|Euro|USD|GBP)\s)?(?P<low>{_COUNT})
    (?:\s?(?P<unit1>[€$£%]|EUR\b)?\s?(?:–|-|bis(?:\szu)?\s|to\s|und\s(?=\d)|and\s(?=\d))\s?(?P<sign2>[€$£]\s?)?(?P<high>{_COUNT}))?
    (?P<half>\s(?:halbe[ns]?|half)\b)?
    (?:[\s \u202f-]?(?P<unit>[€$£%]|°C|(?:working|business|banking|calendar)[ -]days?\b|[^\W\d_]+))?""",
    re.IGNORECASE | re.VERBOSE,
)
_HALF = re.compile(
    r"\b(?:ein(?:e[mnrs]?)?\s)?(?:halbe[ns]?|half an?)\s(?P<unit>Stunde|Jahr\w*|hour|year)\b", re.IGNORECASE
)
_RATE = re.compile(r"\s?(?:/|per |pro |je )\s?([^\W\d_]+)", re.IGNORECASE)
_BEFORE_A = re.compile(r"\b(?:within|for|after|in|takes?|lasts?|of|than|by|to|about|only|half)\s\Z", re.IGNORECASE)
_NAMING = re.compile(r"(?P<word>[^\W\d_][\w-]*)[  ]\Z")
_AT_LEAST = re.compile(rf"\b{either('facts.at_least')}\s\Z", re.IGNORECASE)
_AT_MOST = re.compile(rf"\b{either('facts.at_most')}\s\Z", re.IGNORECASE)
_NO_NAME: Final = frozenset(entries("facts.before_figures"))
"""Case-folded words before a number that do not name what it numbers, even where they begin a sentence."""


def read(text: str, language: str) -> list[Fact]:
    """The facts of ``text`` in its ``language`` (a BCP 47 tag), in reading order, without overlap. Never raises."""
    base = primary_language(language)
    rest = _blanked(_LEGAL, _blanked(_ADDRESS, text))
    found: list[Fact] = []
    for finder in (_dates, _phones, _versions, _times, _halves, _free):
        new = list(finder(rest))
        for fact in new:
            rest = rest[: fact.start] + "\x00" * (fact.end - fact.start) + rest[fact.end :]
        found += new
    found += _figures(rest, base)
    return sorted((_whole(fact, text) for fact in found), key=lambda fact: fact.start)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: "\x00" * len(match[0]), text)


def _whole(fact: Fact, text: str) -> Fact:
    """With the words as the text has them, and the bound that stands in front."""
    before = text[max(0, fact.start - 20) : fact.start]
    bound = -1 if _AT_LEAST.search(before) else 1 if _AT_MOST.search(before) else 0
    return Fact(
        fact.kind, fact.unit, fact.low, fact.high, fact.code, text[fact.start : fact.end], fact.start, fact.end, bound
    )


def _coded(kind: FactKind, code: str, start: int, end: int) -> Fact:
    return Fact(kind, "", Decimal(0), Decimal(0), code, "", start, end)


def _dates(text: str) -> Iterator[Fact]:
    for match in _DAY_OF_RANGE.finditer(text):
        code = _date_code(None, str(_MONTHS[match["month"].casefold()]), match["day"])
        if code:
            yield _coded("date", code, *match.span())
    for match in _DATE.finditer(text):
        named = match.groupdict()
        parts = {key: next((named[f"{key}{n}"] for n in "123456" if named.get(f"{key}{n}")), None) for key in "ymd"}
        month = parts["m"] or ""
        code = _date_code(parts["y"], str(_MONTHS.get(month.casefold(), month)), parts["d"])
        if code:
            yield _coded("date", code, *match.span())


def _date_code(year: str | None, month: str, day: str | None) -> str:
    """``2026-12-31``, with ``?`` for what is not said; "" for what is no date."""
    if not 1 <= int(month) <= 12 or (day is not None and not 1 <= int(day) <= 31):
        return ""
    full_year = "?" if year is None else year if len(year) == 4 else f"20{year}"
    return f"{full_year}-{int(month):02}-{'?' if day is None else f'{int(day):02}'}"


def _phones(text: str) -> Iterator[Fact]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0].replace("(0)", ""))
        if match[0].startswith("+") or digits.startswith("00"):
            digits = re.sub(r"^(?:00)?49", "0", digits)
        if len(digits) >= 6:
            yield _coded("phone", digits, *match.span())


def _versions(text: str) -> Iterator[Fact]:
    for match in _VERSION.finditer(text):
        written = next(group for group in match.groups() if group)
        yield _coded("version", re.sub(r"(?:\.0)+\Z", "", written), *match.span())


def _times(text: str) -> Iterator[Fact]:
    for match in _TIME.finditer(text):
        half = (match["half"] or match["half2"] or match["half3"] or "").casefold()
        hour = int(match["hour"])
        if match["half3"] and hour > int(match["until"]):  # "9 to 5 pm" begins in the morning
            half = "a" if half == "p" else "p"
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        minutes = Decimal(60 * hour + int(match["minute"] or match["minute2"] or 0))
        yield Fact("time", "minute", minutes, minutes, "", "", *match.span())


def _halves(text: str) -> Iterator[Fact]:
    for match in _HALF.finditer(text):
        is_hour = match["unit"].casefold() in {"stunde", "hour"}
        amount = Decimal(1800 if is_hour else 6)
        yield Fact("period", "second" if is_hour else "month", amount, amount, "", "", *match.span())


def _free(text: str) -> Iterator[Fact]:
    for match in _FREE.finditer(text):
        yield Fact("amount", "€", Decimal(0), Decimal(0), "", "", *match.span())


def _figures(text: str, base: str) -> Iterator[Fact]:
    place = 0
    while match := _FIGURE.search(text, place):
        fact, place = _figure(match, base)
        if fact is not None:
            yield fact


def _figure(match: re.Match[str], base: str) -> tuple[Fact | None, int]:
    """The fact of a match, if it is one, and where to look on."""
    word = (match["sign"] or match["unit1"] or match["sign2"] or "").strip() or match["unit"] or ""
    known = unit(word)
    is_unit_behind = known is not None and word == match["unit"]
    end = match.end("unit") if is_unit_behind else match.end("high" if match["high"] else "low")
    if match["unit"] and not is_unit_behind and unit(match["unit"]) is not None:
        end = match.end("unit")
    if known is None:
        return _plain(match, base, word, end), end
    if match["low"].casefold() in ARTICLES and not _counts(match, known, base):
        return None, match.end("low")
    low = _count(match["low"], base)
    high = _count(match["high"], base) if match["high"] else low
    rate = _RATE.match(match.string, end) if known.kind == "amount" else None
    per = unit(rate[1]) if rate else None
    if rate and per and per.kind == "quantity":
        known, end = known._replace(name=f"{known.name}/{rate[1].casefold()}"), rate.end()
    return _made(known, low, high, match.start(), end), end


def _counts(match: re.Match[str], known: UnitOfMeasure, base: str) -> bool:
    """Whether an article means 1: in ``eine Woche`` and ``within a week``, not in ``24 hours a day``."""
    if known.kind != "period":
        return False
    word = match["low"].casefold()
    if base != "en" or word not in {"a", "an"}:
        return word not in {"a", "an"}
    return _BEFORE_A.search(match.string[: match.start()]) is not None


def _made(known: UnitOfMeasure, low: Decimal, high: Decimal, start: int, end: int) -> Fact:
    return Fact(known.kind, known.name, low * known.factor, max(low, high) * known.factor, "", "", start, end)


def _plain(match: re.Match[str], base: str, word: str, end: int) -> Fact | None:
    """A number without a unit: an ordinal, an article and what belongs to a name are none."""
    if match["low"].casefold() in ARTICLES:
        return None
    text, start = match.string, match.start("low")
    naming = _NAMING.search(text[max(0, start - 40) : start])
    is_named = naming is not None and naming["word"][0].isupper() and naming["word"].casefold() not in _NO_NAME
    is_ordinal = not word and re.match(r"\.\s?[^\W\d_]", text[end : end + 3]) is not None
    counts_nothing = not word or word[0].islower() or word in _NO_NAME
    if match["low"].isdigit() and (is_ordinal or (is_named and counts_nothing)):
        return None
    counted = word.casefold()
    noun = "" if counted in STOP_WORDS.get(base, frozenset()) else stem(counted, base)
    low = _count(match["low"], base)
    high = _count(match["high"], base) if match["high"] else low
    return Fact("number", noun, low, max(low, high), "", "", match.start(), end)


def _count(written: str, base: str) -> Decimal:
    folded = written.casefold()
    if folded in ARTICLES:
        return Decimal(1)
    return NUMBER_WORDS[folded] if folded in NUMBER_WORDS else value(written, base)
