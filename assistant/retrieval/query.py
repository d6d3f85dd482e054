"""Understanding a question: its language, its terms, and what kind of thing it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from kb.text.language import InLanguage, detect_question
from kb.text.lexicons import either
from kb.text.terms import terms
from kb.vectors.question_vectors import folded

Focus: TypeAlias = Literal["steps", "amount", "time", "place", "person", "yes_no", "any"]
"""What an answer has to hold: a way to do it, a number, a date or period, where, who, whether, or anything."""


def _noun(nouns: str, endings: str) -> re.Pattern[str]:
    """Nouns by themselves and at the end of a compound: "Mit welcher Prüfdauer", "die Höhe der Mahngebühr"."""
    return re.compile(rf"\w{either(endings)}\b|\b{either(nouns)}\b", re.IGNORECASE)


_FOCUS: Final[list[tuple[Focus, re.Pattern[str]]]] = [
    ("amount", re.compile(rf"\b{either('focus.amount')}\b", re.IGNORECASE)),
    ("time", re.compile(rf"\b{either('focus.time')}\b", re.IGNORECASE)),
    ("steps", re.compile(rf"\b{either('focus.steps')}", re.IGNORECASE)),
    ("place", re.compile(rf"\b{either('focus.place')}\b", re.IGNORECASE)),
    ("person", re.compile(rf"\b{either('focus.person')}\b", re.IGNORECASE)),
    ("yes_no", re.compile(rf"^\W*{either('focus.yes_no')}\b", re.IGNORECASE)),
    ("time", _noun("focus_nouns.time", "focus_nouns.time_endings")),
    ("amount", _noun("focus_nouns.amount", "focus_nouns.amount_endings")),
]
"""In this order: the first that matches is what the question asks for."""


@dataclass(frozen=True, slots=True)
class Query(InLanguage):
    """A question made ready for search. ``text`` is what is embedded; ``terms`` are distinct, in reading order."""

    text: str
    language: str
    terms: tuple[str, ...]
    focus: Focus


def understand(question: str, language: str | None = None) -> Query:
    """Read a question. ``language`` (a BCP 47 tag) overrides what is detected from the words."""
    text = folded(question)
    spoken = language or detect_question(text)
    return Query(text, spoken, tuple(dict.fromkeys(terms(text, spoken))), focus_of(text))


def focus_of(text: str) -> Focus:
    """What the question asks for; of a long ticket text, what its last question asks for."""
    sentences = [part for part in re.split(r"(?<=[?.!])\s+", text) if part.endswith("?")]
    part = sentences[-1] if sentences else text
    return next((focus for focus, pattern in _FOCUS if pattern.search(part)), "any")
