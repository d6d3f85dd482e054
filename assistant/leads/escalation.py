"""Escalating: an agent hands a question to a lead; the lead's answer can become an article."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from assistant.leads.article_stub import Stub, put
from assistant.leads.drafting import Draft
from assistant.leads.placement import IndexedArticle, defaults, folder_for
from assistant.leads.source_material import aliases, passages
from assistant.messages import text
from kb.articles.article import ArticleKey
from kb.backlog import Escalation, EscalationReason, Gap, GapQuestion
from kb.errors import ConflictError, UsageError
from kb.events import QuestionEvent
from kb.library import Library


def escalate(
    library: Library, question_id: str, reason: EscalationReason, note: str, actor: str, now: datetime
) -> Escalation:
    """Hand a logged question to a lead. Raises NotFoundError, ConflictError where it waits for an answer already."""
    redact = library.settings.events.redact
    return library.escalations.escalate(question_id, reason, note, actor, now=now, redact=redact)


def answer(library: Library, escalation_id: str, words: str, actor: str, now: datetime) -> Escalation:
    """Answer an escalation. Raises ConflictError, naming them, where somebody has."""
    return library.escalations.answer(escalation_id, words, actor, now=now, redact=library.settings.events.redact)


def draft_answer(
    library: Library,
    escalation_id: str,
    actor: str,
    now: datetime,
    *,
    folder: Path | None = None,
    title: str = "",
    owner: str = "",
) -> Draft:
    """Begin an article whose solution is what the lead answered.

    1. The stub: the question is its title and alias, the answer its solution. 2. Write it beside the article nearest
    to the question. 3. Link the escalation to it, and the gap that the question is evidence of, where there is one that
    nobody has begun to mend. Raises ConflictError where the escalation is not answered yet, or has its article.
    """
    escalation = library.escalations.escalation(escalation_id)
    if escalation.is_open:
        raise ConflictError(
            f"{escalation.escalation_id} has no answer yet that could become an article.",
            f"Answer it first: kb escalations answer {escalation.escalation_id} TEXT",
        )
    if escalation.linked is not None:
        raise ConflictError(
            f"The answer to {escalation.escalation_id} became the article {escalation.linked.article_id} already.",
            "Go on with that one.",
        )
    # 1
    event = library.events.question(escalation.question_id)
    nearby = [IndexedArticle(passage.article, "") for passage in passages(library, event.text, library.day_of(now))]
    stub = _stub(escalation, event, nearby, title, owner)
    # 2
    path = put(folder or folder_for(library, stub.language, nearby), stub, library.day_of(now))
    article = ArticleKey(stub.name, stub.language)
    # 3
    library.escalations.link(escalation_id, article)
    gap = _gap_of(library, event)
    if gap is not None and gap.linked is None:
        gap = library.backlog.link(
            gap.gap_id, article, actor, gap.version, now=now, drafting=True, path=str(path.absolute())
        )
    return Draft(gap, article, path, created=True)


def _stub(escalation: Escalation, event: QuestionEvent, nearby: list[IndexedArticle], title: str, owner: str) -> Stub:
    language = event.primary_language
    name = " ".join((title or event.text).split())
    common = defaults(nearby, "team")
    asked = GapQuestion(event.question_id, event.text, event.asked_at, event.language)
    notes = [
        text("leads.answered", language, escalation_id=escalation.escalation_id),
        "",
        text("leads.asked", language),
        "",
        event.text,
        *(["", escalation.note] if escalation.note else []),
    ]
    return Stub(
        name,
        "de" if language not in {"de", "en"} else language,
        owner or common.owner,
        audience="internal",  # a lead answered an agent: what customers may read is for the lead to say
        products=common.products,
        aliases=aliases([asked], language, name),
        solution=escalation.answer,
        notes="\n".join(notes),
    )


def _gap_of(library: Library, event: QuestionEvent) -> Gap | None:
    """The gap that a question is evidence of, where somebody may work on it."""
    gap = library.backlog.gap_of("question", event.caller_id) if event.caller_id else None
    gap = gap or library.backlog.gap_of("question", event.question_id)
    if gap is None:
        return None
    try:
        return library.backlog.workable(gap.gap_id)
    except (ConflictError, UsageError):
        return None
