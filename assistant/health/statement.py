"""A sentence taken apart for comparison: its facts, what it is about, for whom it holds, and whether it denies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assistant.health import wording
from kb.facts import Fact, read
from kb.facts.units import NUMBER_WORDS, unit
from kb.terms import STOP_WORDS, base_language, stem, words

_MARKUP = re.compile(r"\*+|`+|~~|\[([^\[\]]*)\]\([^()]*\)")
_WORD_BEHIND = re.compile(r" ([^\W\d_]+)")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,3})(?:\.(?=\s?[^\W\d_])|(?:st|nd|rd|th)\b)")
_PARTICIPLE = re.compile(r"\Age(?=\w{5}.*t\Z)|(?<=\w{4})t\Z")
"""What German participles have around the stem: ``gewechselt`` is a form of ``wechseln``."""

_SAME_PREFIX: Final = 6
"""Letters that two words share at their beginning where they are forms of one another (``signature``, ``signing``)."""

_WHOLE_PREFIX: Final = 4
"""Letters of a word that may be the beginning of the other (``sign``, ``signature``)."""

_SCOPE: Final = 9
"""Letters of a word of scope that count: ``Geschäftskunden`` and ``geschäftlich`` are one."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A word of a sentence that says what it is about.

    ``word`` is case-folded, ``key`` what it is compared as, ``parts`` those of a compound, ``start`` its place in the
    text, ``following`` the case-folded word behind it. ``is_name`` tells words that name something: capitalised inside a sentence, or with digits.
    """

    word: str
    key: str
    parts: frozenset[str]
    is_name: bool
    start: int
    following: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one sentence states.

    ``topics`` are its words of content without those of ``facts``; ``ordinals`` tell things apart (``1. Mahnung``).
    """

    text: str
    language: str
    facts: tuple[Fact, ...]
    topics: tuple[Topic, ...]
    scopes: frozenset[str]
    ordinals: frozenset[str]
    denials: tuple[str, ...]
    only: str
    also: bool
    words: frozenset[str]

    @property
    def keys(self) -> frozenset[str]:
        """Everything a word of another sentence can meet here."""
        return frozenset(key for topic in self.topics for key in (topic.key, *topic.parts))


@lru_cache(maxsize=1 << 14)
def state(text: str, language: str) -> Statement:
    """Take a sentence apart, without its Markdown marks. ``language`` is a BCP 47 tag."""
    text = " ".join(_MARKUP.sub(r"\1", text).split())
    base = base_language(language)
    facts = tuple(read(text, language))
    rest = text
    for fact in facts:
        rest = rest[: fact.start] + " " * (fact.end - fact.start) + rest[fact.end :]
    plain = wording.NO_DENIAL.sub("", rest)
    only = None if wording.NOT_THE_ONLY_ONE.search(rest) else wording.ONLY.search(rest)
    return Statement(
        text=text,
        language=language,
        facts=facts,
        topics=tuple(_topics(rest, language)),
        scopes=frozenset(stem(scope[0].casefold(), base)[:_SCOPE] for scope in wording.SCOPES.finditer(rest)),
        ordinals=frozenset(_ORDINAL.findall(rest)),
        denials=tuple(match[0] for match in wording.DENIAL.finditer(plain)),
        only=only[0] if only else "",
        also=wording.ALSO.search(rest) is not None,
        words=frozenset(word.casefold() for word in re.findall(r"[^\W\d_]+", rest)),
    )


def _topics(text: str, language: str) -> list[Topic]:
    base = base_language(language)
    empty = wording.EMPTY | STOP_WORDS.get(base, frozenset()) | NUMBER_WORDS.keys()
    found: dict[str, Topic] = {}
    for match in re.finditer(r"[^\W_](?:[\w.-]*[^\W_])?", text):
        is_first = not text[: match.start()].strip("„“\"'( ")
        behind = _WORD_BEHIND.match(text, match.end())
        following = behind[1].casefold() if behind else ""
        for word in words(match[0], base):
            if (
                word in empty
                or unit(word) is not None
                or wording.DENIAL.fullmatch(word)
                or wording.ONLY.fullmatch(word)
            ):
                continue
            key = wording.group(word, language)
            has_digit = any(map(str.isdigit, word))
            is_name = has_digit or (match[0][0].isupper() and not is_first)
            found.setdefault(key, Topic(word, key, wording.parts(word, language), is_name, match.start(), following))
    return [topic for topic in found.values() if topic.key not in wording.CARRIERS]


def unmatched(left: Statement, right: Statement) -> list[Topic]:
    """The topics of ``left`` that ``right`` does not have, in any form or as a compound's parts."""
    keys = right.keys
    return [topic for topic in left.topics if not _is_met(topic, keys)]


def _is_met(topic: Topic, keys: frozenset[str]) -> bool:
    if topic.key in keys:
        return True
    telling = topic.parts - wording.CARRIERS
    if topic.parts and telling <= keys:
        return True
    if any(map(str.isdigit, topic.key)):
        return False
    return any(_alike(topic.key, key) for key in keys)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((_PARTICIPLE.sub("", one), _PARTICIPLE.sub("", other)), key=len)
    if short == long:
        return True
    if len(short) >= _WHOLE_PREFIX and long.startswith(short) and len(long) - len(short) <= _WHOLE_PREFIX:
        return True
    return (
        len(short) >= _SAME_PREFIX + 1 and short[:_SAME_PREFIX] == long[:_SAME_PREFIX] and len(long) - len(short) <= 3
    )
