"""The rules that need no knowledge of the routes: for every request before anything else, and for every response."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import TYPE_CHECKING

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException

from assistant.web.errors import error_json

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024
"""The longest question that is allowed, in UTF-8 and JSON escapes, fits in; nothing else that is posted is long."""

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))

_WITH_BODY = frozenset(("POST", "PUT", "PATCH", "DELETE"))

# The pages' own policy replaces this one; everything else is data.
_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """ASGI middleware: known hosts only, JSON bodies of a sane size, strict response headers.

    A page of another site can make a browser send requests here, by DNS rebinding even readable ones; the Host header
    then names that site and is refused. A form or a plain-text POST, which browsers send across sites without asking
    first, is refused too: only JSON is taken, and CORS is never granted. A response's own headers are kept. With
    ``addresses`` set, the server may also be called by any IP address: no other site goes by one.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], *, addresses: bool = False) -> None:
        self._app = app
        self._addresses = addresses
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal."""
        if scope["type"] != "http":
            # Lotse has no WebSocket; Gradio does not need one.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    sent.setdefault(name, value)
                for name in [name for name in sent if name.startswith("access-control-")]:
                    del sent[name]  # Gradio grants it to whoever asks
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal is not None:
            status, message, hint = refusal
            await JSONResponse(error_json(message, hint), status)(scope, receive, guarded_send)
            return
        await self._app(scope, _limited(receive), guarded_send)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known(_host_name(hosts[0])):
            return (
                421,
                "This server does not answer under that host name.",
                "Open it under the address that it printed, or add the name to the setting server.names.",
            )
        if scope["method"] not in _WITH_BODY:
            return None
        origin = headers.get("origin")
        if origin and not self._known(_host_name(origin.partition("://")[2])):
            return (
                403,
                "Requests from pages of other sites are refused.",
                "Call this API from its own page or from a program.",
            )
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            return 413, f"A body may have {MAX_BODY_BYTES:,} bytes; this one has {int(length):,}.", "Send less."
        # No form can send a DELETE, and a script of another site only after asking, which is never granted.
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] != "DELETE" and kind != "application/json":
            return 415, "The body must be JSON.", "Send the header Content-Type: application/json."
        return None

    def _known(self, name: str) -> bool:
        return name in self._hosts or (self._addresses and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _limited(receive: Receive) -> Receive:
    """``receive`` that raises HTTPException (413) once a body is over the limit, whatever length it tells or not."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    return limited


def _host_name(host: str) -> str:
    """The name in a Host header: without port, without the brackets of IPv6, lower case."""
    host = host.strip().lower().partition("/")[0]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host
