"""Verify: a gap closes when its own questions are answered by the article that mends it, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assistant.leads.placement import indexed, shown
from assistant.leads.reask import AskOutcome, ExpectedAnswer, Fault, reasking
from kb.articles.article import ArticleKey
from kb.articles.front_matter import text_sha256
from kb.backlog import Gap, GapQuestion, RegressionQuestion
from kb.errors import ConflictError, UsageError
from kb.events import QuestionEvent
from kb.library import Library


@dataclass(frozen=True, slots=True)
class Attempt:
    """A question asked again. ``before``: as it stands in the log; None for a ticket, and for what is not logged.

    ``fault`` is why the linked article does not answer it now; None where it does. ``filters`` are those it was asked
    with.
    """

    question: GapQuestion
    filters: Mapping[str, Any]
    before: AskOutcome | None
    after: AskOutcome
    fault: Fault | None

    @property
    def passed(self) -> bool:
        """Whether the linked article answers it."""
        return self.fault is None


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of asking all questions of a gap again. ``share`` of them passed, ``needed`` closes the gap."""

    gap: Gap
    article: ArticleKey
    share: float
    needed: float
    tried: tuple[Attempt, ...]
    closed: bool

    @property
    def failed(self) -> tuple[Attempt, ...]:
        """Those that the linked article does not answer."""
        return tuple(attempt for attempt in self.tried if not attempt.passed)

    def to_json(self) -> dict[str, Any]:
        """Plain types, as it is kept in the gap's history."""
        return {
            "article": {"article_id": self.article.article_id, "language": self.article.language},
            "share": round(self.share, 4),
            "needed": self.needed,
            "closed": self.closed,
            "questions": [
                {
                    "id": attempt.question.id,
                    "kind": attempt.question.kind,
                    "text": attempt.question.text,
                    "before": attempt.before.to_json() if attempt.before else None,
                    "after": attempt.after.to_json(),
                    "passed": attempt.passed,
                    "fault": attempt.fault,
                }
                for attempt in self.tried
            ],
        }


def verify(
    library: Library,
    gap_id: str,
    actor: str,
    now: datetime,
    *,
    article: ArticleKey | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Ask all of a gap's questions again, each with the filters it was asked with; close the gap where that proves it.

    1. Which article is to answer: the linked one, or ``article``, which is linked then. 2. Ask every question; nothing
    is logged. It passes where the answer quotes the article, for what its text says and not for its aliases alone.
    3. The gap closes where the share of questions that pass reaches the setting ``backlog.verify_share``. 4. Keep what
    came of each, before and now, in the gap's history; where it closed, the questions that passed must stay answered
    from now on. ``progress`` gets how many are through, of how many.

    Raises UsageError where no article is linked, or it is not in the index, or not one that answers; ConflictError
    where the gap is in no state to be closed.
    """
    # 1
    gap = library.backlog.workable(gap_id)
    if article is not None and article != gap.linked:
        gap = library.backlog.link(gap_id, article, actor, now=now, drafting=True)
    linked, sha256 = _linked(library, gap, now)
    if gap.state not in {"drafting", "review"}:
        gap = library.backlog.link(gap_id, linked, actor, gap.version, now=now, drafting=True)
    if not gap.questions:
        raise ConflictError(
            f"All questions of {gap.gap_id} are evidence of other gaps by now.",
            "Decline it: kb gaps move GAP_ID declined",
        )
    # 2
    tried = _ask_all(library, gap, linked, now, progress)
    # 3
    needed = library.settings.backlog.verify_share
    share = sum(attempt.passed for attempt in tried) / len(tried)
    verification = Verification(gap, linked, share, needed, tuple(tried), closed=share >= needed)
    # 4
    kept = []
    if verification.closed:
        kept = [_regression(attempt, gap, linked, sha256, now) for attempt in tried if attempt.passed]
    gap = library.backlog.record_check(
        gap.gap_id,
        actor,
        gap.version,
        now=now,
        closes=verification.closed,
        detail=verification.to_json(),
        regression=kept,
    )
    return replace(verification, gap=gap)


def _ask_all(
    library: Library, gap: Gap, article: ArticleKey, now: datetime, progress: Callable[[int, int], None] | None
) -> list[Attempt]:
    """Each question of a gap with what came of it then and comes of it now."""
    logged = library.events.asked_as(question.id for question in gap.questions if question.kind == "question")
    expected = ExpectedAnswer(article, gap.cause)
    tried = []
    with reasking(library, [article.article_id], now) as asking:
        for number, question in enumerate(gap.questions, start=1):
            event = _event(logged.get(question.id, ()), question)
            filters = event.filters if event else {}
            after, fault = asking.ask(question.text, question.language, filters, expected)
            before = AskOutcome.of_event(event) if event else None
            tried.append(Attempt(question, filters, before, after, fault))
            if progress is not None:
                progress(number, len(gap.questions))
    return tried


def _linked(library: Library, gap: Gap, now: datetime) -> tuple[ArticleKey, str]:
    """The article that is to answer, and the SHA-256 of its text."""
    if gap.linked is None:
        raise UsageError(
            f"{gap.gap_id} is linked to no article that could answer.",
            f"Begin one: kb gaps draft {gap.gap_id}; or name one: kb gaps verify {gap.gap_id} --article ARTICLE_ID",
            "unlinked",
        )
    article = indexed(library, *gap.linked)
    if article is None or article.row.language != gap.linked.language:
        raise UsageError(
            f"The article {shown(gap.linked)} is not in the index.",
            "Take it in first: kb ingest, then verify again.",
            "not-in-index",
        )
    if article.row.status != "published" or (article.row.expires_on and article.row.expires_on < library.day_of(now)):
        state = "expired" if article.row.status == "published" else article.row.status
        raise ConflictError(
            f"The article {shown(gap.linked)} is {state} and answers nobody.",
            "Finish it, set `status: published`, and run kb ingest; then verify again.",
            "not-published",
        )
    return gap.linked, text_sha256(article.source)


def _event(events: Sequence[QuestionEvent], question: GapQuestion) -> QuestionEvent | None:
    """The event of a question; of several that go by its id the one asked at its time, else the last."""
    same = [event for event in events if event.asked_at == question.asked_at]
    return next(iter(same or events[-1:]), None)


def _regression(attempt: Attempt, gap: Gap, article: ArticleKey, sha256: str, now: datetime) -> RegressionQuestion:
    question = attempt.question
    return RegressionQuestion(
        question.id, question.kind, question.text, question.language, attempt.filters, gap.gap_id, article, sha256, now
    )
