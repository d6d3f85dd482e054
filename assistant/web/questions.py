"""Asking and rating over REST, and the one place behind them that the page asks too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends

from assistant.ask import Asker, Trace, ask
from assistant.results import Reply
from assistant.web.access import Access, Person
from assistant.web.bodies import AskBody, FeedbackBody
from assistant.web.metrics import Metrics
from kb.events import Feedback
from kb.library import Library


class Desk:
    """Asking and rating for both doors, REST and the page, with their figures."""

    def __init__(self, library: Library, metrics: Metrics) -> None:
        self.library = library
        self.metrics = metrics

    def ask(self, body: AskBody, person: Person, channel: str, trace: Trace | None = None) -> Reply:
        """Ask, and count what came of it. Who has signed in asks under the account's pseudonym."""
        asker = Asker(person.actor or body.actor, body.session, channel)
        try:
            reply = ask(self.library, body.question, body.scope(), asker, datetime.now(UTC), trace=trace)
        except Exception:
            self.metrics.failed()
            raise
        self.metrics.asked(reply)
        return reply

    def rate(self, body: FeedbackBody, person: Person) -> dict[str, Any]:
        """Store a rating; what was stored, without the comment."""
        actor = person.actor or body.actor
        rating = Feedback(body.question_id, datetime.now(UTC), body.verdict, body.reason, body.comment, actor)
        self.library.events.rate(rating)
        self.metrics.rated(body.verdict)
        return {"question_id": body.question_id, "verdict": body.verdict, "reason": body.reason}


def router(desk: Desk, access: Access) -> APIRouter:
    """The endpoints on questions."""
    routes = APIRouter()
    agent = Depends(access.require("agent"))

    @routes.post("/api/v1/ask", tags=["questions"], summary="Ask the articles")
    def ask_articles(body: AskBody, person: Person = agent) -> dict[str, Any]:
        """An answer with its citations, or an abstention with a reason; both with the nearest articles."""
        trace = Trace() if body.explain else None
        reply = desk.ask(body, person, "rest", trace)
        return reply.to_json() | ({"explain": trace.steps} if trace else {})

    @routes.post("/api/v1/feedback", tags=["questions"], summary="Rate an answer")
    def rate(body: FeedbackBody, person: Person = agent) -> dict[str, Any]:
        """Say whether an answer helped, and if not, why."""
        return desk.rate(body, person)

    return routes
