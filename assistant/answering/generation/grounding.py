"""The check of a written answer: each sentence stands on the passages it cites, or is dropped with a reason.

What a model was told, or what an article told it, does not matter here: only what the sentence says and what the cited
passages say. The question vouches for nothing: who asks about PayPal must not read for that reason that it is accepted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from assistant.answering.generation.claims import Number, names, numbers, runs
from kb.facts.units import UNITS
from kb.text.compounds import part_stems
from kb.text.language import InLanguage, primary_language
from kb.text.lexicons import either, entries
from kb.text.negation import DENIAL
from kb.text.sentences import split
from kb.text.terms import STOP_WORDS, stem, terms, words

MIN_OVERLAP: Final = 0.5
"""Share of a sentence's content words, numbers included, that its passages must hold; the rest may be the writer's."""

_SAME_SUBJECT: Final = 0.7
"""A sentence that denies needs one in its passages that does and shares this much of what the nearest one shares."""

Reason: TypeAlias = Literal[
    "markup", "uncited", "unknown_source", "number", "name", "words", "negation", "repeated", "unfinished"
]

_MARK = r"\[\s*\d{1,4}(?:\s*[,;]\s*\d{1,4})*\s*\]"
_CITATION = re.compile(_MARK)
_AFTER_POINT = rf"(?<![.!?…])(?P<point>[.!?…]+[\"”“»’)*_]*+)[.!?…\s]*+(?P<cites>(?:{_MARK}[.!?…\s]*+)+)"
_AFTER_POINT_BEFORE_TEXT = re.compile(rf"{_AFTER_POINT}(?=[^\[])")
_AFTER_POINT_AT_END = re.compile(_AFTER_POINT)
_HALF_CITATION = re.compile(r"\[[\d,;\s]*\Z")
_BULLET = re.compile(r"\A(?:[-•+>]\s+|\*\s+|#{1,6}\s+)+")
_STEP = re.compile(r"^\s*(\d{1,2})[.)]\s+(?=\D)", re.MULTILINE)
_MARKUP = re.compile(r"[\[\]]|<[A-Za-z/!?|]|\|>|://|\b(?:www\.|javascript:|mailto:)|&#?\w{1,30};|```", re.IGNORECASE)
_EMPHASIS = re.compile(r"\*+|`+|~~|(?<!\w)_+|_+(?!\w)|\|")
_WIDE_BRACKETS = str.maketrans("【】［］", "[][]")
_NOT_ONLY = re.compile(rf"\b{either('not_only')}\b", re.IGNORECASE)
_OPENERS: Final = frozenset(entries("claims.openers"))
"""Words that say nothing by themselves and stand in no list of stop words."""


@dataclass(frozen=True, slots=True)
class SourcePassage(InLanguage):
    """What may be cited: a piece of an article under a number, with the article's title, headings included."""

    number: int
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A supported sentence: plain text that ends in its citations, ``[1][3]``."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that was not supported; ``detail`` is the number, name or source at fault, if any.

    ``text`` is as the model wrote it, markup and all, but for list marks and invisible characters: show it as text.
    """

    text: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SourceText:
    """What one passage vouches for: its terms (of German compounds, the parts too), numbers, steps and sentences."""

    folded: str
    terms: frozenset[str]
    numbers: tuple[Number, ...]
    runs: tuple[str, ...]
    steps: frozenset[str]
    title: frozenset[str]
    sentences: tuple[tuple[frozenset[str], bool], ...]

    @classmethod
    def of(cls, passage: SourcePassage) -> SourceText:
        """Read a passage; its title counts as its own words."""
        language = passage.language
        text, steps = _EMPHASIS.sub("", passage.text), _steps(passage.text)
        whole = f"{passage.title}\n{_STEP.sub('', text) if steps else text}"
        return cls(
            folded=_folded(whole),
            terms=frozenset(terms(whole, language)) | part_stems(whole, language),
            numbers=tuple(numbers(whole, language)),
            runs=tuple(digits for _, digits in runs(whole)),
            steps=steps,
            title=frozenset(_content(passage.title, language)),
            sentences=tuple(
                (frozenset(_content(line[start:end], language)), _denies(line[start:end]))
                for line in text.splitlines()
                for start, end in split(line)
            ),
        )


class SentenceStream:
    """Cuts sentences out of text that arrives in pieces, each only when what follows shows that it is complete."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """The sentences that ``text`` completes. Citations behind a full stop are put in front of it."""
        self._rest = _tidied(self._rest + text, _AFTER_POINT_BEFORE_TEXT)
        if _HALF_CITATION.search(self._rest):
            return []
        ranges = split(self._rest)
        while len(ranges) > 1 and not re.match(r"[^\w\[]*\w\S*\s", self._rest[ranges[-1][0] :]):
            ranges.pop()  # how the next sentence begins, or whether it is a citation of this one, is not known yet
        found = [self._rest[start:end] for start, end in ranges[:-1]]
        self._rest = self._rest[ranges[-1][0] :] if found else self._rest
        return found

    def close(self) -> list[str]:
        """What is left at the end."""
        rest, self._rest = _tidied(self._rest, _AFTER_POINT_AT_END), ""
        return [rest[start:end] for start, end in split(rest)]


def check(written: str, sources: Mapping[int, SourceText], language: str) -> Sentence | Dropped:
    """Judge one sentence in ``language``, that of the sources.

    It must be plain text, cite sources and only such as exist; all its numbers and names, half its content words, and
    whether it denies must come from the sources that it cites.
    """
    text = plain(written)
    cites = tuple(dict.fromkeys(int(number) for part in _CITATION.findall(text) for number in re.findall(r"\d+", part)))
    body = re.sub(r"\s+(?=[.,;:!?](?:\s|$))", "", " ".join(_CITATION.sub(" ", text).split()))
    if _MARKUP.search(body):
        return Dropped(text, "markup")
    body = " ".join(_EMPHASIS.sub("", body).split())
    if not cites:
        return Dropped(text, "uncited")
    for number in cites:
        if number not in sources:
            return Dropped(text, "unknown_source", str(number))
    cited = [sources[number] for number in cites]
    if fault := _unsupported(body, cited, language):
        return Dropped(text, *fault)
    return Sentence(body + " " + "".join(f"[{number}]" for number in cites), cites)


def _unsupported(body: str, cited: list[SourceText], language: str) -> tuple[Reason, str] | None:
    """The first thing that no cited source vouches for, and why; None where there is none."""
    if (step := _STEP.match(body)) and any(step[1] in source.steps for source in cited):
        body = body[step.end() :]
    long = runs(body)
    for written, digits in long:
        if not any(digits in run for source in cited for run in source.runs):
            return "number", written
    counted = numbers(body, language)
    for number in counted:
        if not any(number.agrees(other) for source in cited for other in source.numbers):
            return "number", f"{number.value} {number.unit}".strip()
    known = frozenset[str]().union(*(source.terms for source in cited))
    for name in names(body, language):
        if not _vouched(name, cited, known, language):
            return "name", name
    content = _content(body, language)
    held = sum(term in known or (bool(inner) and inner <= known) for term, inner in content.items())
    facts = len(counted) + len(long)
    if held + facts == 0 or held + facts < MIN_OVERLAP * (len(content) + facts):
        return "words", ""
    agrees = _denied_there if _denies(body) else _affirmed_there
    return None if agrees(content.keys(), cited) else ("negation", "")


def _vouched(name: str, cited: list[SourceText], known: frozenset[str], language: str) -> bool:
    """An address has to stand there as it is; of other names every term, or every part of a compound."""
    if re.search(r"[@._]", name):
        return any(_folded(name) in source.folded for source in cited)
    inner = part_stems(name, language)
    return known.issuperset(terms(name, language)) or (bool(inner) and inner <= known)


def _affirmed_there(content: AbstractSet[str], cited: list[SourceText]) -> bool:
    """Whether no word of the content is one that the passages say in denials only."""
    affirmed, denied = set[str](), set[str]()
    for source in cited:
        affirmed |= source.title
        for held, denies in source.sentences:
            (denied if denies else affirmed).update(held)
    return not (content & denied) - affirmed


def _denied_there(content: AbstractSet[str], cited: list[SourceText]) -> bool:
    """Whether a sentence near the content denies. Titles' words, which belong to every sentence, tell none apart."""
    own = content - frozenset[str]().union(*(source.title for source in cited)) or content
    shared = [(len(own & held), denies) for source in cited for held, denies in source.sentences]
    most = max((count for count, _ in shared), default=0)
    return any(denies and count and count >= _SAME_SUBJECT * most for count, denies in shared)


