"""The server: REST and the page in one process that holds the index for as long as it runs."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from assistant.answering.generation.writer import warm
from assistant.ask import ask
from assistant.web import demo_data
from assistant.web.app import build
from assistant.web.security.request_guard import LOOPBACK
from kb.catalog.ratings import take_in_ratings
from kb.errors import KBError, UsageError
from kb.library import Library
from kb.runtime import lock

_LOG = logging.getLogger(__name__)

_GRACE_S = 5
"""How long open requests may take when the server is told to stop; an answer takes a fraction of a second."""


def serve(
    library: Library, host: str, port: int, ready: Callable[[str], None] | None = None, *, demo: bool = False
) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` gets the address once questions are answered. Port 0 takes any free one.

    1. Take the port; 2. take the index; 3. load the model; 4. say in the lock file where and with which token to reach
    this server; 5. serve; with ``demo``, fill a fresh log with invented questions meanwhile.

    Raises UsageError for an address that is not allowed or taken, LockedError where another process holds the index,
    MissingPartError for a missing model.
    """
    part = library.settings.server
    if host not in LOOPBACK:
        _refuse_open(library, host)
    with _listening(host, port) as listener, library.serving("kb serve") as descriptor:
        port = listener.getsockname()[1]
        url = f"{'https' if part.certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
        token = secrets.token_urlsafe(32)
        _warm(library)
        app = build(library, token, host)
        lock.describe(descriptor, lock.Holder("kb serve", os.getpid(), url, token))
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            lifespan="on",
            proxy_headers=False,  # ``Access`` decides which proxies are trusted, and for what
            ssl_certfile=part.certificate or None,
            ssl_keyfile=part.certificate_key or None,
        )
        if demo:
            demo_data.begin(library)
        try:
            _Server(config, url, ready).run(sockets=[listener])
        finally:
            library.close()


def _refuse_open(library: Library, host: str) -> None:
    """Raise UsageError where the network would be let in without a sign-in; warn where it would see passwords."""
    settings = library.settings
    if not settings.accounts.proxy_header and not library.accounts.any():
        raise UsageError(
            f"Lotse does not listen on {host} without accounts: the whole network could read internal articles.",
            "Make an account (kb users add NAME --role admin), or use --host 127.0.0.1 and from another machine a"
            " tunnel: ssh -L 7860:127.0.0.1:7860 THIS_MACHINE",
        )
    if not settings.server.certificate and not settings.accounts.proxy_addresses:
        _LOG.warning(
            "Passwords cross the network in the clear. Set server.certificate and server.certificate_key, or put a"
            " proxy that speaks https in front and name it in accounts.proxy_addresses."
        )


def _warm(library: Library) -> None:
    """Load what the first question would wait for. Without an index the page still opens and says so.

    Ratings that another machine gave, where several share one log, are taken in here and by every ingest.
    """
    take_in_ratings(library, all_left=True)
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
