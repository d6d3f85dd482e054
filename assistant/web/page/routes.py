"""The page's document and files, and the endpoints that only the page calls: an answer with its HTML, an act on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.answering.messages import in_language
from assistant.messages import LANGUAGES
from assistant.web.api import articles
from assistant.web.api.models import Handle, PlainJSONResponse, StrictModel
from assistant.web.api.questions import AskBody, Desk
from assistant.web.page.document import asset, assets, document
from assistant.web.page.plain_text import plain
from assistant.web.page.safe_html import answer_html, plain_text
from assistant.web.security.authorization import Access, Person
from assistant.web.security.content_policy import content_security_policy
from kb.errors import NotFoundError
from kb.events import Action

_MEDIA = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_YEAR_S = 31_536_000


class ActBody(StrictModel):
    """What somebody did with an answer on the page."""

    question_id: Handle
    kind: Literal["opened", "copied"]
    actor: Handle = ""
    article_id: Handle = ""
    language: Handle = ""


def router(desk: Desk, access: Access, boot: Callable[[Request], dict[str, Any]]) -> APIRouter:
    """The page and its endpoints; ``boot`` gives what the document holds for whoever opens it, see ``document``."""
    routes = APIRouter(include_in_schema=False)
    agent = Depends(access.require("agent"))

    @routes.api_route("/", methods=["GET", "HEAD"])
    def page(request: Request) -> HTMLResponse:
        html = document(boot(request))
        return HTMLResponse(
            html, headers={"content-security-policy": content_security_policy(html), "cache-control": "no-store"}
        )

    @routes.post("/page/ask")
    def ask_on_page(body: AskBody, person: Person = agent) -> PlainJSONResponse:
        reply = desk.ask(body, person, "page")
        resolve = articles.resolver(desk.library, reply)
        # In both languages of the page, so that switching it leaves nothing in the other one.
        told = {language: in_language(reply, language) for language in LANGUAGES}
        html = {language: answer_html(worded.answer, worded.citations, resolve) for language, worded in told.items()}
        return PlainJSONResponse(
            {
                "reply": reply.to_json(),
                "told": {
                    language: {"reason": worded.reason, "answer_html": html[language], "plain": plain(html[language])}
                    for language, worded in told.items()
                },
                "marks": articles.marks(desk.library, reply),
                "quotes": {citation.number: plain_text(citation.quote) for citation in reply.citations},
            }
        )

    @routes.post("/page/act")
    def act(body: ActBody, person: Person = agent) -> dict[str, Any]:
        detail = {"article_id": body.article_id, "language": body.language} if body.article_id else {}
        desk.library.events.act(
            Action(body.question_id, datetime.now(UTC), body.kind, person.actor or body.actor, detail=detail)
        )
        return {"question_id": body.question_id, "kind": body.kind}

    @routes.get("/page/{edition}/{name:path}")
    def file(edition: str, name: str) -> Response:
        del edition  # a new one whenever a file changes, so that browsers may keep what they have
        media = _MEDIA.get(name.rpartition(".")[2])
        if media is None or name not in assets():
            raise NotFoundError(f"There is no file '{name}'.", "Open the page at /.")
        headers = {"cache-control": f"public, max-age={_YEAR_S}, immutable"}
        return Response(asset(name), media_type=media, headers=headers)

    return routes
