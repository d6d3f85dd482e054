"""A figure is quoted with its conditions: never the half of "14 days, for business customers 30".

Three ways in which articles put a condition: in the next sentence ("For business customers it is 30 days."), in the
sentence before one that only makes sense after it ("However, …"), and in the other lines of a short list or table.
And a sentence that ends in a colon says nothing without what it announces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.context import QuestionContext, ScoredUnit
from assistant.retrieval.query import Query
from kb.catalog import UnitRow
from kb.text.lexicons import either

_FIGURE = re.compile(rf"\d|\b{either('qualifiers.numbers')}\s+{either('qualifiers.units')}", re.IGNORECASE)
_QUALIFIES = re.compile(rf"\b{either('qualifiers.qualifies')}\b", re.IGNORECASE)
_LEANS = re.compile(rf"^\W*{either('qualifiers.leans')}\b", re.IGNORECASE)
"""How a sentence begins that says nothing without the one before it."""


def with_qualifiers(
    context: QuestionContext, units: Sequence[ScoredUnit], chosen: Sequence[ScoredUnit]
) -> list[ScoredUnit]:
    """``chosen`` with the units that their figures depend on, the least of the others left out to make room."""
    known = {(item.chunk.rowid, item.unit.ordinal): item for item in units}
    needed: list[ScoredUnit] = []
    for rank, item in enumerate(chosen):
        around = context.snapshot.units(item.chunk.rowid)
        bound = _bound(context, item.unit, [unit for unit in around if unit.block == item.unit.block])
        announced: list[UnitRow] = []
        if item.unit.text.rstrip().endswith(":"):  # it says nothing without the next sentence or line
            announced = [unit for unit in around if unit.ordinal == item.unit.ordinal + 1]
        group = [
            known.get((item.chunk.rowid, unit.ordinal)) or ScoredUnit(unit, item.chunk, item.score, {})
            for unit in [item.unit, *bound, *announced]
        ]
        new = [other for other in group if other not in needed]
        if rank and len(needed) + len(new) > context.settings.max_sentences:
            continue
        needed += new
    return needed


def _bound(context: QuestionContext, unit: UnitRow, block: Sequence[UnitRow]) -> list[UnitRow]:
    """The units of the same block without which ``unit`` tells half of the truth."""
    if unit.kind == "sentence":
        index = block.index(unit)
        before = block[index - 1 : index] if index and _LEANS.search(unit.text) else []
        after = block[index + 1 : index + 2]
        is_qualified = after and _FIGURE.search(unit.text) and _QUALIFIES.search(after[0].text)
        return [*before, *(after if is_qualified else [])]
    if unit.kind not in {"item", "row"} or context.query.focus not in {"amount", "time"}:
        return []
    alike = [other for other in block if other.kind == unit.kind]
    is_short = len(alike) <= context.parameters.quotes.short_list
    return [other for other in alike if other != unit] if is_short and _undecided(context.query, alike) else []


def _undecided(query: Query, units: Sequence[UnitRow]) -> bool:
    """Whether every line holds a figure and none says more about the question's words than the others."""
    if not all(_FIGURE.search(unit.text) for unit in units):
        return False
    held = [frozenset(term for term in query.terms if term in unit.text.casefold()) for unit in units]
    return len(set(held)) == 1
