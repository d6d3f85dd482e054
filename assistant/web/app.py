"""The whole application: every router, the page in front, the guard around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from assistant.web import admin, articles, errors, operation, page, page_routes, questions, reference
from assistant.web.guard import Guard
from assistant.web.metrics import Metrics
from kb.library import Library

_THREADS = 8


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
    metrics = Metrics(library)
    desk = questions.Desk(library, metrics)
    errors.install(app)
    app.include_router(questions.router(desk))
    app.include_router(articles.router(library))
    app.include_router(operation.router(library, metrics))
    app.include_router(admin.router(library, token))
    app.include_router(page_routes.router(desk))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference.to_html(app.openapi(), f"http://{host}:{port}"))

    page.mount(app, host, port, lambda: _boot(library))
    app.add_middleware(Guard, hosts=(host,))
    return app


def _boot(library: Library) -> dict[str, Any]:
    with library.catalog.snapshot() as snapshot:
        counts = snapshot.counts()
    return {
        "articles": counts["articles"],
        "products": articles.products(library),
        "most": library.settings.server.max_question_characters,
    }


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
