"""Choosing what to quote: the best few units of an article's evidence, or a step list as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.answer import Quote
from assistant.answering.context import QuestionContext, ScoredUnit
from assistant.answering.qualifiers import with_qualifiers
from assistant.retrieval.near_duplicates import near_duplicate
from kb.catalog import UnitRow


def choose(context: QuestionContext, units: Sequence[ScoredUnit]) -> list[Quote]:
    """What to quote, in the order of the text: the step list where a way is asked for, else the best few units."""
    if not units:
        return []
    if context.query.focus == "steps" and (steps := _steps(context, units)):
        return steps
    return _merged(with_qualifiers(context, units, _best(context, units)))


def _steps(context: QuestionContext, units: Sequence[ScoredUnit]) -> list[Quote]:
    """The whole numbered list whose steps or heading bear on the question, with the sentence that leads to it.

    A list is worth what its best step is worth; one that is far below the best sentence is about something else.
    """
    parameters = context.parameters.quotes
    best = next((item for item in units if item.unit.kind == "step"), None)
    if best is None or best.score < parameters.steps_share * units[0].score:
        return []
    around = context.snapshot.units(best.chunk.rowid)
    steps = tuple(unit for unit in around if unit.block == best.unit.block and unit.kind == "step")
    if len(steps) < parameters.min_steps:
        return []
    lead = [unit for unit in around if unit.block == best.unit.block - 1 and unit.kind == "sentence"][-1:]
    quotes = [Quote(best.chunk, tuple(lead), best.score)] if lead else []
    return [*quotes, Quote(best.chunk, steps, best.score)]


def _best(context: QuestionContext, units: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    """Greedily the best units, each of which must add something, within the limits of sentences and characters."""
    settings, language = context.settings, context.query.language
    chosen = [units[0]]
    length = len(units[0].unit.text)
    for item in units[1:]:
        if len(chosen) == settings.max_sentences:
            break
        if item.score < context.parameters.quotes.keep_share * units[0].score:
            break
        is_repeated = any(near_duplicate(item.unit.text, other.unit.text, language) for other in chosen)
        if is_repeated or length + len(item.unit.text) > settings.max_characters or item.unit.kind == "code":
            continue
        chosen.append(item)
        length += len(item.unit.text)
    return chosen


def _merged(chosen: Sequence[ScoredUnit]) -> list[Quote]:
    """Neighbours become one quote; the order is that of the text, the best section first."""
    best = chosen[0].chunk.rowid
    quotes: list[Quote] = []
    for item in sorted(chosen, key=lambda item: (item.chunk.rowid != best, item.chunk.rowid, item.unit.ordinal)):
        last = quotes[-1] if quotes else None
        if last and last.chunk.rowid == item.chunk.rowid and _are_neighbours(last.units[-1], item.unit):
            quotes[-1] = Quote(last.chunk, (*last.units, item.unit), max(last.score, item.score))
        else:
            quotes.append(Quote(item.chunk, (item.unit,), item.score))
    return quotes


def _are_neighbours(unit: UnitRow, following: UnitRow) -> bool:
    return (following.ordinal, following.block, following.kind) == (unit.ordinal + 1, unit.block, unit.kind)
