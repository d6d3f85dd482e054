"""Contradictions between two passages: each sentence beside its best match on the other side, then compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.health.contradiction import Difference, differ
from assistant.health.lexicon import EXAMPLE, LEANING
from assistant.health.parameters import PASSAGES
from assistant.health.statement import Statement, state
from kb.catalog import UnitRow

_SUM = re.compile(r"\d.{0,20}[÷×=].{0,20}\d|[<>≤≥]=?\s?\d")
"""A calculation or a case: its figures hold for that one only."""


class Clash(NamedTuple):
    """Two units, by their place in their passages, and what they state differently."""

    left: int
    right: int
    difference: Difference


def hold_alike(left: Sequence[str], right: Sequence[str], language: str) -> bool:
    """Whether what stands below two paths of headings holds in the same cases: "Days 31 to 60" is one of its own."""
    if any(EXAMPLE.search(heading) for heading in (*left, *right)):
        return False
    ours, theirs = (_case(headings, language) for headings in (left, right))
    return ours == theirs


def are_twins(left: str, right: str, language: str) -> bool:
    """Whether two titles differ in their figures only: "Windows 10 updates" and "Windows 11 updates"."""
    figures = [set(re.findall(r"\d+", title)) for title in (left, right)]
    if not all(figures) or figures[0] == figures[1]:
        return False
    one, other = ({t.key for t in state(title, language).topics if not t.key.isdigit()} for title in (left, right))
    return one == other


def _case(headings: Sequence[str], language: str) -> tuple[frozenset[str], frozenset[str]]:
    figures = frozenset(figure for heading in headings for figure in re.findall(r"\d+", heading))
    return figures, frozenset(scope for heading in headings for scope in state(heading, language).scopes)


def clashes(left: Sequence[UnitRow], right: Sequence[UnitRow], language: str) -> list[Clash]:
    """What two passages in one ``language`` state differently, in the order of the left one.

    1. Sentences that state something both sides can be compared in. 2. Each beside its best match, by the share of
    words, where that is mutual: of two lists with one line a case, like cases meet. 3. Compare them.
    """
    ours, theirs = _telling(left), _telling(right)
    if not ours or not theirs:
        return []
    stated = [(index, state(unit.text, language)) for index, unit in ours]
    answered = [(index, state(unit.text, language)) for index, unit in theirs]
    alike = [[_likeness(a, b) for _, b in answered] for _, a in stated]
    different = []
    for row, (index, statement) in enumerate(stated):
        best = max(alike[row])
        for column, (other, answer) in enumerate(answered):
            is_mutual = alike[row][column] == best and best == max(line[column] for line in alike)
            if best > 0.0 and is_mutual and (difference := differ(statement, answer)):
                different.append(Clash(index, other, difference))
    return different


def _telling(units: Sequence[UnitRow]) -> list[tuple[int, UnitRow]]:
    return [
        (index, unit)
        for index, unit in enumerate(units)
        if unit.kind != "code"
        and len(unit.text) <= PASSAGES.unit_characters
        and not unit.text.rstrip().endswith("?")
        and not EXAMPLE.search(unit.text)
        and not LEANING.search(unit.text)
        and not _SUM.search(unit.text)
    ]


def _likeness(left: Statement, right: Statement) -> float:
    """Dice over the words of content, 0 to 1; rounded, so that equals are equal."""
    both = len(left.keys) + len(right.keys)
    return round(2 * len(left.keys & right.keys) / both, 6) if both else 0.0
