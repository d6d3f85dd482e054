"""One request to one address: only its status and its headers, within a time that nothing can stretch."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from functools import cache

from kb.urls.policy import Target

AGENT = "Lotse-kb-check/1 (link check of a knowledge base)"
_HEADERS = {"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.5", "Connection": "close"}


class UnreachableError(Exception):
    """No answer came, or none that is HTTP; the text says why. ``slow`` where time ran out."""

    def __init__(self, why: str, *, slow: bool = False) -> None:
        super().__init__(why)
        self.slow = slow


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A status with what decides about going on; ``retry_after`` as the server wrote it."""

    status: int
    location: str = ""
    retry_after: str = ""


@dataclass(slots=True)
class _Line:
    """The connection, which the timer cuts however far it has come."""

    sock: socket.socket | None = None
    cut: bool = False

    def end(self) -> None:
        """Cut it: whoever waits for it gets an error."""
        self.cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def ask(target: Target, method: str, timeout_s: float) -> HttpReply:
    """Send ``method`` to ``target``, read status and headers, leave the body. Raises UnreachableError.

    ``timeout_s`` bounds the whole: a server that sends a byte now and then is cut off by a timer.
    """
    line = _Line()
    timer = threading.Timer(timeout_s, line.end)
    timer.daemon = True
    timer.start()
    try:
        return _ask(line, target, method, timeout_s)
    except TimeoutError:
        raise UnreachableError(f"no answer within {timeout_s:g} s", slow=True) from None
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(f"its certificate is not valid ({error.verify_message})") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if line.cut:
            raise UnreachableError(f"no whole answer within {timeout_s:g} s", slow=True) from None
        raise UnreachableError(_why(error)) from None
    finally:
        timer.cancel()
        if line.sock is not None:
            line.sock.close()


def _ask(line: _Line, target: Target, method: str, timeout_s: float) -> HttpReply:
    line.sock = _connect(target, timeout_s)
    if target.scheme == "https":
        line.sock = _tls().wrap_socket(line.sock, server_hostname=target.host, do_handshake_on_connect=False)
        line.sock.do_handshake()
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = line.sock
    connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", target.host_header)
    for name, value in _HEADERS.items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = http.client.HTTPResponse(line.sock, method=method)
    try:
        reply.begin()
        if line.cut:  # among the headers, that looks like their end
            raise TimeoutError
        return HttpReply(reply.status, reply.headers.get("Location", ""), reply.headers.get("Retry-After", ""))
    finally:
        reply.close()


def _connect(target: Target, timeout_s: float) -> socket.socket:
    """A connection to one of the addresses that the policy looked at, and to no other."""
    until = time.monotonic() + timeout_s
    failed: OSError | None = None
    for ip in target.ips:
        left_s = until - time.monotonic()
        if left_s <= 0:
            break
        try:
            return socket.create_connection((ip, target.port), timeout=left_s)
        except OSError as error:  # a machine without IPv6 has to go on to the next address
            failed = error
    raise failed or TimeoutError


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, http.client.HTTPException):
        return "what it answered is not HTTP"
    return f"the connection failed ({type(error).__name__})"
