"""Where a language model is configured, its words instead of the quotes, as far as they are supported by passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.answering.generation.grounding import Dropped, SourcePassage
from assistant.answering.generation.writer import write
from assistant.answering.judge import QuestionContext, Verdict
from assistant.answering.quotes import Quote, cite
from assistant.answering.reply import Citation
from assistant.retrieval.model import Ranked
from assistant.retrieval.rerank import in_question_language

_ARTICLES: Final = 3
"""Besides what is quoted, the best passage of so many articles is given to the writer: it may need the context."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The answer that is shown, with the sentences that were written but are not supported."""

    verdict: Verdict
    dropped: tuple[Dropped, ...] = ()


def sources(context: QuestionContext, ranked: Sequence[Ranked], verdict: Verdict) -> tuple[Citation, ...]:
    """What the writer may cite: the quotes, then whole passages around and beside them."""
    found = list(verdict.citations)
    for item in [item for item in ranked if in_question_language(item.article, context.query)][:_ARTICLES]:
        chunk = context.snapshot.chunks([item.passages[0].chunk])[item.passages[0].chunk]
        units = tuple(context.snapshot.units(chunk.rowid))
        if units:
            quote = Quote(chunk, units, item.score)
            due_days = context.library.settings.articles.due_days
            found += cite([quote], item.article, context.today, due_days, first=len(found) + 1)
    return tuple(found)


def rewrite(
    context: QuestionContext, verdict: Verdict, candidates: Sequence[Citation], on_text: Callable[[str], None] | None
) -> Rewritten:
    """Have the answer written from ``candidates``. Step lists are left as they are: a dropped step would be a gap.

    Whatever goes wrong, the quotes stand.
    """
    if not verdict.answer or verdict.steps:
        return Rewritten(verdict)
    query, settings = context.query, context.library.settings.writer
    passages = [
        SourcePassage(one.number, f"{one.title} > {one.section}", one.quote, one.language) for one in candidates
    ]
    written = write(settings, query.text, query.language, passages, on_text)
    if not written.answer:
        return Rewritten(verdict, written.dropped)
    cited = tuple(one for one in candidates if one.number in written.cited)
    return Rewritten(replace(verdict, answer=written.answer, citations=cited), written.dropped)
