"""Judging: how sure it is that an article's evidence answers the question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from assistant.answering.answer import AnswerVerdict, ArticleEvidence
from assistant.answering.confidence import case, features, probability
from assistant.answering.context import QuestionContext
from assistant.retrieval.rerank import in_question_language


def judge(context: QuestionContext, candidates: Iterable[ArticleEvidence]) -> AnswerVerdict:
    """The verdict on the first of ``candidates`` that answers; where none does, on the first one.

    A later candidate is asked for only where those before it do not answer: its evidence costs time.
    """
    first: AnswerVerdict | None = None
    for evidence in candidates:
        verdict = _verdict(context, evidence)
        if verdict.answers:
            return verdict
        first = first or verdict
    return first or AnswerVerdict()


def _verdict(context: QuestionContext, evidence: ArticleEvidence) -> AnswerVerdict:
    measured = features(context, evidence)
    same_language = in_question_language(evidence.article, context.query)
    confidence = probability(measured, same_language=same_language)
    return AnswerVerdict(
        evidence,
        confidence,
        bool(evidence.quotes) and confidence >= context.settings.threshold,
        asdict(measured),
        case(measured, same_language=same_language),
    )
