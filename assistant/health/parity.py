"""Translations of one article held against each other: facts, steps, warnings and links must be the same in both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from assistant.health.contradiction import left_over
from kb.articles.article import Article, Section
from kb.articles.reader import read as read_article
from kb.facts import Fact, agree, comparable, read
from kb.markdown import Link

_KINDS: Final = frozenset({"amount", "percent", "period", "quantity", "date", "time", "phone", "version"})
"""Facts that a translation must keep. Plain numbers are written out, counted or left out by translators."""


_ONE = re.compile(r"(?:ein|eine|einen|einem|einer|eines|one|an?)\b", re.IGNORECASE)
"""``eine Stunde`` and ``an hour`` are read as figures or not, depending on what stands around them."""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact of one language: as written, in which sentence, section and lines."""

    fact: Fact
    sentence: str
    section: str
    lines: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "written": self.fact.written,
            "sentence": self.sentence,
            "section": self.section,
            "lines": list(self.lines),
        }


def compare(left: tuple[str, str], right: tuple[str, str]) -> list[dict[str, Any]]:
    """What differs between two translations, each given as (path, source): rows with ``of`` and both sides.

    1. Sections side by side, where both have as many; else the articles as a whole. 2. Facts that one side alone has,
    paired where they measure the same. 3. Counts of steps, warnings and sections, and the names of the files that
    links lead to.
    """
    ours, theirs = (read_article(path, source.encode("utf-8", "surrogatepass")) for path, source in (left, right))
    if ours.article is None or theirs.article is None or ours.body is None or theirs.body is None:
        return []
    found = _facts(ours.article, theirs.article)
    for name, count in (("steps", _steps), ("warnings", _warnings), ("sections", len)):
        pair = count(ours.article.sections), count(theirs.article.sections)
        if pair[0] != pair[1]:
            found.append({"of": name, "left": pair[0], "right": pair[1]})
    here, there = ({_file(link) for link in body.links} for body in (ours.body, theirs.body))
    if here != there:
        found.append({"of": "links", "left": sorted(here - there), "right": sorted(there - here)})
    return found


def linkable(differences: Sequence[dict[str, Any]], files: AbstractSet[str]) -> list[dict[str, Any]]:
    """``differences`` without links to files that there are in one language only: ``files`` are those in both."""
    kept = [item if item["of"] != "links" else item | _among(item, files) for item in differences]
    return [item for item in kept if item["left"] or item["right"]]


def _among(item: dict[str, Any], files: AbstractSet[str]) -> dict[str, list[str]]:
    return {side: [name for name in item[side] if name in files] for side in ("left", "right")}


def _file(link: Link) -> str:
    """The name of the file that a link leads to, without its anchor, which is another one in each language."""
    return PurePosixPath(link.target.partition("#")[0]).name


def _facts(left: Article, right: Article) -> list[dict[str, Any]]:
    """Facts of one place without an equal there, side by side, where one language does not know one of them at all."""
    places = [(left.sections, right.sections)]
    if len(left.sections) == len(right.sections):
        places = [((a,), (b,)) for a, b in zip(left.sections, right.sections, strict=True)]
    ours, theirs = _lines(left.sections, left.language), _lines(right.sections, right.language)
    found = []
    for some, others in places:
        here, there = _lines(some, left.language), _lines(others, right.language)
        answers = left_over(there, here, _is_same)
        for line in left_over(here, there, _is_same):
            other = next((o for o in answers if comparable(line.fact, o.fact)), None)
            if other is not None and not (_is_known(line, theirs) and _is_known(other, ours)):
                answers.remove(other)
                found.append({"of": line.fact.kind, "left": line.to_json(), "right": other.to_json()})
    return found


def _is_same(line: StatedFact, other: StatedFact) -> bool:
    return comparable(line.fact, other.fact) and agree(line.fact, other.fact)


def _is_known(line: StatedFact, others: Sequence[StatedFact]) -> bool:
    return any(_is_same(line, other) for other in others)


def _lines(sections: Sequence[Section], language: str) -> list[StatedFact]:
    return [
        StatedFact(fact, unit.text, section.heading, unit.lines)
        for section in sections
        for block in section.blocks
        if block.kind != "code"
        for unit in block.units
        for fact in read(unit.text, language)
        if fact.kind in _KINDS and not _ONE.match(fact.written)
    ]


def _steps(sections: Sequence[Section]) -> int:
    return sum(unit.kind == "step" for section in sections for block in section.blocks for unit in block.units)


def _warnings(sections: Sequence[Section]) -> int:
    return sum(block.kind == "admonition" for section in sections for block in section.blocks)
