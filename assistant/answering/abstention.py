"""Abstaining: why there is no answer, in the words of the question."""

from __future__ import annotations

import re

from assistant.answering.answer import Answer, AnswerVerdict
from assistant.answering.context import QuestionContext
from assistant.answering.messages import message
from assistant.answering.question_terms import held_words

_WORD = re.compile(r"[\w-]+")


def abstain(context: QuestionContext, verdict: AnswerVerdict) -> Answer:
    """The reason alone: what the nearest article has of the question, and what it lacks."""
    query, evidence = context.query, verdict.evidence
    if evidence is None:
        return Answer(reason=message("answering.empty", query.language))
    article = evidence.article
    is_near = verdict.confidence >= context.parameters.confidence.near_share * context.settings.threshold
    held = held_words(evidence.units) | evidence.terms.matched(article.title, article.language).keys()
    written = {word.casefold(): word for word in _WORD.findall(query.text)}
    words = [
        (term.idf, written.get(term.word.casefold(), term.word), term.word in held) for term in evidence.terms.words
    ]
    has = max(((idf, word) for idf, word, is_held in words if is_held), default=None)
    lacks = max(((idf, word) for idf, word, is_held in words if not is_held), default=None)
    if is_near and has and lacks:
        return Answer(
            reason=message("answering.lacks", query.language, title=article.title, has=has[1], lacks=lacks[1])
        )
    return Answer(
        reason=message("answering.near" if is_near else "answering.nothing", query.language, title=article.title)
    )
