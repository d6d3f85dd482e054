"""The web page: a Gradio app whose one column holds the desk, and the few endpoints that only the desk calls.

Gradio's page is taken as it is, less what it would fetch from other hosts; ours is in ``static/``: pieces of HTML,
styles, and plain modules. Gradio's HTML component would evaluate templates as code, which a strict content-security
policy forbids, so the desk moves into a plain column.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

# Read by Gradio while it is imported: no pings, no look for a newer version, and no server of another language.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_SSR_MODE"] = "False"

import gradio as gr
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Mount

from assistant.web.page.texts import KEYS, TEXTS
from assistant.web.security.content_policy import content_security_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Boot: TypeAlias = "Callable[[Request], dict[str, Any]]"

_FOLDER = Path(__file__).parent / "static"
_STYLES = ("base", "desk", "article", "browser", "lead", "narrow", "print")
"""In the order in which they take back what the ones before say."""

_PARTS = ("desk.html", "browser.html")
_CONCURRENCY = 40

_META = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_MANIFEST = re.compile(r'\s*<link rel="manifest"[^>]*>')
_OUTSIDE = re.compile(r'\s*<(?:link|script)\b[^>]*(?:href|src)="(?:https?:)?//[^>]*>(?:\s*</script>)?')
_SHOWN = re.compile(r"/(?:(?:assets|static)/.*|theme\.css|favicon\.ico|gradio_api/heartbeat/\w+)?")


def blocks() -> gr.Blocks:
    """The Gradio app. The desk asks over HTTP, so that the page and other programs get the same answers."""
    app: gr.Blocks = gr.Blocks(title="Lotse", analytics_enabled=False, fill_width=True)
    with app, gr.Column(elem_id="lotse-host"):
        pass
    app.queue(default_concurrency_limit=_CONCURRENCY)
    return app


def mount(app: Starlette, host: str, port: int, boot: Boot) -> None:
    """Put the page at ``/``, behind every route that ``app`` has already.

    ``boot`` gives what the page needs to know from the start: ``me``, who looks at it, and for those who may ask
    ``articles`` (how many), ``products`` with their names, the ``time_zone`` whose days and hours it shows, and
    ``most``, the longest question in characters.
    """
    # Outside a running event loop Gradio makes one for every lock and closes none; in a thread of its own, because the
    # caller's may run one already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _mount(app, host, port)).result()
    route = app.router.routes[-1]
    assert isinstance(route, Mount)  # noqa: S101  what mount_gradio_app has just added
    route.app = Page(route.app, boot)


async def _mount(app: Any, host: str, port: int) -> None:  # noqa: ANN401  a FastAPI, which stays behind its fence
    gr.mount_gradio_app(
        app,
        blocks(),
        path="/",
        server_name=host,
        server_port=port,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        show_error=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
    )


def asset(name: str) -> str:
    """A file below ``static/``, such as ``css/base.css`` or ``shell.html``. Raises KeyError for any other name."""
    return assets()[name]


@cache
def assets() -> Mapping[str, str]:
    """All files of the page by name, read once: a server shows one edition as long as it runs."""
    files = sorted(file for file in _FOLDER.rglob("*") if file.suffix in {".html", ".css", ".js"})
    return {file.relative_to(_FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in files}


@cache
def edition() -> str:
    """Changes whenever a file of the page does, so that browsers may keep what they have for good."""
    return hashlib.sha256("".join(assets().values()).encode()).hexdigest()[:12]


class Page:
    """ASGI middleware around Gradio alone.

    Gradio's first document becomes the desk's: own head, no foreign addresses, a strict policy. Of the rest only what
    a browser needs to show it is let through; uploads, the queue and the other endpoints are not there.
    """

    def __init__(self, app: ASGIApp, boot: Boot) -> None:
        self._app = app
        self._boot = boot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the document at ``/``, pass Gradio's files on, refuse everything else."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or not _SHOWN.fullmatch(path):
            raise HTTPException(404)
        if path != "/":
            await self._app(scope, receive, send)
            return
        parts: list[bytes] = []
        status = 200

        async def collect(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, collect)
        body = b"".join(parts)
        policy = None
        if status == 200:
            document = dressed(body.decode(), await to_thread.run_sync(self._boot, Request(scope)))
            body, policy = document.encode(), content_security_policy(document)
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        headers += [(b"cache-control", b"no-store")]
        headers += [(b"content-security-policy", policy.encode())] if policy else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def dressed(document: str, boot: dict[str, Any]) -> str:
    """Gradio's document with the desk in it and without its addresses of other hosts."""
    for pattern in (_META, _MANIFEST, _OUTSIDE):
        document = pattern.sub("", document)
    # "<" as an escape: no text can end the script element, whatever it holds.
    data = json.dumps({**boot, "texts": TEXTS, "keys": KEYS}, ensure_ascii=False).replace("<", "\\u003c")
    place = f"/page/{edition()}"
    styles = "".join(f'<link rel="stylesheet" href="{place}/css/{name}.css">' for name in _STYLES)
    head = f'<title>Lotse</title>{styles}<script src="{place}/js/early.js"></script>'
    noscript = "".join(f'<p lang="{tag}">{words["no_script"]}</p>' for tag, words in TEXTS.items())
    body = (
        f'<script type="application/json" id="lotse-boot">{data}</script>'
        f'<template id="lotse-template">{asset("shell.html")}</template>'
        f'<template id="lotse-parts">{"".join(asset(name) for name in _PARTS)}</template>'
        f'<script type="module" src="{place}/js/main.js"></script><noscript>{noscript}</noscript>'
    )
    document = document.replace("</head>", f"{head}</head>", 1)
    return document.replace("</body>", f"{body}</body>", 1)
