"""The leads' inbox over REST: questions that agents handed over, and their answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from assistant.web.api.gaps_models import DraftResponse
from assistant.web.api.models import BODY_ERRORS, ArticleReference, PlainJSONResponse, StrictModel, answers
from assistant.web.security.authorization import Access, Person
from kb.backlog import Escalation, EscalationReason
from kb.library import Library

EscalationId: TypeAlias = Annotated[str, Path(max_length=40, description="as the inbox shows it", examples=["E-0001"])]


class AnswerBody(StrictModel):
    """The words that the agent may tell the customer."""

    text: str = Field(
        min_length=1,
        max_length=5000,
        description="in the lead's words",
        examples=["Dazu gibt es noch keine Regel. Bitte sagen Sie einen Rückruf zu."],
    )


class EscalationResponse(StrictModel):
    """A question that was handed to the lead."""

    escalation_id: str = Field(examples=["E-0015"])
    question_id: str = Field(examples=["5f0c"])
    question: str = Field(examples=["Kunde möchte am 15. statt am 1. zahlen"])
    language: str = Field(examples=["de"])
    at: str = Field(examples=["2026-11-24T08:02:09+00:00"])
    reason: EscalationReason
    note: str = Field(examples=["Was sagen wir hier verbindlich?"])
    answer: str = Field(description="empty while it waits", examples=["Bitte sagen Sie einen Rückruf zu."])
    answered_by: str = Field(examples=["jana"])
    answered_at: str | None = Field(examples=["2026-11-24T11:02:09+00:00"])
    linked: ArticleReference | None = Field(description="the article that was begun from the answer", examples=[None])


class EscalationsResponse(StrictModel):
    """The oldest first."""

    escalations: list[EscalationResponse]


class AnswerDraftResponse(StrictModel):
    """The draft made from an answer."""

    draft: DraftResponse


def router(library: Library, access: Access) -> APIRouter:
    """The endpoints of the inbox, for leads."""
    routes = APIRouter(prefix="/api/v1/escalations", tags=["lead"])
    lead = Depends(access.require("lead"))

    @routes.get(
        "",
        summary="What was handed to the lead",
        dependencies=[lead],
        **answers(EscalationsResponse, 422, 503),
    )
    def escalations(
        *, all_: Annotated[bool, Query(alias="all", description="answered ones too")] = False
    ) -> PlainJSONResponse:
        """The questions that agents handed over, the oldest first."""
        listed = library.escalations.escalations(open_only=not all_)
        events = library.events.questions_for([escalation.question_id for escalation in listed])
        texts = {key: (event.text, event.language) for key, event in events.items()}
        return PlainJSONResponse(
            {"escalations": [_told(escalation, *texts.get(escalation.question_id, ("", ""))) for escalation in listed]}
        )

    @routes.post(
        "/{escalation_id}/answer",
        summary="Answer an escalation",
        **answers(EscalationResponse, 400, 404, 409, 503, *BODY_ERRORS),
    )
    def answer(escalation_id: EscalationId, body: AnswerBody, person: Person = lead) -> PlainJSONResponse:
        """Say what the agent may tell the customer."""
        from assistant.leads import answer as reply

        answered = reply(library, escalation_id, body.text, person.name, datetime.now(UTC))
        access.record(person, "escalation answer", answered.escalation_id)
        event = library.events.question(answered.question_id)
        return PlainJSONResponse(_told(answered, event.text, event.language))

    @routes.post(
        "/{escalation_id}/draft",
        summary="Begin an article from an answer",
        **answers(AnswerDraftResponse, 400, 404, 409, 503, *BODY_ERRORS),
    )
    def draft(escalation_id: EscalationId, person: Person = lead) -> PlainJSONResponse:
        """Write the draft whose solution is what was answered."""
        from assistant.leads import draft_answer

        drafted = draft_answer(library, escalation_id, person.name, datetime.now(UTC))
        access.record(person, "escalation draft", escalation_id, article=drafted.article.article_id)
        return PlainJSONResponse({"draft": drafted.to_json()})

    return routes


def _told(escalation: Escalation, question: str, language: str) -> dict[str, Any]:
    told = escalation.to_json() | {"question": question, "language": language}
    del told["actor"]
    return told
