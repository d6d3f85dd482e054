"""A figure is quoted with its conditions: never the half of "14 days, for business customers 30".

Three ways in which articles put a condition: in the next sentence ("For business customers it is 30 days."), in the
sentence before one that only makes sense after it ("However, …"), and in the other lines of a short list or table.
And a sentence that ends in a colon says nothing without what it announces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.evidence import Evidence
from assistant.retrieval.query import Query
from kb.catalog import Snapshot, UnitRow
from kb.settings import AnswerSettings

_FIGURE = re.compile(
    r"\d|\b(eine?[mnrs]?|zwei|drei|vier|fünf|sechs|acht|zehn|zwölf|two|three|four|five|six|eight|ten|twelve)\s+"
    r"(Tag|Werktag|Woche|Monat|Jahr|Stunde|day|working day|week|month|year|hour)",
    re.IGNORECASE,
)
_QUALIFIES = re.compile(
    r"""\b( aber | allerdings | jedoch | außer | ausgenommen | ausnahme | nur\ (für|bei|wenn) | es\ sei\ denn | sonst
        | andernfalls | hingegen | dagegen | abweichend | (geschäfts|gewerbe|privat|neu|bestands)kund\w*
        | but | however | except\w* | unless | only\ (for|if|when) | otherwise | whereas
        | (business|residential|private|new|existing)\ customers? )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LEANS = re.compile(
    r"^\W*(aber|allerdings|jedoch|ausgenommen|sonst|andernfalls|hingegen|dagegen|danach|dann|dies\w*|das gilt"
    r"|but|however|except|otherwise|whereas|after that|then|this|that)\b",
    re.IGNORECASE,
)
"""How a sentence begins that says nothing without the one before it."""

_SHORT_LIST = 5
"""Lines; longer lists and tables are looked things up in, not read as a whole."""


def with_qualifiers(
    snapshot: Snapshot,
    query: Query,
    evidence: Sequence[Evidence],
    chosen: Sequence[Evidence],
    settings: AnswerSettings,
) -> list[Evidence]:
    """``chosen`` with the units that their figures depend on, the least of the others left out to make room."""
    known = {(item.chunk.rowid, item.unit.ordinal): item for item in evidence}
    needed: list[Evidence] = []
    for rank, item in enumerate(chosen):
        units = [unit for unit in snapshot.units(item.chunk.rowid) if unit.block == item.unit.block]
        announced = _announced(snapshot, item) if item.unit.text.rstrip().endswith(":") else []
        group = [item.unit, *_bound(query, item.unit, units), *announced]
        group_items = [known.get((item.chunk.rowid, unit.ordinal)) or _as_evidence(item, unit) for unit in group]
        new = [one for one in group_items if one not in needed]
        if rank and len(needed) + len(new) > settings.max_sentences:
            continue
        needed += new
    return needed


def _as_evidence(item: Evidence, unit: UnitRow) -> Evidence:
    return Evidence(unit, item.chunk, item.score, {})


def _announced(snapshot: Snapshot, item: Evidence) -> list[UnitRow]:
    """The unit behind one that ends in a colon: the next sentence, or the first line of a list or table."""
    return [unit for unit in snapshot.units(item.chunk.rowid) if unit.ordinal == item.unit.ordinal + 1]


def _bound(query: Query, unit: UnitRow, units: Sequence[UnitRow]) -> list[UnitRow]:
    """The units of the same block without which ``unit`` tells half of the truth."""
    if unit.kind == "sentence":
        place = units.index(unit)
        before = units[place - 1 : place] if place and _LEANS.search(unit.text) else []
        after = units[place + 1 : place + 2]
        qualified = after and _FIGURE.search(unit.text) and _QUALIFIES.search(after[0].text)
        return [*before, *(after if qualified else [])]
    alike = [other for other in units if other.kind == unit.kind]
    asks_for_a_figure = query.focus in {"amount", "time"}
    if unit.kind in {"item", "row"} and asks_for_a_figure and len(alike) <= _SHORT_LIST and _undecided(query, alike):
        return [other for other in alike if other != unit]
    return []


def _undecided(query: Query, units: Sequence[UnitRow]) -> bool:
    """Whether every line holds a figure and none says more about the question's words than the others."""
    if not all(_FIGURE.search(unit.text) for unit in units):
        return False
    held = [frozenset(term for term in query.terms if term in unit.text.casefold()) for unit in units]
    return len(set(held)) == 1
