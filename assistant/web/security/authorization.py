"""Identity and rights of a caller: every endpoint that is not for everybody asks for them, whatever the page shows.

A caller is known by a session cookie, a bearer token, the header of a trusted proxy, or this server's own token from
the lock file. While there is no account at all, a server on loopback takes every caller for the one person at this
machine.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from fastapi import Request

from assistant.web.security.rate_limit import Limit
from kb.accounts import Account, AuditEntry, Outcome, Role, may
from kb.errors import KBError, MissingPartError
from kb.library import Library

COOKIE = "lotse_session"
CSRF_HEADER = "x-lotse-csrf"
Via = Literal["open", "session", "token", "proxy", "machine"]

_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class UnauthorizedError(KBError):
    """Nobody knows who calls."""

    http_status = 401


class ForbiddenError(KBError):
    """The caller may not do that."""

    http_status = 403


@dataclass(frozen=True, slots=True)
class Person:
    """A caller: ``name`` for the audit log, ``actor`` the pseudonym for the event log (empty: as the call says)."""

    name: str
    role: Role
    via: Via
    actor: str = ""
    csrf: str = ""


class Access:
    """The rights of one server. ``token`` is its own; ``loopback`` says that only this machine can reach it."""

    def __init__(self, library: Library, token: str, *, loopback: bool = True) -> None:
        self.library = library
        self._token = token
        self._loopback = loopback
        self._settings = library.settings.accounts
        self._proxies = [ipaddress.ip_network(network, strict=False) for network in self._settings.proxy_addresses]
        self._limit = Limit(library.settings.server.requests_per_minute)
        self._open = False

    def open(self) -> bool:
        """Whether everybody who can reach this server may do everything."""
        if not self._loopback or self._settings.proxy_header:
            return False
        try:
            self._open = not self.library.accounts.any()
        except MissingPartError:
            # Answers do not need the database: who was let in before it broke stays in, and nobody else.
            if not self._open:
                raise
        return self._open

    def identify(self, request: Request) -> Person | None:
        """The caller, None for nobody known. Raises EventLogUnavailableError where the accounts cannot be read."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(given.strip())
        secret = request.cookies.get(COOKIE, "")
        account = self.library.accounts.signed_in(secret, _now()) if secret else None
        if account is not None:
            return Person(account.name, account.role, "session", account.actor, _csrf(secret))
        named = self._named_by_proxy(request)
        if named is not None:
            return named
        return Person("local", "admin", "open") if self.open() else None

    def require(self, role: Role) -> Callable[[Request], Person]:
        """A dependency of an endpoint: gives the caller. Raises Unauthorized-, Forbidden- or TooManyError."""

        def required(request: Request) -> Person:
            person = self.identify(request)
            if person is None:
                raise UnauthorizedError(
                    "This needs a sign-in.", "Open / and sign in, or send Authorization: Bearer TOKEN (kb tokens add)."
                )
            self._limit.take(f"{person.via}:{person.name}")
            if person.csrf and request.method not in _SAFE:
                given = request.headers.get(CSRF_HEADER, "")
                if not hmac.compare_digest(given.encode(), person.csrf.encode()):
                    raise ForbiddenError("The page's own proof is missing from this request.", "Load the page anew.")
            if not may(person.role, role):
                self.record(person, f"{request.method} {request.url.path}", outcome="refused")
                raise ForbiddenError(
                    f"This needs the role '{role}'; yours is '{person.role}'.", "Ask an administrator: kb users role"
                )
            return person

        return required

    def record(
        self, person: Person, action: str, target: str = "", *, outcome: Outcome = "done", **detail: str | int | bool
    ) -> None:
        """Add a line to the audit log. What cannot be put on record is not done: raises EventLogUnavailableError."""
        entry = AuditEntry(_now(), f"{person.via}:{person.name}", person.role, action, target, outcome, detail)
        self.library.accounts.record(entry)

    def trusted(self, request: Request) -> bool:
        """Whether the request comes from a proxy whose headers are trusted."""
        if not self._proxies or request.client is None:
            return False
        try:
            address = ipaddress.ip_address(request.client.host)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)

    def address(self, request: Request) -> str:
        """Where a request comes from: the last address that a trusted proxy names, else the one that called."""
        host = request.client.host if request.client else ""
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return forwarded or host if self.trusted(request) else host

    def encrypted(self, request: Request) -> bool:
        """Whether the browser speaks https, to this server or to a trusted proxy."""
        if self.trusted(request):
            return request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        return request.url.scheme == "https"

    def _bearer(self, given: str) -> Person | None:
        if hmac.compare_digest(given.encode(), self._token.encode()):
            return Person("kb", "admin", "machine")
        token = self.library.accounts.tokens.holder(given, self.library.today())
        return Person(f"{token.name} ({token.token_id})", token.role, "token") if token else None

    def _named_by_proxy(self, request: Request) -> Person | None:
        header = self._settings.proxy_header
        name = request.headers.get(header, "").strip().lower() if header else ""
        if not name or not self.trusted(request):
            return None
        proof = _csrf(f"{self._token}:{name}")
        known = {account.name: account for account in self.library.accounts.accounts()}.get(name)
        if known is not None:
            return _of_account(known, proof) if known.disabled_at is None else None
        role = self._settings.proxy_role
        return Person(name, role, "proxy", f"p-{_digest(name)[:12]}", proof) if role else None


def _of_account(account: Account, csrf: str) -> Person:
    return Person(account.name, account.role, "proxy", account.actor, csrf)


def _csrf(secret: str) -> str:
    """The proof that the page sends along with every change: only a reader of this server's pages knows it."""
    return _digest(f"csrf:{secret}")[:32]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
