"""Asking and rating over REST, and the service behind them that the page asks too."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from assistant.answering.messages import in_language
from assistant.answering.reply import Reply, Timings
from assistant.ask import DEFAULT_LIMIT, MAX_LIMIT, Asker, AskFilters, Trace, ask
from assistant.web.api.models import (
    BODY_ERRORS,
    Actor,
    Handle,
    LineRange,
    PlainJSONResponse,
    StrictModel,
    TitledArticle,
    answers,
)
from assistant.web.metrics import Metrics
from assistant.web.security.authorization import Access, Person
from kb.articles.freshness import Freshness
from kb.catalog.ratings import rate
from kb.errors import MissingPartError
from kb.events import Feedback, FeedbackReason, Verdict
from kb.library import Library

_LOG = logging.getLogger(__name__)
_FREQUENT = 100
_FREQUENT_DAYS = 30
_COUNTED_FOR_S = 60.0

ProductFilter = Annotated[
    Handle | list[Handle] | None,
    Field(description="only articles about this product, or one of these", examples=[None]),
]


class AskBody(StrictModel):
    """A question and the limits of its search."""

    question: str = Field(description="in the words of whoever asks", examples=["Wie melde ich meinen Umzug?"])
    language: Handle | None = Field(None, description="only articles in this language", examples=[None])
    audience: Literal["internal", "public"] = Field("internal", description="'public': what a customer may read")
    product: ProductFilter = None
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many nearest articles to list")
    session: Handle = Field("", description="groups the questions of one customer contact")
    actor: Actor = ""
    previous: str = Field("", max_length=8000, description="the question that this one follows up")
    told_in: Literal["de", "en"] | None = Field(
        None, description="language of the reason and of Lotse's own words; without it, the question's", examples=[None]
    )
    explain: bool = Field(default=False, description="add what each step contributed, as 'explain'")

    def filters(self) -> AskFilters:
        """The filters in the words of ``ask``."""
        return AskFilters(self.audience, self.language or None, as_products(self.product), self.limit)

    def asked(self) -> str:
        """The question in its context: "und bei Gas?" says what it asks only together with the one before."""
        return f"{self.previous.strip()} {self.question.strip()}" if self.previous.strip() else self.question


class CitationResponse(TitledArticle):
    """A passage that the answer quotes."""

    number: int = Field(description="as it stands in the answer: [1]", examples=[1])
    section: str = Field(
        description="headings down to the passage, joined by ' > '; empty before the first one", examples=["Fristen"]
    )
    anchor: str = Field(description="of the section, for a link to it", examples=["fristen"])
    path: str = Field(examples=["articles/de/report-move.md"])
    lines: LineRange
    quote: str = Field(description="verbatim from the file", examples=["Melden Sie Ihren Umzug 14 Tage vorher."])
    score: float = Field(description="0 to 1", examples=[0.9058])
    reviewed_on: str | None = Field(examples=["2026-09-12"])
    freshness: Freshness


class NearestArticleResponse(TitledArticle):
    """An article in the ranking, one row an article."""

    score: float = Field(description="0 to 1, best first", examples=[0.9058])
    same_as: str | None = Field(
        None,
        description="an article further up whose passage says the same; else left out",
        examples=["enrol-new-home"],
    )


class AskResponse(StrictModel):
    """An answer with its citations, or an abstention with a reason; both with the nearest articles."""

    question_id: str = Field(description="names the question for ratings, gaps and escalations", examples=["5f0c"])
    question: str = Field(examples=["Bis wann muss ich meinen Umzug melden?"])
    language: str = Field(examples=["de"])
    status: Literal["answered", "abstained"]
    confidence: float = Field(description="0 to 1, calibrated", examples=[0.9826])
    answer: str = Field(
        description="Markdown with [1] behind what is quoted; empty for an abstention",
        examples=["Melden Sie Ihren Umzug 14 Tage vorher. [1]", ""],
    )
    reason: str | None = Field(
        description="why nothing answers", examples=[None, "Dazu steht nichts in der Wissensdatenbank."]
    )
    citations: list[CitationResponse]
    nearest: list[NearestArticleResponse]
    timings_ms: Timings = Field(description="'total' is all of it, and what lies between")
    dropped: list[dict[str, Any]] | None = Field(
        None, description="sentences of a language model that nothing supports", examples=[None]
    )
    explain: list[dict[str, Any]] | None = Field(
        None, description="the contribution of each step, where it was asked for", examples=[None]
    )


class FeedbackBody(StrictModel):
    """A rating of an answer; an actor's last one counts."""

    question_id: Handle = Field(description="the question whose answer is rated", examples=["5f0c"])
    verdict: Verdict = Field(description="whether the answer helped", examples=["not_helpful"])
    reason: FeedbackReason | None = Field(None, description="what the answer lacks")
    comment: str = Field("", max_length=2000, description="what else there is to say")
    actor: Actor = ""


