"""The rest of a customer contact over REST: reply, find a ticket's questions, report a gap, hand over."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from assistant.answering.reply import Reply
from assistant.contacts.customer_reply import customer_reply
from assistant.contacts.ticket_questions import questions_of
from assistant.web.api.articles import resolver
from assistant.web.api.models import BODY_ERRORS, Actor, Handle, PlainJSONResponse, StrictModel, answers
from assistant.web.api.questions import ProductFilter, as_products
from assistant.web.page.plain_text import plain
from assistant.web.page.safe_html import answer_html
from assistant.web.security.authorization import Access, Person
from kb.backlog import EscalationReason
from kb.events import Action
from kb.library import Library


class CustomerReplyBody(StrictModel):
    """A question to be answered to the customer."""

    question: str = Field(description="in the customer's words", examples=["Wie melde ich meinen Umzug?"])
    product: ProductFilter = None


class CustomerReplySource(StrictModel):
    """A public article that the reply was made from."""

    article_id: str = Field(examples=["report-move"])
    title: str = Field(examples=["Umzug melden"])


class CustomerReplyResponse(StrictModel):
    """Greeting, answer and closing; an empty text where no public article answers."""

    text: str = Field(examples=["Guten Tag,\n\nmelden Sie Ihren Umzug …\n\nMit freundlichen Grüßen", ""])
    language: str = Field(examples=["de"])
    sources: list[CustomerReplySource]


class TicketBody(StrictModel):
    """The text of a whole ticket."""

    text: str = Field(
        max_length=50_000,
        description="as it was written, greeting and quoted mail included",
        examples=["Guten Tag,\n\nwie melde ich meinen Umzug?\n\nViele Grüße"],
    )


class TicketQuestionsResponse(StrictModel):
    """The questions in a ticket, in its order."""

    questions: list[str] = Field(examples=[["wie melde ich meinen Umzug?"]])


class GapBody(StrictModel):
    """An agent reports that something is missing."""

    question_id: Handle = Field(description="the question that nothing answered", examples=["5f0c"])
    note: str = Field("", max_length=2000, description="what the customer needs, in the agent's words")
    actor: Actor = ""


class GapReportedResponse(StrictModel):
    """The report is in the log; the next look for gaps counts it."""

    question_id: str = Field(examples=["5f0c"])
    reported: Literal[True]


class EscalationBody(StrictModel):
    """An agent hands a question to the team lead."""

    question_id: Handle = Field(description="the question that is handed over", examples=["5f0c"])
    reason: EscalationReason = Field("no_answer", description="why it goes to the lead")
    note: str = Field("", max_length=2000, description="what the lead should know")
    actor: Actor = ""


class EscalatedResponse(StrictModel):
    """The question waits for the lead."""

    question_id: str = Field(examples=["5f0c"])
    escalation_id: str = Field(examples=["E-0015"])
    escalated: Literal[True]


def router(library: Library, access: Access) -> APIRouter:
    """The endpoints on customer contacts."""
    routes = APIRouter(prefix="/api/v1", tags=["contacts"])
    agent = Depends(access.require("agent"))

    @routes.post(
        "/customer-reply",
        summary="Write a reply for the customer",
        dependencies=[agent],
        **answers(CustomerReplyResponse, 400, 423, 503, *BODY_ERRORS),
    )
    def reply(body: CustomerReplyBody) -> PlainJSONResponse:
        """Greeting, answer and closing from public articles alone; an empty text where none of them answers."""
        products = as_products(body.product)
        written = customer_reply(library, body.question, products, datetime.now(UTC), partial(answer_text, library))
        sources = [{"article_id": key, "title": title} for key, title in written.sources]
        return PlainJSONResponse({"text": written.text, "language": written.language, "sources": sources})

    @routes.post(
        "/ticket-questions",
        summary="Find the questions of a ticket",
        dependencies=[agent],
        **answers(TicketQuestionsResponse, *BODY_ERRORS),
    )
    def ticket(body: TicketBody) -> PlainJSONResponse:
        """The questions of the customer, without greeting, quoted mail and signature. Nothing of the text is kept."""
        return PlainJSONResponse({"questions": questions_of(body.text)})

    @routes.post("/gaps", summary="Report a gap", **answers(GapReportedResponse, 400, 404, 503, *BODY_ERRORS))
    def report_gap(body: GapBody, person: Person = agent) -> PlainJSONResponse:
        """Say that the knowledge base lacks the answer to a question that was asked."""
        actor = person.actor or body.actor
        library.events.act(Action(body.question_id, datetime.now(UTC), "gap_reported", actor, body.note))
        return PlainJSONResponse({"question_id": body.question_id, "reported": True})

    @routes.post(
        "/escalations",
        summary="Hand a question to the team lead",
        **answers(EscalatedResponse, 400, 404, 409, 503, *BODY_ERRORS),
    )
    def escalate(body: EscalationBody, person: Person = agent) -> PlainJSONResponse:
        """Put a question into the lead's inbox, with a reason and a note; refused (409) where it waits already."""
        from assistant.leads import escalate as hand_over

        actor = person.actor or body.actor
        handed = hand_over(library, body.question_id, body.reason, body.note, actor, datetime.now(UTC))
        return PlainJSONResponse(
            {"question_id": handed.question_id, "escalation_id": handed.escalation_id, "escalated": True}
        )

    return routes


def answer_text(library: Library, reply: Reply) -> str:
    """An answer as plain text."""
    return plain(answer_html(reply.answer, reply.citations, resolver(library, reply)))
