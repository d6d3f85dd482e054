"""The whole application: every router, the page in front, the guard around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request, Security
from fastapi.security import HTTPBearer

from assistant.web import demo_data, docs, errors
from assistant.web.api import (
    articles,
    audit,
    browse,
    contacts,
    escalations,
    gaps,
    health,
    jobs,
    local_admin,
    overview,
    questions,
    reports,
)
from assistant.web.api.models import error_responses
from assistant.web.api.products import Products
from assistant.web.jobs import Jobs
from assistant.web.metrics import Metrics
from assistant.web.page import gradio_page, routes
from assistant.web.security import sign_in
from assistant.web.security.authorization import Access
from assistant.web.security.request_guard import LOOPBACK, Guard
from kb.accounts import may
from kb.library import Library

_THREADS = 8
_TOKEN = HTTPBearer(scheme_name="token", description="A token of `kb tokens add`.", auto_error=False)
"""Only tells the OpenAPI document of tokens; ``Access`` decides who calls."""


def build(library: Library, token: str, host: str) -> FastAPI:
    """The whole application on ``library``, whose index the caller must hold (``library.serving``).

    ``token`` is the server's own, for the commands of this machine; ``host`` is where it listens.
    """
    access = Access(library, token, loopback=host in LOOPBACK)
    running_jobs = Jobs()
    metrics, products = Metrics(library), Products(library)
    desk = questions.Desk(library, metrics)
    gradio = gradio_page.GradioPage(desk, access)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Asking is work for the processor: more threads than this only make everybody wait longer."""
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        yield
        await gradio.close()
        await to_thread.run_sync(running_jobs.close)

    app = FastAPI(
        title="Lotse",
        description="Ask the knowledge base: answers made of quotes, each with its place, or an honest abstention.",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        responses=error_responses(500),
        lifespan=lifespan,
    )
    errors.install(app)
    for router in (
        questions.router(desk, access),
        contacts.router(library, access),
        articles.router(library, access),
        browse.router(library, access, products),
        gaps.router(library, access, running_jobs, products),
        overview.router(library, access),
        reports.router(library, access, running_jobs),
        escalations.router(library, access),
        jobs.router(library, access, running_jobs),
        audit.router(library, access),
    ):
        app.include_router(router, dependencies=[Security(_TOKEN)], responses=error_responses(401, 403, 429))
    app.include_router(health.router(library, metrics))
    app.include_router(local_admin.router(library, access))
    app.include_router(routes.router(desk, access, lambda request: _boot(access, products, request)))
    app.include_router(sign_in.router(access))
    docs.install(app)
    app.mount(gradio_page.PATH, gradio)
    app.add_middleware(Guard, hosts=(host, *library.settings.server.names), addresses=host not in LOOPBACK)
    return app


def _boot(access: Access, products: Products, request: Request) -> dict[str, Any]:
    """The facts that the page starts with; a reader who has not signed in learns nothing about the articles."""
    person, library = access.identify(request), access.library
    me = sign_in.shown(person, open_to_all=access.open())
    if person is None:
        return {"me": me}
    with library.catalog.snapshot() as snapshot:
        counts = snapshot.counts()
    return {
        "me": me,
        "demo": demo_data.is_sample(library),
        "lead": may(person.role, "lead"),
        "articles": counts["articles"],
        "products": products.names(),
        "time_zone": library.settings.reports.time_zone,
        "most": library.settings.server.max_question_characters,
    }


def _version() -> str:
    try:
        return version("lotse-kb")
    except PackageNotFoundError:
        return "0"
