"""The ask form built of Gradio's own components, at ``/gradio``: it asks as the page does, with the same rights.

Gradio is imported when somebody opens the page for the first time: it takes longer to import than all else together.
Its frontend is used as it is, but in a document of ours, because the strict policy allows no script inside a document.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse

from assistant.web.page.document import ICON, edition
from assistant.web.security.authorization import ForbiddenError
from assistant.web.security.content_policy import content_security_policy

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

    from assistant.web.api.questions import Desk
    from assistant.web.security.authorization import Access

PATH = "/gradio"

_FILES = re.compile(r"/(?:(?:assets|static)/.+|theme\.css)")
_CALLS = {
    "/config": "GET",
    "/gradio_api/info": "GET",
    "/gradio_api/queue/join": "POST",
    "/gradio_api/queue/data": "GET",
}
"""All that asking needs; uploads and files of the server are not there."""


class GradioPage:
    """ASGI application to be mounted at ``PATH``; whoever may ask on the page may ask here."""

    def __init__(self, desk: Desk, access: Access) -> None:
        self._desk = desk
        self._access = access
        self._lock = asyncio.Lock()
        self._gradio: ASGIApp | None = None
        self._running = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the document or one of Gradio's files, or pass a question on. Raises HTTPException for all else."""
        path, method = scope["path"].removeprefix(scope.get("root_path", "")), scope["method"]
        app: ASGIApp | None = None
        if (method, path) == ("GET", "/"):
            await to_thread.run_sync(self._check, scope)
            await self._started()
            html = _document()
            headers = {"content-security-policy": content_security_policy(html), "cache-control": "no-store"}
            app = HTMLResponse(html, headers=headers)
        elif _CALLS.get(path) == method:
            await to_thread.run_sync(self._check, scope)
            app = await self._started()
        elif method == "GET" and self._gradio and path == "/gradio.js":
            app = FileResponse(_frontend() / "gradio.js", media_type="text/javascript")
        elif method == "GET" and _FILES.fullmatch(path):
            app = self._gradio  # the document comes first: nobody else makes this server import Gradio
        if app is None:
            raise HTTPException(404)
        await app(scope, receive, send)

    async def close(self) -> None:
        """Stop what Gradio runs beside its requests."""
        await self._running.aclose()

    def _check(self, scope: Scope) -> None:
        """Raise an error unless the caller may ask.

        Gradio cannot send the proof that the page sends with each change. A browser names the origin of each POST
        instead, and the guard in front refuses every origin but this server's.
        """
        if scope["method"] == "POST" and not Request(scope).headers.get("origin"):
            raise ForbiddenError("The request does not say from which page it comes.", "Use POST /api/v1/ask.")
        self._access.require("agent")(Request({**scope, "method": "GET"}))

    async def _started(self) -> ASGIApp:
        async with self._lock:
            if self._gradio is None:
                host = await to_thread.run_sync(self._load)
                await self._running.enter_async_context(host.router.lifespan_context(host))
                self._gradio = host
            return self._gradio

    def _load(self) -> FastAPI:
        from assistant.web.page import gradio_form

        # Outside a running event loop Gradio makes one for every lock and closes none.
        return asyncio.run(gradio_form.build(self._desk, self._access, PATH))


def _frontend() -> Path:
    from assistant.web.page import gradio_form

    return gradio_form.FRONTEND


def _document() -> str:
    styles = "".join(
        f'<link rel="stylesheet" href="{PATH}/assets/{file.name}">' for file in _frontend().glob("assets/index-*.css")
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Lotse</title>'
        f'<link rel="icon" href="{ICON}">{styles}</head><body><gradio-app embed="false" eager="true"></gradio-app>'
        f'<script type="module" src="/page/{edition()}/js/gradio.js"></script></body></html>'
    )
