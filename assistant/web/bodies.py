"""What is posted to the server, checked at the border; an unknown key is an error."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.ask import DEFAULT_LIMIT, MAX_LIMIT, Scope
from kb.events import FeedbackReason, Verdict

Handle = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """What is posted; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class AskBody(Body):
    """A question and what it is narrowed to."""

    question: str = Field(examples=["Wie melde ich meinen Umzug?"])
    language: Handle | None = Field(None, description="only articles in this language")
    audience: Literal["internal", "public"] = Field("internal", description="'public': what a customer may read")
    product: Handle | list[Handle] | None = Field(None, description="only articles about this product, or one of these")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many nearest articles to list")
    session: Handle = Field("", description="groups the questions of one customer contact")
    actor: Handle = Field("", description="who asks, as a pseudonym")
    explain: bool = Field(default=False, description="add what each step contributed, as 'explain'")

    def scope(self) -> Scope:
        """The scope in the words of ``ask``."""
        products = [self.product] if isinstance(self.product, str) else self.product or []
        return Scope(self.audience, self.language or None, tuple(filter(None, products)), self.limit)


class FeedbackBody(Body):
    """A rating of an answer; an actor's last one counts."""

    question_id: Handle
    verdict: Verdict
    reason: FeedbackReason | None = None
    comment: str = Field("", max_length=2000)
    actor: Handle = ""
