"""Where a language model is configured, its words instead of the quotes, as far as they are supported by passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from assistant.answering.answer import Answer, Quote
from assistant.answering.citing import cite
from assistant.answering.context import QuestionContext
from assistant.answering.generation.grounding import SourcePassage
from assistant.answering.generation.writer import write
from assistant.answering.reply import Citation
from assistant.retrieval.ranking import Ranked
from assistant.retrieval.rerank import in_question_language

_ARTICLES: Final = 3
"""Besides what is quoted, the best passage of so many articles is given to the writer: it may need the context."""


def sources(context: QuestionContext, ranked: Sequence[Ranked], answer: Answer) -> tuple[Citation, ...]:
    """What a language model may cite: the quotes, then whole passages around and beside them.

    Empty where none is configured, where nothing answers, and for a step list: a dropped step would be a gap.
    """
    if not context.library.settings.writer.url or not answer.text or answer.is_steps:
        return ()
    citations = list(answer.citations)
    for item in [item for item in ranked if in_question_language(item.article, context.query)][:_ARTICLES]:
        chunk = context.snapshot.chunks([item.passages[0].chunk])[item.passages[0].chunk]
        if units := tuple(context.snapshot.units(chunk.rowid)):
            citations += cite(context, [Quote(chunk, units, item.score)], item.article, first=len(citations) + 1)
    return tuple(citations)


def rewrite(
    context: QuestionContext, answer: Answer, sources: Sequence[Citation], on_text: Callable[[str], None] | None
) -> Answer:
    """``answer`` written anew from ``sources``; without any, or whatever goes wrong, the quotes stand."""
    if not sources:
        return answer
    query, settings = context.query, context.library.settings.writer
    passages = [
        SourcePassage(source.number, f"{source.title} > {source.section}", source.quote, source.language)
        for source in sources
    ]
    written = write(settings, query.text, query.language, passages, on_text)
    if not written.answer:
        return replace(answer, dropped=written.dropped)
    cited = tuple(source for source in sources if source.number in written.cited)
    return replace(answer, text=written.answer, citations=cited, dropped=written.dropped)
