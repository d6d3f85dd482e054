"""Quoting and citing: the answer made of verbatim quotes, each with the number of its citation."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.answer import Answer, AnswerVerdict, ArticleEvidence, Quote
from assistant.answering.context import QuestionContext, ScoredUnit
from assistant.answering.evidence import gather
from assistant.answering.messages import other_language
from assistant.answering.reply import Citation
from assistant.retrieval.rerank import in_question_language
from kb.articles.freshness import freshness
from kb.articles.paths import shown
from kb.catalog import ArticleRow


def quote_and_cite(context: QuestionContext, verdict: AnswerVerdict) -> Answer:
    """The answer that ``verdict`` allows: its quotes, and where the question needs it one from the second article.

    In front of quotes in another language than the question's stands a line that says so.
    """
    evidence = verdict.evidence
    assert evidence is not None  # noqa: S101  what answers has evidence
    parts: list[tuple[ArticleRow, Sequence[Quote]]] = [(evidence.article, evidence.quotes)]
    room = _room_for_one(evidence.quotes, context.settings.max_sentences)
    if room and (second := _second(context, evidence)):
        parts = [(evidence.article, room), second]
    citations: list[Citation] = []
    written: list[str] = []
    for article, quotes in parts:
        written.append(to_markdown(quotes, first=len(citations) + 1))
        citations += cite(context, quotes, article, first=len(citations) + 1)
    answer = "\n\n".join(written)
    if not in_question_language(evidence.article, context.query):
        answer = other_language(evidence.article.language, context.query.language) + answer
    return Answer(answer, tuple(citations), is_steps=any(quote.is_steps for quote in evidence.quotes))


def cite(context: QuestionContext, quotes: Sequence[Quote], article: ArticleRow, first: int = 1) -> list[Citation]:
    """Citations numbered from ``first``, one a quote."""
    state = freshness(article, context.today, context.library.settings.articles.due_days)
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


def _second(context: QuestionContext, evidence: ArticleEvidence) -> tuple[ArticleRow, list[Quote]] | None:
    """The next article with one unit, where the question needs both: it holds words that the whole first one lacks.

    A step list is an answer by itself, and two of them would be a muddle.
    """
    ranked, terms, parameters = evidence.ranked, evidence.terms, context.parameters.quotes
    if len(ranked) < 2 or any(quote.is_steps for quote in evidence.quotes):
        return None
    first, other = ranked[0], ranked[1]
    if other.score < parameters.second_score * first.score or not in_question_language(other.article, context.query):
        return None
    texts = [first.article.title, *(" ".join([*item.chunk.headings, item.unit.text]) for item in evidence.units)]
    known = terms.matched(" ".join(texts), first.article.language).keys()
    heads = terms.matched(other.article.title, other.article.language)

    def gain(item: ScoredUnit) -> float:
        return sum(share for word, share in {**heads, **item.matched}.items() if word not in known)

    units = [item for item in gather(context, terms, other) if item.unit.kind != "code"]
    best = max(units, key=lambda item: (gain(item), item.score), default=None)
    if best is None or gain(best) < parameters.second_gain:
        return None
    return other.article, [Quote(best.chunk, (best.unit,), best.score)]


def _room_for_one(quotes: Sequence[Quote], max_units: int) -> list[Quote]:
    """``quotes`` without the weakest of them, where another unit would be too many; empty where none fits."""
    kept = list(quotes)
    while len(kept) > 1 and sum(len(quote.units) for quote in kept) >= max_units:
        kept.remove(min(kept, key=lambda quote: quote.score))
    return kept if sum(len(quote.units) for quote in kept) < max_units else []
