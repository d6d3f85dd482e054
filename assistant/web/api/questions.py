"""Asking and rating over REST, and the one place behind them that the page asks too."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from assistant.answering.messages import in_language
from assistant.answering.reply import Reply
from assistant.ask import Asker, Trace, ask
from assistant.web.api.requests import AskBody, FeedbackBody
from assistant.web.metrics import Metrics
from assistant.web.security.authorization import Access, Person
from kb.errors import MissingPartError
from kb.events import Feedback
from kb.library import Library

_LOG = logging.getLogger(__name__)
_FREQUENT = 100
_FREQUENT_DAYS = 30
_COUNTED_FOR_S = 60.0


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
        self.library.events.rate(rating)
        self.metrics.rated(body.verdict)
        return {"question_id": body.question_id, "verdict": body.verdict, "reason": body.reason}

    def frequent(self) -> list[dict[str, Any]]:
        """Frequent questions, counted at most once a minute. They can be done without: none where there is no log."""
        until_s, rows = self._frequent
        if time.monotonic() > until_s:
            since = datetime.now(UTC) - timedelta(days=_FREQUENT_DAYS)
            try:
                found = self.library.events.frequent(since, _FREQUENT)
            except MissingPartError as error:
                _LOG.warning("Frequent questions cannot be shown. %s %s", error.message, error.hint)
                found = []
            rows = [{"question": text, "language": language, "contacts": n} for text, language, n in found]
            self._frequent = time.monotonic() + _COUNTED_FOR_S, rows
        return rows


def router(desk: Desk, access: Access) -> APIRouter:
    """The endpoints on questions."""
    routes = APIRouter()
    agent = Depends(access.require("agent"))

    # With a response model FastAPI checks what was answered in a worker thread: behind all questions that are waiting.
    @routes.post("/api/v1/ask", tags=["questions"], summary="Ask the articles", response_model=None)
    def ask_articles(body: AskBody, person: Person = agent) -> dict[str, Any]:
        """An answer with its citations, or an abstention with a reason; both with the nearest articles."""
        trace = Trace() if body.explain else None
        reply = desk.ask(body, person, "rest", trace)
        return reply.to_json() | ({"explain": trace.steps} if trace else {})

    @routes.post("/api/v1/feedback", tags=["questions"], summary="Rate an answer")
    def rate(body: FeedbackBody, person: Person = agent) -> dict[str, Any]:
        """Say whether an answer helped, and if not, why."""
        return desk.rate(body, person)

    @routes.get("/api/v1/questions/frequent", tags=["questions"], summary="Frequent questions", dependencies=[agent])
    def frequent(
        limit: Annotated[int, Query(ge=1, le=50, description="how many at most")] = 8,
        language: Annotated[str | None, Query(max_length=35, description="only questions in this language")] = None,
    ) -> dict[str, Any]:
        """What was asked in three contacts or more of the last 30 days and always answered, the most frequent first."""
        found = desk.frequent()
        rows = [row for row in found if language in (None, row["language"])]
        return {"questions": rows[:limit]}

    return routes
