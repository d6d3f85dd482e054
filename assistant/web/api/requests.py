"""What is posted to the server, checked at the border; an unknown key is an error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.ask import DEFAULT_LIMIT, MAX_LIMIT, AskFilters
from kb.backlog import EscalationReason
from kb.events import FeedbackReason, Verdict

Handle = Annotated[str, Field(max_length=200)]
Actor = Annotated[Handle, Field(description="who does it, as a pseudonym; who has signed in goes by the account's")]

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
"""A day that questions, reports and plans can be about; periods around it stay within the calendar."""


class Body(BaseModel):
    """What is posted; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class AskBody(Body):
    """A question and what it is narrowed to."""

    question: str = Field(description="in the words of whoever asks", examples=["Wie melde ich meinen Umzug?"])
    language: Handle | None = Field(None, description="only articles in this language")
    audience: Literal["internal", "public"] = Field("internal", description="'public': what a customer may read")
    product: Handle | list[Handle] | None = Field(None, description="only articles about this product, or one of these")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many nearest articles to list")
    session: Handle = Field("", description="groups the questions of one customer contact")
    actor: Actor = ""
    previous: str = Field("", max_length=8000, description="the question that this one follows up")
    told_in: Literal["de", "en"] | None = Field(
        None, description="language of what Lotse says of itself, such as the reason; without it, the question's"
    )
    explain: bool = Field(default=False, description="add what each step contributed, as 'explain'")

    def filters(self) -> AskFilters:
        """The filters in the words of ``ask``."""
        products = [self.product] if isinstance(self.product, str) else self.product or []
        return AskFilters(self.audience, self.language or None, tuple(filter(None, products)), self.limit)

    def asked(self) -> str:
        """The question in its context: "und bei Gas?" says what it asks only together with the one before."""
        return f"{self.previous.strip()} {self.question.strip()}" if self.previous.strip() else self.question


class FeedbackBody(Body):
    """A rating of an answer; an actor's last one counts."""

    question_id: Handle = Field(description="the question whose answer is rated", examples=["5f0c"])
    verdict: Verdict = Field(description="whether the answer helped", examples=["not_helpful"])
    reason: FeedbackReason | None = Field(None, description="what the answer lacks")
    comment: str = Field("", max_length=2000, description="what else there is to say")
    actor: Actor = ""


class GapBody(Body):
    """An agent reports that something is missing."""

    question_id: Handle = Field(description="the question that nothing answered", examples=["5f0c"])
    note: str = Field("", max_length=2000, description="what the customer needs, in the agent's words")
    actor: Actor = ""


class EscalationBody(Body):
    """An agent hands a question to the team lead."""

    question_id: Handle = Field(description="the question that is handed over", examples=["5f0c"])
    reason: EscalationReason = Field("no_answer", description="why it goes to the lead")
    note: str = Field("", max_length=2000, description="what the lead should know")
    actor: Actor = ""


class ReplyBody(Body):
    """A question to be answered to the customer."""

    question: str = Field(description="in the customer's words", examples=["Wie melde ich meinen Umzug?"])
    product: Handle | list[Handle] | None = Field(None, description="only articles about this product, or one of these")

    def products(self) -> tuple[str, ...]:
        """The products as a tuple."""
        given = [self.product] if isinstance(self.product, str) else self.product or []
        return tuple(filter(None, given))


class TicketBody(Body):
    """The text of a whole ticket."""

    text: str = Field(
        max_length=50_000,
        description="as it was written, greeting and quoted mail included",
        examples=["Guten Tag,\n\nwie melde ich meinen Umzug?\n\nViele Grüße"],
    )
