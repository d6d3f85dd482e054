"""Recheck: questions that a gap was closed with must stay answered; a change that breaks them reopens the gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.leads.placement import IndexedArticle, indexed, shown
from assistant.leads.reask import AskOutcome, ExpectedAnswer, Fault, reasking
from kb.articles.freshness import is_expired
from kb.articles.front_matter import text_sha256
from kb.backlog import Gap, RegressionQuestion
from kb.library import Library


@dataclass(frozen=True, slots=True)
class RegressionResult:
    """A question that must stay answered, and what came of it; ``fault``: why it is not. None where it is."""

    question: RegressionQuestion
    after: AskOutcome
    fault: Fault | None

    @property
    def passed(self) -> bool:
        """Whether the gap's article answers it."""
        return self.fault is None

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        question = self.question
        return {
            "id": question.id,
            "kind": question.kind,
            "text": question.text,
            "gap_id": question.gap_id,
            "article_id": question.article.article_id,
            "language": question.article.language,
            "status": self.after.status,
            "cited": list(map(str, self.after.cited)),
            "passed": self.passed,
            "fault": self.fault,
        }


def recheck(library: Library, now: datetime) -> list[Gap]:
    """Reopen the verified gaps whose article has changed so that it does not answer their questions any more.

    1. Of every article that a gap was closed with: is its text another one, or is it gone, withdrawn or expired? Only
    then 2. ask the gap's questions again. 3. Where fewer than the share that closes a gap pass, reopen it and keep what
    came of each; else note the new text. As long as no article changes this reads one row an article and asks nothing,
    so that every look at the log can begin with it. What other articles do to a question, ``python -m evals regress``
    finds, which asks all.
    """
    reopened = []
    for gap_id, questions in _by_gap(library.backlog.regression_questions()).items():
        if library.backlog.gap(gap_id).state != "verified":
            continue
        # 1
        article = questions[0].article
        current = indexed(library, *article)
        serves = current is not None and _serves(current, article.language, library.day_of(now))
        sha256 = text_sha256(current.source) if current and serves else ""
        if sha256 == questions[0].sha256:
            continue
        # 2
        results = ask_kept(library, questions, now)
        # 3
        passed = sum(result.passed for result in results)
        if passed / len(results) >= library.settings.backlog.verify_share:
            library.backlog.note_texts({(question.kind, question.id): sha256 for question in questions})
            continue
        note = f"{shown(article)} has changed and answers {passed} of {len(results)} questions"
        detail = {"questions": [result.to_json() for result in results]}
        reopened.append(library.backlog.reopen(gap_id, "", now=now, note=note, detail=detail))
    return reopened


def ask_kept(library: Library, questions: Sequence[RegressionQuestion], now: datetime) -> list[RegressionResult]:
    """Ask questions that must stay answered, each with its filters; nothing is logged. They pass as in ``verify``."""
    causes = {gap_id: library.backlog.gap(gap_id).cause for gap_id in {question.gap_id for question in questions}}
    with reasking(library, {question.article.article_id for question in questions}, now) as asking:
        return [
            RegressionResult(
                question,
                *asking.ask(
                    question.text,
                    question.language,
                    question.filters,
                    ExpectedAnswer(question.article, causes[question.gap_id]),
                ),
            )
            for question in questions
        ]


def _by_gap(questions: Sequence[RegressionQuestion]) -> Mapping[str, list[RegressionQuestion]]:
    by_gap: dict[str, list[RegressionQuestion]] = defaultdict(list)
    for question in questions:
        by_gap[question.gap_id].append(question)
    return by_gap


def _serves(article: IndexedArticle, language: str, today: date) -> bool:
    row = article.row
    return row.language == language and row.status == "published" and not is_expired(row, today)
