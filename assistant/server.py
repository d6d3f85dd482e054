"""The server: REST and the page in one process that holds the index for as long as it runs."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from types import FrameType
from typing import Any, Literal

import uvicorn
from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response

from assistant import admin, api, page, reference
from assistant.ask import ask
from assistant.guard import LOOPBACK, Guard
from assistant.metrics import Metrics
from assistant.render import answer_html, plain_text
from assistant.writer import warm
from kb import lock
from kb.errors import KBError, NotFoundError, UsageError
from kb.events import Action
from kb.library import Library

_THREADS = 8
_GRACE_S = 5
"""How long open requests may take when the server is told to stop; an answer takes a fraction of a second."""

_MEDIA = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_YEAR_S = 31_536_000


class ActBody(api.Body):
    """What somebody did with an answer on the page."""

    question_id: api.Handle
    kind: Literal["opened", "copied"]
    actor: api.Handle = ""
    article_id: api.Handle = ""
    language: api.Handle = ""


def serve(library: Library, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` gets the address once questions are answered. Port 0 takes any free one.

    1. Take the port; 2. take the index; 3. load the model; 4. say in the lock file where and with which token to reach
    this server; 5. serve. Raises UsageError for an address that is not allowed or taken, LockedError where another
    process holds the index, MissingPartError for a missing model.
    """
    if host not in LOOPBACK:
        raise UsageError(
            f"Lotse does not listen on {host}: without accounts, the whole network could read internal articles.",
            "Use --host 127.0.0.1, and from another machine a tunnel: ssh -L 7860:127.0.0.1:7860 THIS_MACHINE",
        )
    with _listening(host, port) as listener, library.serving("kb serve") as descriptor:
        port = listener.getsockname()[1]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        token = secrets.token_urlsafe(32)
        _warm(library)
        app = build(library, token, host, port)
        lock.describe(descriptor, lock.Holder("kb serve", os.getpid(), url, token))
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            lifespan="on",
        )
        try:
            _Server(config, url, ready).run(sockets=[listener])
        finally:
            library.close()


def build(library: Library, token: str, host: str, port: int) -> FastAPI:
    """The whole application on ``library``, whose index the caller must hold (``library.serving``)."""
    app = FastAPI(
        title="Lotse",
        description="Ask the knowledge base: answers made of quotes, each with its place, or an honest abstention.",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    desk = api.Desk(library, Metrics(library))
    api.install_errors(app)
    app.include_router(api.router(desk))
    app.include_router(admin.router(library, token))
    app.include_router(_page_routes(desk))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference.to_html(app.openapi(), f"http://{host}:{port}"))

    page.mount(app, host, port, lambda: _boot(library))
    app.add_middleware(Guard, hosts=(host,))
    return app


def _page_routes(desk: api.Desk) -> APIRouter:
    """What only the desk calls: an answer with its HTML, what was done with it, and the desk's own files."""
    routes = APIRouter(prefix="/page", include_in_schema=False)

    @routes.post("/ask")
    def ask_on_page(body: api.AskBody) -> dict[str, Any]:
        reply = desk.ask(body, "page")
        return {
            "reply": reply.to_json(),
            "answer_html": answer_html(reply.answer, reply.citations, api.resolver(desk.library, reply)),
            "quotes": {citation.number: plain_text(citation.quote) for citation in reply.citations},
        }

    @routes.post("/act")
    def act(body: ActBody) -> dict[str, Any]:
        detail = {"article_id": body.article_id, "language": body.language} if body.article_id else {}
        desk.library.events.act(Action(body.question_id, datetime.now(UTC), body.kind, body.actor, detail=detail))
        return {"question_id": body.question_id, "kind": body.kind}

    @routes.get("/{edition}/{name}")
    def file(edition: str, name: str) -> Response:
        del edition  # a new one whenever a file changes, so that browsers may keep what they have
        if name not in _MEDIA:
            raise NotFoundError(f"There is no file '{name}'.", "Open the page at /.")
        headers = {"cache-control": f"public, max-age={_YEAR_S}, immutable"}
        return Response(page.asset(name), media_type=_MEDIA[name], headers=headers)

    return routes


def _boot(library: Library) -> dict[str, Any]:
    with library.catalog.snapshot() as snapshot:
        articles = snapshot.counts()["articles"]
    return {
        "articles": articles,
        "products": api.products(library),
        "most": library.settings.server.max_question_characters,
    }


def _warm(library: Library) -> None:
    """Load what the first question would wait for. Without an index the page still opens and says so."""
    library.embedder.embed_queries(["Umzug"])
    warm(library.settings.writer)
    with contextlib.suppress(KBError):
        ask(library, "Wie melde ich meinen Umzug?", log=False)


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready and ends where it was started."""

    def __init__(self, config: uvicorn.Config, url: str, ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._url = url
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Finish what is under way, the second time at once. Ends ``run``; uvicorn would raise the signal once more."""
        del sig, frame
        self.force_exit, self.should_exit = self.should_exit, True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then call ``ready``."""
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready(self._url)


def _listening(host: str, port: int) -> socket.socket:
    """A socket on ``host`` and ``port``. Taken before anything is loaded, so that a taken port is known at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"Port {port} on {host} cannot be used: {error.strerror}.",
            f"Stop the program that has it, or choose another one: kb serve --port {port + 1 if port < 65535 else 0}",
        ) from None
    return listener


def _version() -> str:
    try:
        return version("lotse-kb")
    except PackageNotFoundError:
        return "0"


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Asking is work for the processor: more threads than this only make everybody wait longer."""
    to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
