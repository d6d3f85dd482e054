"""A sentence taken apart for comparison: its facts, what it is about, for whom it holds, and whether it denies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from assistant.health import lexicon
from assistant.health.parameters import CONTRADICTION
from kb.facts import Fact, read
from kb.facts.units import NUMBER_WORDS, unit
from kb.text.language import primary_language
from kb.text.negation import DENIAL
from kb.text.terms import STOP_WORDS, stem, words

_MARKUP = re.compile(r"\*+|`+|~~|\[([^\[\]]*)\]\([^()]*\)")
_ROW = re.compile(r"(?:[^:;]{1,60}: )?[^;]*(?:; [^:;]{1,60}: [^;]*)+")
_CELL = re.compile(r"(?:^|(?<=; ))(?:(?P<head>[^:;]{1,60}):(?= ))?[^;]*")
_BREAK = re.compile(r"[.!?:;]\s")

_WORD_BEHIND = re.compile(r" ([^\W\d_]+)")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,3})(?:\.(?=\s?[^\W\d_])|(?:st|nd|rd|th)\b)")
_PARTICIPLE = re.compile(r"\Age(?=\w{5}.*t\Z)|(?<=\w{4})t\Z")
"""What German participles have around the stem: ``gewechselt`` is a form of ``wechseln``."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A word of a sentence that says what it is about.

    ``word`` is case-folded, ``key`` what it is compared as, ``parts`` those of a compound, ``start`` its place in the
    text, ``following`` the case-folded word behind it. ``is_name`` tells words that name something: capitalised inside
    a sentence, or with digits.
    """

    word: str
    key: str
    parts: frozenset[str]
    is_name: bool
    start: int
    following: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table's row: the words of its column's head, and its characters in the text."""

    head: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one sentence states.

    ``topics`` are its words of content without those of ``facts``; ``ordinals`` tell things apart (``1. Mahnung``). Of
    a table's row (``Anlass: Mahnung; Betrag: 2 €``) the words of the columns are no topics, as the other sentence need
    not have them; figures in its first cell say what the row is about, so they are no facts but ordinals.
    """

    text: str
    language: str
    facts: tuple[Fact, ...]
    topics: tuple[Topic, ...]
    cells: tuple[Cell, ...]
    scopes: frozenset[str]
    ordinals: frozenset[str]
    denials: tuple[str, ...]
    case_denials: int
    sentences: int
    only: str
    also: bool
    words: frozenset[str]

    @property
    def keys(self) -> frozenset[str]:
        """Everything a word of another sentence can meet here."""
        return frozenset[str]().union(*(cell.head for cell in self.cells)) | keys_of(self.topics)

    @property
    def subject(self) -> list[Topic]:
        """What a table's row is about: the words of its first cell; nothing of other sentences."""
        return [topic for topic in self.topics if topic.start < self.cells[0].end] if self.cells else []

    def cell(self, fact: Fact) -> Cell | None:
        """The cell of a row in which a fact stands."""
        return next((cell for cell in self.cells if cell.start <= fact.start < cell.end), None)