class FeedbackResponse(StrictModel):
    """The rating as it was stored, without its comment."""

    question_id: str = Field(examples=["5f0c"])
    verdict: Verdict
    reason: FeedbackReason | None


class FrequentQuestion(StrictModel):
    """A question that several contacts asked."""

    question: str = Field(examples=["Passwort vergessen, was nun?"])
    language: str = Field(examples=["de"])
    contacts: int = Field(examples=[11])


class FrequentQuestionsResponse(StrictModel):
    """The most frequent first."""

    questions: list[FrequentQuestion]


class Desk:
    """Asking and rating for both doors, REST and the page, with their figures."""

    def __init__(self, library: Library, metrics: Metrics) -> None:
        self.library = library
        self.metrics = metrics
        self._frequent: tuple[float, list[dict[str, Any]]] = (0.0, [])

    def ask(self, body: AskBody, person: Person, channel: str, trace: Trace | None = None) -> Reply:
        """Ask, and count what came of it. Who has signed in asks under the account's pseudonym."""
        asker = Asker(person.actor or body.actor, body.session, channel)
        try:
            reply = ask(self.library, body.asked(), body.filters(), asker, datetime.now(UTC), trace=trace)
        except Exception:
            self.metrics.failed()
            raise
        self.metrics.asked(reply)
        return in_language(reply, body.told_in) if body.told_in else reply

    def rate(self, body: FeedbackBody, person: Person) -> dict[str, Any]:
        """Store a rating; what was stored, without the comment."""
        actor = person.actor or body.actor
        rating = Feedback(body.question_id, datetime.now(UTC), body.verdict, body.reason, body.comment, actor)
        rate(self.library, rating)
        self.metrics.rated(body.verdict)
        return {"question_id": body.question_id, "verdict": body.verdict, "reason": body.reason}

    def frequent(self) -> list[dict[str, Any]]:
        """Frequent questions, counted at most once a minute. None where there is no log."""
        until_s, rows = self._frequent
        if time.monotonic() > until_s:
            since = datetime.now(UTC) - timedelta(days=_FREQUENT_DAYS)
            try:
                frequent = self.library.events.frequent(since, _FREQUENT)
            except MissingPartError as error:
                _LOG.warning("Frequent questions cannot be shown. %s %s", error.message, error.hint)
                frequent = []
            rows = [{"question": text, "language": language, "contacts": n} for text, language, n in frequent]
            self._frequent = time.monotonic() + _COUNTED_FOR_S, rows
        return rows


def router(desk: Desk, access: Access) -> APIRouter:
    """The endpoints on questions."""
    routes = APIRouter(prefix="/api/v1", tags=["questions"])
    agent = Depends(access.require("agent"))

    @routes.post("/ask", summary="Ask the articles", **answers(AskResponse, 400, 423, 503, *BODY_ERRORS))
    def ask_articles(body: AskBody, person: Person = agent) -> PlainJSONResponse:
        """An answer with its citations, or an abstention with a reason; both with the nearest articles."""
        trace = Trace() if body.explain else None
        reply = desk.ask(body, person, "rest", trace)
        return PlainJSONResponse(reply.to_json() | ({"explain": trace.steps} if trace else {}))

    @routes.post("/feedback", summary="Rate an answer", **answers(FeedbackResponse, 400, 404, 503, *BODY_ERRORS))
    def rate(body: FeedbackBody, person: Person = agent) -> PlainJSONResponse:
        """Say whether an answer helped, and if not, why."""
        return PlainJSONResponse(desk.rate(body, person))

    @routes.get(
        "/questions/frequent",
        summary="Frequent questions",
        dependencies=[agent],
        **answers(FrequentQuestionsResponse, 422),
    )
    def frequent(
        limit: Annotated[int, Query(ge=1, le=50, description="how many at most")] = 8,
        language: Annotated[str | None, Query(max_length=35, description="only questions in this language")] = None,
    ) -> PlainJSONResponse:
        """Questions of three or more contacts in 30 days that were always answered, the most frequent first."""
        rows = [row for row in desk.frequent() if language in (None, row["language"])]
        return PlainJSONResponse({"questions": rows[:limit]})

    return routes


def as_products(named: str | list[str] | None) -> tuple[str, ...]:
    """The products that a body names, without empty names."""
    return tuple(filter(None, [named] if isinstance(named, str) else named or []))
