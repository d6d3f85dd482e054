"""Single values of a ticket: text, durations, marks of satisfaction, yes and no. None for what cannot be told."""

from __future__ import annotations

import re
from datetime import timedelta

from kb.events.rows import clean
from kb.markdown.html import visible_ranges, visible_text

MOST_TEXT = 8_000
"""Characters that are kept of a text: what the longest question may have. Behind that stand quoted mails and logs."""

MOST_WORD = 200
_MOST_HTML = 200_000
_HTML = re.compile(
    r"</?(?:p|br|div|html|body|span|table|t[rdh]|a|ul|ol|li|b|i|u|strong|em|h[1-6]|font|img|hr)\b[^<>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
_QUOTED_FORMULA = re.compile(r"^'(?=[=+@-])")
_CLOCK = re.compile(r"(\d{1,6}):(\d{2})(?::(\d{2}))?")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,9})?")
_UNITS = (
    (r"ms$|milli", timedelta(milliseconds=1)),
    (r"sec|sek", timedelta(seconds=1)),
    (r"min", timedelta(minutes=1)),
    (r"hour|hrs?\b|stunde|std|\(h\)|hh:mm", timedelta(hours=1)),
    (r"\bdays?\b|_days?\b|\btagen?\b", timedelta(days=1)),
)
_MARKS = {
    1.0: "good great positive satisfied happy excellent thumbs_up sehr_zufrieden zufrieden gut positiv hilfreich ja yes"
    " extremely_happy very_happy very_satisfied good_i'm_satisfied",
    0.5: "neutral okay ok mixed teils_teils average",
    0.0: "bad negative dissatisfied unsatisfied unhappy poor thumbs_down unzufrieden sehr_unzufrieden schlecht negativ"
    " no nein extremely_unhappy very_unhappy very_dissatisfied very_unsatisfied bad_i'm_unsatisfied",
}
"""Satisfied, neither, or not: how much so, the words of two surveys do not say alike."""

_SATISFIED = {word: share for share, words in _MARKS.items() for word in words.split()}
_NOT_RATED = frozenset({"", "offered", "unoffered", "not_offered", "none", "null", "n/a", "-", "not_rated", "keine"})
_YES = frozenset({"true", "yes", "y", "1", "ja", "wahr", "x", "escalated", "eskaliert"})
_NO = frozenset({"false", "no", "n", "0", "nein", "falsch", "not_escalated"})


def plain(value: str) -> str:
    """Text of a cell without HTML, without the mark that keeps spreadsheets from computing it, and not endless."""
    text = _QUOTED_FORMULA.sub("", value[:_MOST_HTML])
    if _HTML.search(text):
        parts = (visible_text(text[start:end]) for start, end in visible_ranges(text))
        text = "\n".join(part for part in parts if part)
    elif _ENTITY.search(text):
        text = (
            visible_text(text.replace("<", "&lt;"))
            if "\n" not in text
            else "\n".join(map(visible_text, text.split("\n")))
        )
    lines = (" ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", clean("\n".join(lines)).strip())


def word(value: str) -> str:
    """A value of a list: one line, not endless."""
    return " ".join(plain(value).split())[:MOST_WORD]


def duration(value: str, column: str) -> timedelta | None:
    """How long it took: "1:30:00" or "1:30" in hours, or a number in the unit that the column's name tells."""
    text = value.strip()
    if match := _CLOCK.fullmatch(text):
        return timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=int(match[3] or 0))
    unit = next((unit for pattern, unit in _UNITS if re.search(pattern, column, re.IGNORECASE)), None)
    if unit is None or not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return number * unit if 0 <= number * unit.total_seconds() <= 10 * 365 * 86_400 else None


def satisfaction(value: str, scale: tuple[float, float] | None) -> tuple[float | None, bool]:
    """The mark as a share, 1 the best, and whether the value says anything: no mark is not a mark that is unknown.

    Words, "4/5" and "80 %" speak for themselves; a bare number needs the ``scale`` (worst, best).
    """
    text = value.strip().casefold()
    key = re.sub(r"[\s,]+", "_", text)
    if key in _NOT_RATED:
        return None, False
    if key in _SATISFIED:
        return _SATISFIED[key], True
    if match := re.fullmatch(r"(\d{1,3}(?:[.,]\d+)?)\s?(?:%|/\s?(\d{1,3}))", text):
        share = float(match[1].replace(",", ".")) / float(match[2] or 100) if match[2] != "0" else -1.0
        return (share if 0 <= share <= 1 else None), True
    if scale is None or not _NUMBER.fullmatch(text):
        return None, True
    share = (float(text.replace(",", ".")) - scale[0]) / (scale[1] - scale[0])
    return (share if 0 <= share <= 1 else None), True


def yes(value: str) -> bool | None:
    """Yes, no, or neither."""
    key = re.sub(r"\s+", "_", value.strip().casefold())
    return True if key in _YES else False if key in _NO else None


def listed(value: str) -> tuple[str, ...]:
    """Ids of articles: separated by commas, semicolons or blanks; of an address its last part."""
    parts = (part.strip("[]\"' ").rstrip("/").rpartition("/")[2] for part in re.split(r"[,;\s]+", clean(value)))
    return tuple(dict.fromkeys(part[:MOST_WORD] for part in parts if part))[:50]
