"""The extractive answer: sentences, a step list or table rows, verbatim, each with its citation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answering import qualifiers
from assistant.answering.evidence import Evidence
from assistant.answering.reply import Citation
from assistant.retrieval.near_duplicates import near_duplicate
from assistant.retrieval.query import Query
from kb.articles.freshness import freshness
from kb.articles.paths import shown
from kb.catalog import ArticleRow, ChunkRow, Snapshot, UnitRow
from kb.settings import AnswerSettings

_KEEP_SHARE = 0.3
"""A further sentence is quoted when it is worth at least this share of the best one's score."""

_MIN_STEPS = 2
_STEPS_SHARE = 0.5
"""A step list is taken when its best step is worth at least this share of the best sentence."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Neighbouring units of one block, quoted together: ``source`` is verbatim once white space is folded."""

    chunk: ChunkRow
    units: tuple[UnitRow, ...]
    score: float

    @property
    def source(self) -> str:
        return "\n".join(unit.source for unit in self.units) if self._listed else " ".join(u.source for u in self.units)

    @property
    def _listed(self) -> bool:
        return self.units[0].kind in {"step", "item", "row", "code"}


def choose(snapshot: Snapshot, query: Query, evidence: Sequence[Evidence], settings: AnswerSettings) -> list[Quote]:
    """What to quote, in the order of the text: the step list where a way is asked for, else the best few units."""
    if not evidence:
        return []
    if query.focus == "steps" and (steps := _steps(snapshot, evidence)):
        return steps
    chosen = _best(evidence, settings, query.language)
    return _merged(qualifiers.with_qualifiers(snapshot, query, evidence, chosen, settings))


def cite(quotes: Sequence[Quote], article: ArticleRow, today: date, due_days: int, first: int = 1) -> list[Citation]:
    """Citations numbered from ``first``, one a quote."""
    state = freshness(article, today, due_days)
    return [
        Citation(
            number=number,
            article_id=article.id,
            language=article.language,
            title=article.title,
            section=" > ".join(quote.chunk.headings),
            anchor=quote.chunk.anchor,
            path=shown(article.root, article.path),
            lines=(quote.units[0].lines[0], quote.units[-1].lines[1]),
            quote=quote.source,
            score=min(quote.score, 1.0),
            reviewed_on=article.reviewed_on,
            freshness=state,
        )
        for number, quote in enumerate(quotes, first)
    ]


def to_markdown(quotes: Sequence[Quote], first: int = 1) -> str:
    """The answer as Markdown: the quotes as they stand in the article, each followed by the number of its citation."""
    parts = []
    for number, quote in enumerate(quotes, first):
        if quote.units[0].kind == "row":
            parts.append("\n".join(f"- {unit.text}" for unit in quote.units) + f" [{number}]")
        elif quote.units[0].kind == "code":
            parts.append(f"{quote.source}\n\n[{number}]")
        else:
            parts.append(f"{quote.source} [{number}]")
    return "\n\n".join(parts)


def _steps(snapshot: Snapshot, evidence: Sequence[Evidence]) -> list[Quote]:
    """The whole numbered list whose steps or heading bear on the question, with the sentence that leads to it.

    A list is worth what its best step is worth; one that is far below the best sentence is about something else.
    """
    steps = [item for item in evidence if item.unit.kind == "step"]
    if not steps or steps[0].score < _STEPS_SHARE * evidence[0].score:
        return []
    best = steps[0]
    units = snapshot.units(best.chunk.rowid)
    listed = tuple(unit for unit in units if unit.block == best.unit.block and unit.kind == "step")
    if len(listed) < _MIN_STEPS:
        return []
    lead = [unit for unit in units if unit.block == best.unit.block - 1 and unit.kind == "sentence"][-1:]
    quotes = [Quote(best.chunk, tuple(lead), best.score)] if lead else []
    return [*quotes, Quote(best.chunk, listed, best.score)]


def _best(evidence: Sequence[Evidence], settings: AnswerSettings, language: str) -> list[Evidence]:
    """Greedily the best units, each of which must add something, within the limits of sentences and characters."""
    chosen = [evidence[0]]
    length = len(evidence[0].unit.text)
    for item in evidence[1:]:
        if len(chosen) == settings.max_sentences:
            break
        if item.score < _KEEP_SHARE * evidence[0].score:
            break
        repeated = any(near_duplicate(item.unit.text, other.unit.text, language) for other in chosen)
        if repeated or length + len(item.unit.text) > settings.max_characters or item.unit.kind == "code":
            continue
        chosen.append(item)
        length += len(item.unit.text)
    return chosen


def _merged(chosen: Sequence[Evidence]) -> list[Quote]:
    """Neighbours become one quote; the order is that of the text, the best section first."""
    best = chosen[0].chunk.rowid
    ordered = sorted(chosen, key=lambda item: (item.chunk.rowid != best, item.chunk.rowid, item.unit.ordinal))
    quotes: list[Quote] = []
    for item in ordered:
        last = quotes[-1] if quotes else None
        if last and last.chunk.rowid == item.chunk.rowid and _next_to(last.units[-1], item.unit):
            quotes[-1] = Quote(last.chunk, (*last.units, item.unit), max(last.score, item.score))
        else:
            quotes.append(Quote(item.chunk, (item.unit,), item.score))
    return quotes


def _next_to(one: UnitRow, other: UnitRow) -> bool:
    return (other.ordinal, other.block, other.kind) == (one.ordinal + 1, one.block, one.kind)
