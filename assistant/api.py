"""REST: what the command line can do, for programs on this machine. Thin: every endpoint is one call and its shape."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from assistant.ask import DEFAULT_LIMIT, MAX_LIMIT, Asker, Scope, Trace, ask
from assistant.learning import lessons
from assistant.metrics import CONTENT_TYPE, Metrics
from assistant.render import Resolve, article_html, links_of, nowhere
from assistant.results import Reply
from kb import frontmatter, markdown
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.errors import KBError, MissingPartError, NotFoundError
from kb.events import Feedback, FeedbackReason, Verdict
from kb.freshness import freshness
from kb.library import Library

_LOG = logging.getLogger(__name__)

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


class Desk:
    """Asking and rating for both doors, REST and the page, with their figures."""

    def __init__(self, library: Library, metrics: Metrics) -> None:
        self.library = library
        self.metrics = metrics

    def ask(self, body: AskBody, channel: str, trace: Trace | None = None) -> Reply:
        """Ask, and count what came of it."""
        asker = Asker(body.actor, body.session, channel)
        try:
            reply = ask(self.library, body.question, body.scope(), asker, datetime.now(UTC), trace=trace)
        except Exception:
            self.metrics.failed()
            raise
        self.metrics.asked(reply)
        return reply

    def rate(self, body: FeedbackBody) -> dict[str, Any]:
        """Store a rating; what was stored, without the comment."""
        rating = Feedback(body.question_id, datetime.now(UTC), body.verdict, body.reason, body.comment, body.actor)
        self.library.events.rate(rating)
        self.metrics.rated(body.verdict)
        return {"question_id": body.question_id, "verdict": body.verdict, "reason": body.reason}


def router(desk: Desk) -> APIRouter:
    """The public endpoints."""
    routes = APIRouter()
    library = desk.library

    @routes.post("/api/v1/ask", tags=["questions"], summary="Ask the articles")
    def ask_articles(body: AskBody) -> dict[str, Any]:
        """An answer with its citations, or an abstention with a reason; both with the nearest articles."""
        trace = Trace() if body.explain else None
        reply = desk.ask(body, "rest", trace)
        return reply.to_json() | ({"explain": trace.steps} if trace else {})

    @routes.post("/api/v1/feedback", tags=["questions"], summary="Rate an answer")
    def rate(body: FeedbackBody) -> dict[str, Any]:
        """Say whether an answer helped, and if not, why."""
        return desk.rate(body)

    @routes.get("/api/v1/articles", tags=["articles"], summary="List the articles")
    def list_articles(
        language: Annotated[str | None, Query(description="only articles in this language")] = None,
        audience: Literal["internal", "public"] = "internal",
        product: Annotated[list[str] | None, Query(description="only articles about one of these")] = None,
    ) -> dict[str, Any]:
        """All published articles by title, without their text."""
        today = _today()
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(Filter(today, audience, language, tuple(product or ())))
        return {"articles": [_front(row, library, today) for row in rows]}

    @routes.get("/api/v1/articles/{article_id:path}", tags=["articles"], summary="Read an article")
    def read_article(
        article_id: str,
        language: Annotated[str | None, Query(description="which translation; without it, the first one")] = None,
    ) -> dict[str, Any]:
        """An article: front matter, Markdown as it stands, sanitised HTML, and sections with their lines."""
        return article(library, article_id, language)

    @routes.get("/healthz", tags=["operation"], summary="Is it up?")
    def health() -> dict[str, Any]:
        """Whether questions can be answered, and from how many articles."""
        with library.catalog.snapshot() as snapshot:
            return {"status": "ok", "articles": snapshot.counts()["articles"], "generation": snapshot.generation()}

    @routes.get("/metrics", tags=["operation"], summary="Figures for Prometheus", response_class=Response)
    def metrics() -> Response:
        """Questions by outcome, time by step, size and generation of the index, in Prometheus' text format."""
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE)

    return routes


