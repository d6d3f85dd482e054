"""What an agent does in a customer contact besides asking: reply, take a ticket apart, report a gap, hand over."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends

from assistant.answering.reply import Reply
from assistant.contacts.customer_reply import customer_reply
from assistant.contacts.ticket_questions import questions_of
from assistant.web.api.articles import resolver
from assistant.web.api.requests import EscalationBody, GapBody, ReplyBody, TicketBody
from assistant.web.page.plain_text import plain
from assistant.web.page.safe_html import answer_html
from assistant.web.security.authorization import Access, Person
from kb.events import Action
from kb.library import Library


def router(library: Library, access: Access) -> APIRouter:
    """The endpoints on customer contacts."""
    routes = APIRouter(prefix="/api/v1", tags=["contacts"])
    agent = Depends(access.require("agent"))

    @routes.post("/customer-reply", summary="Write a reply for the customer", dependencies=[agent])
    def reply(body: ReplyBody) -> dict[str, Any]:
        """Greeting, answer and closing from public articles alone; an empty text where none of them answers."""
        made = customer_reply(library, body.question, body.products(), datetime.now(UTC), partial(answer_text, library))
        sources = [{"article_id": key, "title": title} for key, title in made.sources]
        return {"text": made.text, "language": made.language, "sources": sources}

    @routes.post("/ticket-questions", summary="Find the questions of a ticket", dependencies=[agent])
    def ticket(body: TicketBody) -> dict[str, Any]:
        """What the customer asks, without greeting, quoted mail and signature. Nothing of the text is kept."""
        return {"questions": questions_of(body.text)}

    @routes.post("/gaps", summary="Report a gap")
    def report_gap(body: GapBody, person: Person = agent) -> dict[str, Any]:
        """Say that the knowledge base lacks the answer to a question that was asked."""
        actor = person.actor or body.actor
        library.events.act(Action(body.question_id, datetime.now(UTC), "gap_reported", actor, body.note))
        return {"question_id": body.question_id, "reported": True}

    @routes.post("/escalations", summary="Hand a question to the team lead")
    def escalate(body: EscalationBody, person: Person = agent) -> dict[str, Any]:
        """Put a question into the lead's inbox, with a reason and a note; refused (409) where it waits already."""
        from assistant.leads import escalate as hand_over

        actor = person.actor or body.actor
        made = hand_over(library, body.question_id, body.reason, body.note, actor, datetime.now(UTC))
        return {"question_id": made.question_id, "escalation_id": made.escalation_id, "escalated": True}

    return routes


def answer_text(library: Library, reply: Reply) -> str:
    """An answer as plain text."""
    return plain(answer_html(reply.answer, reply.citations, resolver(library, reply)))
