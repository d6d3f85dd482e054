"""One address followed to its end: HEAD, then GET, redirects one by one, patience where a server asks for it."""

from __future__ import annotations

import email.utils
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias
from urllib.parse import urldefrag, urljoin

from kb.urls.fetch import HttpReply, UnreachableError, ask
from kb.urls.policy import AddressRefusedError, Policy, Target

Kind: TypeAlias = Literal["fine", "moved", "dead", "unreachable", "refused"]
Turn: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Waits until a host may be asked again and keeps others off it meanwhile."""

MAX_REDIRECTS = 5
MAX_PATIENCE_S = 10.0
"""Longest wait that a server may ask for by Retry-After; who asks for more is left in peace."""

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_GONE = frozenset((404, 410))
_BUSY = frozenset((429, 503))
_ENOUGH = frozenset((401, 407, 429, 503))
"""Answers to HEAD that GET would not change: somebody is there and wants a login, or to be left in peace."""


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    """What became of an address. ``target`` is where it has moved to for good; ``slow`` where time ran out."""

    kind: Kind
    detail: str = ""
    target: str = ""
    slow: bool = False


def probe(url: str, policy: Policy, timeout_s: float, turn: Turn) -> LinkOutcome:
    """Follow ``url`` and say what became of it. Each redirect passes ``policy`` like the first address."""
    start = here = urldefrag(url).url
    permanent, seen = True, {here}
    for _ in range(MAX_REDIRECTS + 1):
        reply = _hop(here, start, policy, timeout_s, turn)
        if isinstance(reply, LinkOutcome):
            return reply
        if reply.status not in _REDIRECTS or not reply.location:
            return _judged(reply, start, here, moved=permanent and here != start)
        permanent = permanent and reply.status in _PERMANENT
        try:
            here = urldefrag(urljoin(here, reply.location)).url
        except ValueError:
            return LinkOutcome("unreachable", "it redirects to what is no address")
        if here in seen:
            return LinkOutcome("unreachable", "it redirects in a circle")
        seen.add(here)
    return LinkOutcome("unreachable", f"it redirects more than {MAX_REDIRECTS} times")


def _hop(here: str, start: str, policy: Policy, timeout_s: float, turn: Turn) -> HttpReply | LinkOutcome:
    """The reply of one address on the way from ``start``, or why there is none."""
    try:
        target = policy.target(here)
        with turn(target.host):
            return _patiently(target, timeout_s)
    except AddressRefusedError as error:
        return LinkOutcome("refused", f"{_led(here, start)}{error}")
    except UnreachableError as error:
        return LinkOutcome("unreachable", f"{_led(here, start)}{error}", slow=error.slow)
    except socket.gaierror as error:
        # A name without address is dead; a name server that does not answer says nothing.
        if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
            return LinkOutcome("dead", f"{_led(here, start)}there is no such host")
        return LinkOutcome("unreachable", f"{_led(here, start)}the host's name cannot be looked up at the moment")
    except (OSError, UnicodeError) as error:
        return LinkOutcome("unreachable", f"{_led(here, start)}it cannot be looked up ({type(error).__name__})")


def _led(here: str, start: str) -> str:
    return "" if here == start else f"it redirects to {here}, and "


def _judged(reply: HttpReply, start: str, here: str, *, moved: bool) -> LinkOutcome:
    if reply.status in _GONE:
        return LinkOutcome("dead", f"{_led(here, start)}the server answers {reply.status}")
    if reply.status in _BUSY:
        return LinkOutcome("unreachable", f"the server asks not to be asked now ({reply.status})")
    if reply.status >= 500:
        return LinkOutcome("unreachable", f"{_led(here, start)}the server answers {reply.status}")
    return LinkOutcome("moved", "it has moved for good", here) if moved else LinkOutcome("fine", str(reply.status))


def _patiently(target: Target, timeout_s: float) -> HttpReply:
    """The reply; after the wait that a busy server asks for, once more."""
    reply = _either(target, timeout_s)
    wait_s = _seconds(reply.retry_after) if reply.status in _BUSY else None
    if wait_s is None or wait_s > MAX_PATIENCE_S:
        return reply
    time.sleep(wait_s)
    return _either(target, timeout_s)


def _either(target: Target, timeout_s: float) -> HttpReply:
    """HEAD, and GET where the server does not do HEAD properly: some refuse it, some say 404, some hang up."""
    try:
        reply = ask(target, "HEAD", timeout_s)
    except UnreachableError as error:
        if error.slow:
            raise
        return ask(target, "GET", timeout_s)
    return ask(target, "GET", timeout_s) if reply.status >= 400 and reply.status not in _ENOUGH else reply


def _seconds(retry_after: str) -> float | None:
    """The wait in a header Retry-After, seconds or a date; None where there is none."""
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)
