"""Words that decide whether two sentences can be compared, and whether one denies what the other says."""

from __future__ import annotations

import re
from typing import Final

from kb.text import compounds
from kb.text.language import primary_language
from kb.text.lexicons import LANGUAGES, either, entries
from kb.text.negation import DENIAL
from kb.text.terms import stem


def _any(key: str) -> re.Pattern[str]:
    return re.compile(rf"\b{either(key)}\b", re.IGNORECASE)


NO_DENIAL: Final = re.compile(rf"\b{either('contradictions.no_denial')}", re.IGNORECASE)
"""Phrases with such a word that deny nothing."""

ONLY: Final = _any("contradictions.only")
YES_NO: Final = re.compile(f"{DENIAL.pattern}|{ONLY.pattern}", re.IGNORECASE)
"""Words that are compared as yes and no, not as content."""

NOT_THE_ONLY_ONE: Final = _any("contradictions.not_the_only_one")
ALSO: Final = _any("contradictions.also")

EXAMPLE: Final = re.compile(either("contradictions.examples"), re.IGNORECASE)
"""Marks of a sentence or a heading whose figures are made up."""

ORDINAL: Final = _any("contradictions.ordinals")

LEANING: Final = re.compile(
    rf"^\W*(?:update\W+)?{either('contradictions.leaning')}\b|\b{either('contradictions.leaning_phrases')}\b",
    re.IGNORECASE,
)
"""Marks of a sentence that is about something that only the text around it names."""

CONDITION: Final = re.compile(
    rf"\b{either('contradictions.conditions')}\b[^,;.:]*|, {either('contradictions.relatives')}\b[^,;.:]*",
    re.IGNORECASE,
)
"""A clause that says when the sentence holds, or of what: what it denies is not what the sentence denies."""

OPPOSITES: Final = frozenset(frozenset(pair.split()) for pair in entries("contradictions.opposites"))
"""Pairs of case-folded words of which one denies the other."""

CARRIERS: Final = frozenset(f"={name}" for name in entries("carriers", "shared"))
"""Groups of words that carry a figure or a modal and say nothing about the subject."""

EMPTY: Final = frozenset(entries("contradictions.empty"))
"""Case-folded words that carry no content beside those of the stop-word lists."""

SCOPES: Final = _any("contradictions.scopes")
"""Words that say for whom, where or when: what holds for one need not hold for the other."""


def _groups() -> dict[str, str]:
    groups: dict[str, str] = {}
    for line in entries("synonyms", "shared"):
        name, *_ = synonyms = line.split()
        for word in synonyms:
            for language in LANGUAGES:
                groups.setdefault(stem(word, language), f"={name}")
    return groups


_GROUP_OF: Final = _groups()


def group(word: str, language: str) -> str:
    """What a case-folded word is compared as: its group of synonyms, else its stem."""
    key = stem(word, primary_language(language))
    return _GROUP_OF.get(key, key)


def parts(word: str, language: str) -> frozenset[str]:
    """The groups of the parts of a case-folded German compound; empty elsewhere."""
    if primary_language(language) != "de":
        return frozenset()
    return frozenset(group(part, language) for part in compounds.parts(word))
