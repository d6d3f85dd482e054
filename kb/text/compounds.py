"""German compounds taken apart: ``Zählerstandsmeldung`` is found by ``Meldung`` and by ``Zählerstand``.

Split by a fixed list of parts (``compound_parts.txt``), so that the parts of a text depend on nothing but the text:
an index gives the same scores whatever was added or removed before. A splitter over the corpus' own vocabulary
(Koehn and Knight 2003, "Empirical Methods for Compound Splitting") ranked no better and changes with every article.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from kb.text.language import primary_language
from kb.text.terms import stem, words

MIN_PART_CHARACTERS: Final = 4
"""Shorter parts (``ei``, ``tor``, ``gen``) are found inside words that are no compounds."""

MAX_PARTS: Final = 4
MAX_COMPOUND_CHARACTERS: Final = 48
"""Above that nobody builds words, and trying all cuts takes time."""

_LINKS: Final = ("", "s", "es", "n", "en", "er", "e", "ens")
_NEEDS_S = re.compile(r"(?:ung|heit|keit|schaft|ion|tät)\Z")
"""Nouns with these endings always take the linking s: ``Gesundheits-ämter``, never ``Gesundheit-sämter``."""


def parts(word: str) -> tuple[str, ...]:
    """The parts of a case-folded German ``word``, linking elements dropped; empty where it is no known compound.

    A word of the list is one piece. Otherwise all parts have to be in the list, the last one in any inflection;
    the cut into fewest parts wins, among those the one whose shortest part is longest.
    """
    long_enough = 2 * MIN_PART_CHARACTERS <= len(word) <= MAX_COMPOUND_CHARACTERS
    return _parts(word) if long_enough and word.isalpha() else ()


def is_known(word: str) -> bool:
    """Whether a case-folded German ``word`` is in the list, in any inflection."""
    return _is_last(word)


@lru_cache(maxsize=4096)
def part_stems(text: str, language: str) -> frozenset[str]:
    """Stems of the parts of all German compounds in ``text``; empty in other languages."""
    if primary_language(language) != "de":
        return frozenset()
    return frozenset(stem(part, "de") for word in words(text, "de") for part in parts(word))


@lru_cache(maxsize=1 << 16)
def _parts(word: str) -> tuple[str, ...]:
    if _is_last(word):
        return ()
    return min(_cuts(word, MAX_PARTS), key=lambda cut: (len(cut), -min(map(len, cut))), default=())


def _cuts(word: str, max_parts: int) -> list[tuple[str, ...]]:
    """All ways to cut ``word`` into two to ``max_parts`` known parts."""
    cuts: list[tuple[str, ...]] = []
    if max_parts < 2:
        return cuts
    for end in range(MIN_PART_CHARACTERS, len(word) - MIN_PART_CHARACTERS + 1):
        if first := _first_part(word[:end]):
            rest = word[end:]
            if _is_last(rest):
                cuts.append((first, rest))
            cuts += [(first, *cut) for cut in _cuts(rest, max_parts - 1)]
    return cuts


def _first_part(piece: str) -> str:
    """The known part that ``piece`` is, with or without a linking element at its end; empty if there is none."""
    known, _ = _lexicon()
    for link in _LINKS:
        part = piece.removesuffix(link)
        if piece.endswith(link) and part in known and (link == "s" or not _NEEDS_S.search(part)):
            return part
    return ""


def _is_last(piece: str) -> bool:
    known, stems = _lexicon()
    return piece in known or stem(piece, "de") in stems


@cache
def _lexicon() -> tuple[frozenset[str], frozenset[str]]:
    """The known parts, and their stems."""
    text = resources.files("kb.text").joinpath("compound_parts.txt").read_text(encoding="utf-8")
    lines = [line for line in text.casefold().splitlines() if not line.startswith("#")]
    known = frozenset(" ".join(lines).split())
    return known, frozenset(stem(word, "de") for word in known)
