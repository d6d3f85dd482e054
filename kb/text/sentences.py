"""Sentences of a raw Markdown paragraph, German and English, as character ranges.

The ranges are positions in the source itself, so that a sentence can be cut out verbatim. A boundary needs a
terminator, white space behind it (Chinese and Japanese need none) and a beginning that looks like one. What people
would see broken is never cut: code spans, links, HTML tags, short brackets, short bold text. Everything is linear in
the length of the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TypeAlias

from kb.text.lexicons import entries, months

MAX_SENTENCE_CHARS = 600
"""Above this a sentence is cut at a clause end: about 150 tokens, more than anyone quotes."""

MAX_ATOM_CHARS = 2_000
"""A code span or link longer than this (a pasted image, say) may be cut like any text."""

Range: TypeAlias = tuple[int, int]


_NEVER_LAST = frozenset(entries("abbreviations"))
_BEFORE_DIGIT = frozenset(entries("abbreviations_before_figures"))
_MAY_END = frozenset(entries("abbreviations_that_may_end"))
_STARTERS = frozenset(entries("sentence_starters"))

_TERMINATOR = re.compile(
    r"""
    (?P<blank>\n[ \t]*\n)
    | (?P<cjk>[。！？｡]+[」』”’）)\]*_~]*)
    | (?P<mark>[.!?…؟۔।]+)(?P<closers>["'”“»«’‘)\]*_~]*)(?=\s|$|\ue000)
    """,
    re.VERBOSE,
)
_BACKTICKS = re.compile(r"`+")
# Possessive and bounded, so that no input makes them backtrack beyond a line or so.
_ATOM = re.compile(
    r"""
    !?\[(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,400}+\](?:\((?:[^()\\]|\\.|\([^()]{0,500}\)){0,1800}+\)|\[[^\[\]]{0,200}\])
    | \]\((?:[^()\\]|\\.|\([^()]{0,500}\)){0,1800}+\)
    | <[A-Za-z/!][^<>]{0,1800}>
    | \*\*(?=\S)[^*\n]{1,200}\*\* | __(?=\S)[^_\n]{1,200}__
    | \((?=[^\s()])[^()\n]{1,200}\)
    """,
    re.VERBOSE,
)
_CLAUSE_ENDS = (re.compile(r";(?=\s)"), re.compile(r"(?:[:,]| [–—-])(?=\s)"), re.compile(r"\s"))
_WORD_BEFORE = re.compile(r"[^\s(\[{„“”»«\"'*_/]*\Z")
_OPENERS = "([{„“”»«‚‘’\"'*_~`<!¿¡>"
_WORD_AFTER = re.compile(r"[^\W_][\w’'-]*")


def split(source: str) -> list[Range]:
    """Ranges [start, end) of the sentences of ``source``, in order, without overlap.

    Together they cover every character that is not white space; none begins or ends with white space. A range is at
    most ``MAX_SENTENCE_CHARS`` long unless it holds a single atom (code span, link) that is longer, or ends with one:
    "or with" says nothing without the command that follows, and a command nothing without its sentence.
    """
    atoms = _atoms(source)
    ranges: list[Range] = []
    start = 0
    for match in _TERMINATOR.finditer(source):
        end = match.end()
        if end <= start or _inside(atoms, end):
            continue
        if match["blank"] is None and match["cjk"] is None and not _is_boundary(source, start, match):
            continue
        _append(ranges, source, start, end, atoms)
        start = end
    _append(ranges, source, start, len(source), atoms)
    return ranges


def _atoms(source: str) -> list[Range]:
    """Ranges that may not be cut, sorted and without overlap."""
    found = _code_spans(source)
    code = found.copy()
    if "[" in source or "<" in source or "(" in source or "**" in source or "__" in source:
        found += [m.span() for m in _ATOM.finditer(source) if not _inside(code, m.start() + 1)]
    merged: list[Range] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [(start, end) for start, end in merged if end - start <= MAX_ATOM_CHARS]


def _code_spans(source: str) -> list[Range]:
    if "`" not in source:
        return []
    runs = [match.span() for match in _BACKTICKS.finditer(source)]
    following: dict[int, int] = {}  # run length -> index of the next run of that length
    partner = [-1] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        partner[index] = following.get(length, -1)
        following[length] = index
    spans: list[Range] = []
    index = 0
    while index < len(runs):
        if partner[index] >= 0:
            spans.append((runs[index][0], runs[partner[index]][1]))
            index = partner[index]
        index += 1
    return spans


def _inside(atoms: list[Range], cut: int) -> bool:
    """Whether a cut in front of the character at ``cut`` would go through an atom."""
    index = bisect_right(atoms, (cut, -1)) - 1
    return index >= 0 and atoms[index][0] < cut < atoms[index][1]


def _is_boundary(source: str, start: int, match: re.Match[str]) -> bool:
    """Whether the terminator ``match`` ends the sentence that began at ``start``."""
    mark = match["mark"]
    after = source[match.end() : match.end() + 80].lstrip()
    word_match = _WORD_AFTER.match(after.lstrip(_OPENERS))
    word = word_match[0] if word_match and after[0] != "`" else ""
    if not after:
        return True
    if mark[-1] in "!?؟" or mark[0] in "۔।":
        return ")" not in match["closers"] or not (word and _begins_small(word))
    if word and _begins_small(word):
        return False
    if len(mark) > 1 or mark == "…":
        return not source[match.start() - 1 : match.start()].isspace() or word.lower() in _STARTERS
    return _ends_with_point(source, start, match, word or after[0])


def _begins_small(word: str) -> bool:
    """A lower-case beginning that is no name such as iPhone or eSIM."""
    return word[0].islower() and not any(char.isupper() for char in word[1:3])


def _ends_with_point(source: str, start: int, match: re.Match[str], following: str) -> bool:
    """Whether the single point of ``match`` ends a sentence, not an abbreviation, ordinal or initial."""
    before_match = _WORD_BEFORE.search(source[max(start, match.start() - 40) : match.start()])
    before = before_match[0] if before_match else ""
    starter = following.lower() in _STARTERS
    if before.isdigit():
        lead = source[max(start, match.start() - 40) : match.start() - len(before)]
        return _number_ends(before, following, starter=starter, at_start=not lead.strip())
    if len(before) == 1 and before.isalpha():
        spaced = source[max(start, match.start() - 4) : match.start() - 1].rstrip().endswith(".")
        return before.isupper() and starter and not spaced
    return not _is_abbreviation(before, following, starter=starter) or bool(match["closers"].strip("*_~"))


def _is_abbreviation(before: str, following: str, *, starter: bool) -> bool:
    key = before.replace(".", "").replace("-", "").lower()
    if following[0].isdigit() and key in _BEFORE_DIGIT:
        return True
    if key in _MAY_END:
        return not starter
    return key in _NEVER_LAST or ("." in before and len(key) <= 4 and key.isalpha())


def _number_ends(number: str, following: str, *, starter: bool, at_start: bool) -> bool:
    """``15. März`` and ``2. Mahnung`` go on, ``2026. Danach`` does not."""
    if at_start or following.lower() in months():
        return False
    return starter or len(number) > 2


def _append(ranges: list[Range], source: str, start: int, end: int, atoms: list[Range]) -> None:
    """Add source[start:end] without outer white space, cut at clause ends where it is too long."""
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    while end - start > MAX_SENTENCE_CHARS:
        cut = _clause_end(source, start, atoms)
        if cut >= end or _is_one_atom(source, cut, end, atoms):
            break
        stop = cut
        while stop > start and source[stop - 1].isspace():
            stop -= 1
        ranges.append((start, stop))
        start = cut
        while start < end and source[start].isspace():
            start += 1
    if end > start:
        ranges.append((start, end))


def _is_one_atom(source: str, start: int, end: int, atoms: list[Range]) -> bool:
    """Whether there is nothing but one atom and punctuation in source[start:end]."""
    while source[start].isspace():
        start += 1
    index = bisect_right(atoms, (start, end))
    before = atoms[index - 1] if index else (0, 0)
    return before[0] == start and not any(char.isalnum() or char == "`" for char in source[before[1] : end])


def _clause_end(source: str, start: int, atoms: list[Range]) -> int:
    """The last good place to cut within ``MAX_SENTENCE_CHARS`` of ``start``; at least one character further on."""
    limit = start + MAX_SENTENCE_CHARS
    for pattern in _CLAUSE_ENDS:
        cuts = [m.end() for m in pattern.finditer(source, start + MAX_SENTENCE_CHARS // 3, limit)]
        for cut in reversed(cuts):
            if not _inside(atoms, cut):
                return cut
    index = bisect_right(atoms, (limit, 0)) - 1
    if index >= 0 and atoms[index][0] < limit < atoms[index][1]:
        return atoms[index][0] if atoms[index][0] > start else atoms[index][1]
    return limit