@lru_cache(maxsize=1 << 14)
def state(text: str, language: str) -> Statement:
    """Take a sentence apart, without its Markdown marks. ``language`` is a BCP 47 tag."""
    text = " ".join(_MARKUP.sub(r"\1", text).split())
    base = primary_language(language)
    cells = _cells(text, language) if _ROW.fullmatch(text) else ()
    subject_end = cells[0].end if cells else 0
    found = read(text, language)
    rest = text
    for fact in found:
        rest = rest[: fact.start] + " " * (fact.end - fact.start) + rest[fact.end :]
    plain = lexicon.NO_DENIAL.sub("", rest)
    only = None if lexicon.NOT_THE_ONLY_ONE.search(rest) else lexicon.ONLY.search(rest)
    return Statement(
        text=text,
        language=language,
        facts=tuple(fact for fact in found if fact.start >= subject_end),
        topics=tuple(_topics(_CELL.sub(_without_head, rest) if cells else rest, language)),
        cells=cells,
        scopes=frozenset(
            stem(scope[0].casefold(), base)[: CONTRADICTION.scope] for scope in lexicon.SCOPES.finditer(rest)
        ),
        ordinals=frozenset(_ORDINAL.findall(rest))
        | {stem(match[0].casefold(), base) for match in lexicon.ORDINAL.finditer(rest)}
        | {f"{fact.low}{fact.code}" for fact in found if fact.start < subject_end},
        denials=tuple(match[0] for match in DENIAL.finditer(lexicon.CONDITION.sub("", plain))),
        case_denials=sum(len(DENIAL.findall(case[0])) for case in lexicon.CONDITION.finditer(plain)),
        sentences=len(_BREAK.findall(text)) + 1,
        only=only[0] if only else "",
        also=lexicon.ALSO.search(rest) is not None,
        words=frozenset(word.casefold() for word in re.findall(r"[^\W\d_]+", rest)),
    )


def _cells(text: str, language: str) -> tuple[Cell, ...]:
    base = primary_language(language)
    return tuple(
        Cell(frozenset(lexicon.group(word, language) for word in words(match["head"] or "", base)), *match.span())
        for match in _CELL.finditer(text)
        if match[0]
    )


def _without_head(match: re.Match[str]) -> str:
    width = len(match["head"] or "")
    return " " * width + match[0][width:]


def _topics(text: str, language: str) -> list[Topic]:
    base = primary_language(language)
    empty = lexicon.EMPTY | STOP_WORDS.get(base, frozenset()) | NUMBER_WORDS.keys()
    found: dict[str, Topic] = {}
    for match in re.finditer(r"[^\W_](?:[\w.-]*[^\W_])?", text):
        is_first = not text[: match.start()].strip("„“\"'( ")
        behind = _WORD_BEHIND.match(text, match.end())
        following = behind[1].casefold() if behind else ""
        for word in words(match[0], base):
            if (
                word in empty
                or unit(word) is not None
                or lexicon.YES_NO.fullmatch(word)
                or lexicon.SCOPES.fullmatch(word)
            ):
                continue
            key = lexicon.group(word, language)
            has_digit = any(map(str.isdigit, word))
            is_name = has_digit or (match[0][0].isupper() and not is_first)
            found.setdefault(key, Topic(word, key, lexicon.parts(word, language), is_name, match.start(), following))
    return [topic for topic in found.values() if topic.key not in lexicon.CARRIERS]


def keys_of(topics: Iterable[Topic]) -> frozenset[str]:
    """What other topics can meet in these: the words, and the parts of compounds."""
    return frozenset(key for topic in topics for key in (topic.key, *topic.parts))


def unmatched(left: Statement, right: Statement) -> list[Topic]:
    """The topics of ``left`` that ``right`` does not have, in any form or as a compound's parts."""
    keys = right.keys
    return [topic for topic in left.topics if not is_met(topic, keys)]


def is_met(topic: Topic, keys: frozenset[str]) -> bool:
    """Whether a topic is among ``keys``, in any form, or all telling parts of a compound are."""
    if topic.key in keys:
        return True
    telling = topic.parts - lexicon.CARRIERS
    if topic.parts and telling <= keys:
        return True
    if any(map(str.isdigit, topic.key)):
        return False
    return any(_alike(topic.key, key) for key in keys)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((_PARTICIPLE.sub("", one), _PARTICIPLE.sub("", other)), key=len)
    if short == long:
        return True
    whole, same = CONTRADICTION.whole_prefix, CONTRADICTION.same_prefix
    if len(short) >= whole and long.startswith(short) and len(long) - len(short) <= whole:
        return True
    return len(short) >= same and short[:same] == long[:same] and len(long) - len(short) <= 3
