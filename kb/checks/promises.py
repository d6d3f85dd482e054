"""Promises in the text whose last day has passed: "gültig bis 31.12.2025", "valid until March 2026".

A date alone is no promise. It becomes one by the word in front of it, and stops being one where the sentence speaks
of the past, gives an example, or where the date is the end of a period that is only told.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING

from kb.text.lexicons import either, months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.articles.article import Unit
    from kb.checks.finding import Finding
    from kb.checks.page import Page

_MONTHS = months()
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = rf"""
    (?:
        (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
      | (?P<day>\d{{1,2}})\.[ ]?(?P<month>\d{{1,2}})\.[ ]?(?P<year>\d{{4}}|\d{{2}}\b)
      | (?P<day2>\d{{1,2}})(?:\.|st|nd|rd|th)?[ ](?:of[ ])?(?P<name2>{_MONTH})\.?,?[ ](?P<year2>\d{{4}})
      | (?P<name3>{_MONTH})\.?[ ](?P<day3>\d{{1,2}})(?:st|nd|rd|th)?,?[ ](?P<year3>\d{{4}})
      | (?:(?:zum[ ])?(?:ende|the[ ]end[ ]of|end[ ]of)[ ])?(?P<name4>{_MONTH})\.?[ ](?P<year4>\d{{4}})
      | (?:zum[ ]jahresende|(?:zum[ ])?(?:ende|the[ ]end[ ]of|end[ ]of)(?:[ ]des[ ]jahres)?)[ ](?P<year5>\d{{4}})
    )
"""
_UNTIL, _ENDS, _BEFORE_DATE = (
    either(key).replace(" ", "[ ]") for key in ("promises.until", "promises.ends", "promises.before_date")
)
_PROMISE = re.compile(rf"\b(?:{_UNTIL}|{_ENDS})(?:[ ]{_BEFORE_DATE})*[ ]{_DATE}", re.VERBOSE | re.IGNORECASE)
_QUICK = re.compile(rf"\b{either('promises.hints')}", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\d\.\d{2}\b")
_PAST = re.compile(rf"\b{either('promises.past')}\b", re.IGNORECASE)
_EXAMPLE = re.compile(rf"\b{either('promises.examples')}", re.IGNORECASE)
_PERIOD = re.compile(rf"(?:\bvom?|\bfrom|\bbetween|\d|\b(?:{_MONTH}))[^.!?]{{0,30}}$|\d\.?[ ]*$", re.IGNORECASE)
_HOLDS = re.compile(rf"\b{either('promises.holds')}\b", re.IGNORECASE)
_FIX = "Mend or remove the sentence; or set `expires_on`, so that the article stops answering by itself."


def expired_promise(page: Page, today: date) -> Iterator[Finding]:
    """Sentences of a published article that promise something until a day that has passed."""
    article = page.article
    if article is None or article.status != "published" or (article.expires_on and article.expires_on < today):
        return
    for section in article.sections:
        for block in section.blocks:
            if block.kind == "code" or not (_QUICK.search(block.text) and _YEAR.search(block.text)):
                continue
            for unit in block.units:
                if found := _expired(unit, today):
                    phrase, last = found
                    message = f"“{phrase}” has passed, and the article is published (last day {last.isoformat()})"
                    yield page.finding("warning", "expired-promise", unit.lines[0], message, _FIX)


def _expired(unit: Unit, today: date) -> tuple[str, date] | None:
    """The first promise of a sentence whose last day lies before ``today``, with that day."""
    text = unit.text
    if _PAST.search(text) or _EXAMPLE.search(text):
        return None
    for match in _PROMISE.finditer(text):
        last = _last_day(match)
        told = _PERIOD.search(text, max(0, match.start() - 60), match.start())
        if last and last < today and (not told or _HOLDS.search(text)):
            return match[0], last
    return None


def _last_day(match: re.Match[str]) -> date | None:
    """The last day that the words include: of a month or a year, its last one. None where there is no such day."""
    given = {key: value for key, value in match.groupdict().items() if value}
    try:
        if "iso" in given:
            return date.fromisoformat(given["iso"])
        if "year5" in given:
            return date(int(given["year5"]), 12, 31)
        year = int(next(value for key, value in given.items() if key.startswith("year")))
        year += 2000 if year < 100 else 0
        name = next((value for key, value in given.items() if key.startswith("name")), "")
        month = _MONTHS[name.lower()] if name else int(given["month"])
        day = next((value for key, value in given.items() if key.startswith("day")), "")
        return date(year, month, int(day) if day else calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None
