"""Judging: does what was found answer the question; if so, what is quoted, if not, why not, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Final

from assistant.answering.confidence import case, features, probability
from assistant.answering.evidence import Evidence, QuestionTerms, compare, gather
from assistant.answering.messages import message, other_language
from assistant.answering.quotes import Quote, choose, cite, to_markdown
from assistant.answering.reply import Citation
from assistant.retrieval.model import Ranked
from assistant.retrieval.query import Query
from assistant.retrieval.rerank import in_question_language
from kb.catalog import ArticleRow, Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.library import Library

_NEAR_SHARE: Final = 0.6
"""From this share of the threshold on, an abstention names the article that comes closest."""

_SECOND_GAIN: Final = 0.2
"""A second article is quoted too where it holds this share of the question's idf mass that the first one lacks.

Of ten dev questions of the gold set that need two articles, five are answered, two of them from both; of the others
(some 150), two get a second article without need. With 0.3 it is none and one.
"""

_SECOND_SCORE: Final = 0.6
"""And where it scores at least this share of the first one."""

_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the best article gives: the answer (empty when abstaining), and how sure that is.

    ``confidence`` is p(answered right), 0..1; ``reason`` says why there is no answer, ``case`` which model
    of the confidence judged.
    """

    confidence: float
    answer: str = ""
    reason: str = ""
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)
    case: str = ""
    steps: bool = False


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """What judging needs besides the ranking: the state of the index, the question and its vector, and the day."""

    library: Library
    snapshot: Snapshot
    query: Query
    vector: FloatMatrix
    today: date


def judge(context: QuestionContext, ranked: Sequence[Ranked]) -> Verdict:
    """Answer from the best article; where it does not, from the best one in another language if that one does.

    The other one has to be nearer to the question as well, although vectors favour the question's own language: then it
    alone says it. Without that, of 46 such answers in three bilingual sets, 4 were right.
    """
    if not ranked:
        return Verdict(0.0, reason=message("answering.empty", context.query.language))
    best = _weigh(context, ranked)
    if best.answer or not in_question_language(ranked[0].article, context.query):
        return best
    foreign = [item for item in ranked if not in_question_language(item.article, context.query)]
    if not foreign or _cosine(foreign[0]) <= _cosine(ranked[0]):
        return best
    other = _weigh(context, foreign)
    return other if other.answer else best


def _cosine(item: Ranked) -> float:
    return max(passage.signals.cosine for passage in item.passages)


def _weigh(context: QuestionContext, ranked: Sequence[Ranked]) -> Verdict:
    """What the first of ``ranked`` gives, and how sure that is."""
    query, settings = context.query, context.library.settings
    article = ranked[0].article
    asked = QuestionTerms.of(context.snapshot, query)
    evidence = compare(context.library, query, context.vector, gather(context.snapshot, query, asked, ranked[0]))
    quotes = choose(context.snapshot, query, evidence, settings.answer)
    quoted = [item for item in evidence if any(item.unit in quote.units for quote in quotes)]
    measured = features(query, ranked, evidence, quoted, asked)
    same_language = in_question_language(article, query)
    confidence = probability(measured, same_language=same_language)
    found = Verdict(
        confidence,
        evidence=tuple(evidence),
        measured=asdict(measured),
        case=case(measured, same_language=same_language),
    )
    if not quotes or confidence < settings.answer.threshold:
        near = confidence >= _NEAR_SHARE * settings.answer.threshold
        return replace(found, reason=_reason(query, article, asked, evidence, near=near))
    due_days = settings.articles.due_days
    parts: list[tuple[ArticleRow, Sequence[Quote]]] = [(article, quotes)]
    room = _room_for_one(quotes, settings.answer.max_sentences)
    if room and (second := _second(context, ranked, asked, evidence, quotes)):
        parts = [(article, room), second]
    citations: list[Citation] = []
    written: list[str] = []
    for source, own in parts:
        written.append(to_markdown(own, first=len(citations) + 1))
        citations += cite(own, source, context.today, due_days, first=len(citations) + 1)
    answer = _marked(query, article, "\n\n".join(written))
    steps = any(quote.units[0].kind == "step" for quote in quotes)
    return replace(found, answer=answer, citations=tuple(citations), steps=steps)


def _second(
    context: QuestionContext,
    ranked: Sequence[Ranked],
    asked: QuestionTerms,
    evidence: Sequence[Evidence],
    quotes: Sequence[Quote],
) -> tuple[ArticleRow, list[Quote]] | None:
    """The next article with one unit, where the question needs both: it holds words that the whole first one lacks.

    A step list is an answer by itself, and two of them would be a muddle.
    """
    if len(ranked) < 2 or any(quote.units[0].kind == "step" for quote in quotes):
        return None
    first, other = ranked[0], ranked[1]
    if other.score < _SECOND_SCORE * first.score or not in_question_language(other.article, context.query):
        return None
    texts = [first.article.title, *(" ".join([*item.chunk.headings, item.unit.text]) for item in evidence)]
    known = asked.matched(" ".join(texts), first.article.language).keys()
    heads = asked.matched(other.article.title, other.article.language)

    def gain(item: Evidence) -> float:
        return sum(share for word, share in {**heads, **item.matched}.items() if word not in known)

    units = [item for item in gather(context.snapshot, context.query, asked, other) if item.unit.kind != "code"]
    best = max(units, key=lambda item: (gain(item), item.score), default=None)
    if best is None or gain(best) < _SECOND_GAIN:
        return None
    return other.article, [Quote(best.chunk, (best.unit,), best.score)]


def _room_for_one(quotes: Sequence[Quote], most: int) -> list[Quote]:
    """``quotes`` without the weakest of them, where another unit would be too many; empty where none fits."""
    kept = list(quotes)
    while len(kept) > 1 and sum(len(quote.units) for quote in kept) >= most:
        kept.remove(min(kept, key=lambda quote: quote.score))
    return kept if sum(len(quote.units) for quote in kept) < most else []


def _reason(
    query: Query, article: ArticleRow, asked: QuestionTerms, evidence: Sequence[Evidence], *, near: bool
) -> str:
    """Why there is no answer, in the words of the question: what the nearest article has, and what it lacks."""
    held: set[str] = set()
    for item in evidence:
        held |= item.matched.keys()
    held |= asked.matched(article.title, article.language).keys()
    surface = {found.casefold(): found for found in _WORD.findall(query.text)}
    words = [(word.idf, surface.get(word.word.casefold(), word.word), word.word in held) for word in asked.words]
    has = max(((idf, shown) for idf, shown, there in words if there), default=None)
    lacks = max(((idf, shown) for idf, shown, there in words if not there), default=None)
    if near and has and lacks:
        return message("answering.lacks", query.language, title=article.title, has=has[1], lacks=lacks[1])
    return message("answering.near" if near else "answering.nothing", query.language, title=article.title)


def _marked(query: Query, article: ArticleRow, answer: str) -> str:
    """In front of quotes in another language stands a line that says so."""
    if in_question_language(article, query):
        return answer
    return other_language(article.language, query.language) + answer