def _denies(text: str) -> bool:
    return DENIAL.search(_NOT_ONLY.sub("", text)) is not None


def _content(text: str, language: str) -> dict[str, frozenset[str]]:
    """Stems of the words that carry meaning, without numbers and their units, each with those of its parts."""
    base = primary_language(language)
    empty = STOP_WORDS.get(base, frozenset()) | _OPENERS | UNITS.keys()
    kept = [word for word in words(text, base) if word not in empty and not word[0].isdigit()]
    return {stem(word, base): part_stems(word, base) for word in kept}


def _steps(text: str) -> frozenset[str]:
    """The numbers of a step list; lines that begin with a date are none."""
    found = [int(number) for number in _STEP.findall(text)]
    is_list = len(found) > 1 and found == list(range(found[0], found[0] + len(found)))
    return frozenset(map(str, found)) if is_list else frozenset()


def plain(written: str) -> str:
    """Without control and invisible characters, list marks and quirks of citations."""
    kept = "".join(char for char in written if char.isspace() or unicodedata.category(char)[0] != "C")
    return _BULLET.sub("", " ".join(kept.translate(_WIDE_BRACKETS).split()))


def _tidied(text: str, after_point: re.Pattern[str]) -> str:
    """Each line a paragraph, citations in front of the full stop that they follow. Linear, as floods come here too."""
    text = re.sub(r"[^\S\n]++", " ", text.translate(_WIDE_BRACKETS))
    text = after_point.sub(_point_last, re.sub(r" ?\n\s*+", "\n\n", text))
    return re.sub(r"\n\n\s*(?=\[\s?\d)", " ", text)


def _point_last(match: re.Match[str]) -> str:
    return f" {''.join(_CITATION.findall(match['cites']))}{match['point']} "


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
