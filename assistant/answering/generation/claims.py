"""Numbers and names of a sentence: what a written answer may not make up.

Numbers are read in the text's language (``1.500`` is German for ``1,500``) and compared by value; where both sides have
a unit that is known here, by that too, so that ``14 %`` never vouches for ``14 Tage``. Seven digits and more in one run
are a phone number, an account or a date, and count in this order only. ``kb.facts`` reads promises and leaves out
numbers that only name something (``§ 5``, ``Windows 11``); here these too have to be vouched for.

Names are words that no dictionary vouches for. In both languages: identifiers (``NL-1007``), addresses
(``a@b.example``), and words with a capital inside or of capitals alone (``PayPal``, ``SEPA``). Besides, a capitalised
word that does not begin the sentence: in English any; in German, where every noun is capitalised, one that is neither
in the list of ordinary words (``kb.text.compounds``), nor made of such words, nor ends as derived nouns do. A
sentence's first word is capitalised anyway, and German surnames that are words (Müller) pass: there, the overlap has to
judge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kb.facts.units import NUMBER_WORDS, UNITS, is_grouped
from kb.text import compounds
from kb.text.language import primary_language
from kb.text.lexicons import entries
from kb.text.terms import STOP_WORDS

_LONG_DIGITS: Final = 7
"""Digits in a run from which on they are one number whatever stands between them: the shortest phone numbers."""

_NUMBER = re.compile(
    r"(?P<before>[€$£]\s?)?(?<![^\W_])(?P<value>\d+(?:[.,:]\d+)*)"
    r"\s?(?P<unit>[%€$£]|°C|(?:(?:working|business)\s)?[^\W\d_]+)?"
)
_RUN = re.compile(r"(?<!\w)\+?\(?\d(?:[ \u00a0()/.–-]{0,3}\d)+")

_WORD_VALUES: Final = {word: str(value) for word, value in NUMBER_WORDS.items() if 2 <= value <= 12}
_WORD_NUMBER = re.compile(
    rf"\b(?P<value>{'|'.join(_WORD_VALUES)})\b(?:\s(?P<unit>(?:(?:working|business)\s)?[^\W\d_]+))?", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\W_](?:\w|[-.@_'’/&+](?=\w))*")
_IDENTIFIER = re.compile(r"[^\W\d_]{1,5}[-.]?\d[\w.-]*|\d+[^\W\d_]\w*")
_ABBREVIATION = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
_CLITIC = re.compile(r"['’](?:s|m|d|t|re|ve|ll)?\Z")
_SHAPE = re.compile(r"[a-zß-öø-ÿ][A-ZÄÖÜ]|[A-ZÄÖÜ]{2}")
_MONTHS = frozenset(names.split()[0] for names in entries("months", "de"))
_NOUN_ENDING = re.compile(r"\w{5,}(?:ung|keit|heit|schaft|tion|tät)(?:en|s)?\Z")


@dataclass(frozen=True, slots=True)
class Number:
    """A number's canonical value, and the kind of its unit; "" where it has none that is known."""

    value: str
    unit: str = ""

    def agrees(self, other: Number) -> bool:
        """The same value, and no other unit."""
        return self.value == other.value and (not self.unit or not other.unit or self.unit == other.unit)


def numbers(text: str, language: str) -> list[Number]:
    """Every number, in digits or as a word from two to twelve; a phone number's parts are none."""
    base = primary_language(language)
    text = _RUN.sub(lambda match: " " if _is_phone(match[0]) else match[0], text)
    found = [
        Number(_value(match["value"], base), _unit(match["unit"]) or _unit(match["before"]))
        for match in _NUMBER.finditer(text)
    ]
    spoken = [
        Number(_WORD_VALUES[match["value"].casefold()], _unit(match["unit"])) for match in _WORD_NUMBER.finditer(text)
    ]
    return found + spoken


def runs(text: str) -> list[tuple[str, str]]:
    """(as written, its digits) of every run of seven digits or more, single separators between them left out."""
    found = [(match[0], re.sub(r"\D", "", match[0])) for match in _RUN.finditer(text)]
    return [(written, digits) for written, digits in found if len(digits) >= _LONG_DIGITS]


def names(sentence: str, language: str) -> list[str]:
    """The words of one sentence that a source has to vouch for, as written."""
    base = primary_language(language)
    tokens = list(_TOKEN.finditer(sentence))
    found: list[str] = []
    for index, match in enumerate(tokens):
        token = match[0]
        if _is_identifier(token):
            found.append(token)
        else:
            pieces = re.split(r"[-/&+]", token)
            found += [piece for piece in pieces if _is_name(piece, base, first=index == 0 and piece == pieces[0])]
    return found


def _is_phone(run: str) -> bool:
    return run[0] in "+(0" and len(re.sub(r"\D", "", run)) >= _LONG_DIGITS and not re.fullmatch(r"[\d.]+", run)


def _value(written: str, base: str) -> str:
    """``3,50`` and ``3.5`` are one value, in German ``1.500`` and ``1500``, ``08:00`` and ``8``; a date stays."""
    if ":" in written:
        return written.lstrip("0").removesuffix(":00") or "0"
    if is_grouped(written, base):
        written = written.replace("." if base == "de" else ",", "")
    written = written.replace(",", ".")
    return written.rstrip("0").rstrip(".") if written.count(".") == 1 else written


def _unit(word: str | None) -> str:
    return UNITS.get(" ".join((word or "").casefold().split()), "")


def _is_identifier(token: str) -> bool:
    """Letters and digits in one, or dots and at signs inside; neither ``30min`` nor ``14-tägig`` nor ``z.B``."""
    if _ABBREVIATION.fullmatch(token):
        return False
    if "@" in token or "_" in token or re.search(r"[^\W\d_]{2}\.[^\W\d_]{2}", token):
        return True
    return any(
        _IDENTIFIER.fullmatch(piece) and not _unit(piece.lstrip("0123456789.,")) for piece in (token, *token.split("-"))
    )


def _is_name(piece: str, base: str, *, first: bool) -> bool:
    piece = _CLITIC.sub("", piece)
    if len(piece) < 2 or piece[0].isdigit():
        return False
    if _SHAPE.search(piece):
        return True
    word = piece.casefold()
    if first or not piece[0].isupper() or word in STOP_WORDS.get(base, frozenset()):
        return False
    return base != "de" or not _is_german(word)


def _is_german(word: str) -> bool:
    """Whether a case-folded word is an ordinary German one; a month is a part of a date."""
    if word in _MONTHS:
        return False
    return compounds.is_known(word) or bool(compounds.parts(word)) or _NOUN_ENDING.match(word) is not None