def article(library: Library, article_id: str, language: str | None) -> dict[str, Any]:
    """One article as `GET articles/{id}` gives it. Raises NotFoundError; archived and expired ones can be read too."""
    today = _today()
    with library.catalog.snapshot() as snapshot:
        found = snapshot.find(article_id)
        chosen = next((item for item in found if language in (None, item[0].language)), None)
        if chosen is None:
            where = f" in {language}" if found and language else ""
            raise NotFoundError(
                f"There is no article '{article_id}'{where}.", "GET /api/v1/articles lists the articles."
            )
        row, source = chosen
        places = _places(snapshot, row.root)
        related = [item for key in row.related for item in _in_language(snapshot.find(key), row.language)]
    _, start, first_line = frontmatter.split(source)
    body = source[start:]
    parsed = markdown.parse(body, first_line, row.title)
    return {
        **_front(row, library, today),
        "languages": [other.language for other, _ in found],
        "related": [{"article_id": item.id, "language": item.language, "title": item.title} for item in related],
        "learned": _learned(library, row),
        "markdown": source,
        "html": article_html(body, first_line, links_of(places, row.path)),
        "sections": [
            {"headings": list(one.headings), "anchor": one.anchor, "level": one.level, "lines": list(one.lines)}
            for one in parsed.sections
        ],
    }


def resolver(library: Library, reply: Reply) -> Resolve:
    """Resolves the links that an answer has taken over from its article."""
    if "](" not in reply.answer or not reply.citations:
        return nowhere
    cited = reply.citations[0]
    with library.catalog.snapshot() as snapshot:
        rows = [row for row, _ in snapshot.find(cited.article_id) if row.language == cited.language]
        return links_of(_places(snapshot, rows[0].root), rows[0].path) if rows else nowhere


def products(library: Library) -> list[str]:
    """Every product that a published article names, by name."""
    with library.catalog.snapshot() as snapshot:
        return sorted({product for row in snapshot.listing(Filter(_today())) for product in row.products})


def install_errors(app: FastAPI) -> None:
    """Every error in one shape, ``{"error": {"message", "hint", "exit_code"}}``; never a traceback."""

    @app.exception_handler(KBError)
    def explained(_: Request, error: KBError) -> JSONResponse:
        return _error(error.http_status, error.message, error.hint, error.exit_code)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        message = "; ".join(_complaints(error.errors()))
        return _error(422, f"The request is not valid: {message}.", "GET /docs describes every endpoint.")

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        return _error(error.status_code, f"{phrase}.", "GET /docs lists the endpoints.")

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> JSONResponse:
        # The error's own text might hold a question, so only its kind is logged and nothing of it is sent.
        _LOG.error("A request failed with %s.", type(error).__name__)
        return _error(500, "Something went wrong inside the server.", "Try again; if it stays, run `kb doctor`.", 3)


def _error(status: int, message: str, hint: str, exit_code: int = 2) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "hint": hint, "exit_code": exit_code}}, status)


def _complaints(errors: Sequence[Any]) -> Iterator[str]:
    """What is wrong and where, without the value that was sent: it may be a customer's question."""
    for error in errors[:5]:
        place = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
        yield f"{place}: {error['msg']}"


def _front(row: ArticleRow, library: Library, today: date) -> dict[str, Any]:
    """An article's front matter, under the names that the front matter uses, with its freshness."""
    return {
        "id": row.id,
        "language": row.language,
        "title": row.title,
        "status": row.status,
        "audience": row.audience,
        "owner": row.owner,
        "products": list(row.products),
        "tags": list(row.tags),
        "aliases": list(row.aliases),
        "created_on": row.created_on,
        "reviewed_on": row.reviewed_on,
        "expires_on": row.expires_on,
        "review_every_days": row.review_every_days,
        "supersedes": list(row.supersedes),
        "freshness": freshness(row, today, library.settings.articles.due_days),
    }


def _places(snapshot: Snapshot, root: str) -> dict[str, tuple[str, str]]:
    """The articles of one root by their path, as (id, language)."""
    keys = ((file.path, file.key.rpartition("@")) for file in snapshot.files() if file.root == root)
    return {path: (key[0], key[2]) for path, key in keys}


def _learned(library: Library, row: ArticleRow) -> list[dict[str, Any]]:
    """What ratings taught about an article. It can be read without its log."""
    try:
        return [one.to_json() for one in lessons(library, row.id) if one.language == row.language]
    except MissingPartError as error:
        _LOG.warning("What was learned cannot be shown. %s %s", error.message, error.hint)
        return []


def _in_language(found: Sequence[tuple[ArticleRow, str]], language: str) -> list[ArticleRow]:
    rows = [row for row, _ in found]
    return [row for row in rows if row.language == language][:1] or rows[:1]


def _today() -> date:
    return datetime.now(UTC).date()
