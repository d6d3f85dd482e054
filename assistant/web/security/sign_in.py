"""Signing in and out, and the facts about a reader that the page may know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from assistant.web.api.models import StrictModel
from assistant.web.security.authorization import COOKIE, Access, Person
from assistant.web.security.rate_limit import Limit
from kb.accounts import AuditEntry, SignInError

_TRIES_PER_MINUTE = 20
"""From one address: many people may sit behind one at the start of a shift; a list of passwords takes for ever."""


class SignInBody(StrictModel):
    """Name and password."""

    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)


def router(access: Access) -> APIRouter:
    """The endpoints that the page calls to sign in and out."""
    routes = APIRouter(prefix="/page", include_in_schema=False)
    tries = Limit(_TRIES_PER_MINUTE)
    library, hours = access.library, access.library.settings.accounts.session_hours

    @routes.post("/sign-in")
    def sign_in(body: SignInBody, request: Request, response: Response) -> dict[str, Any]:
        tries.take(access.address(request))
        now = datetime.now(UTC)
        try:
            session = library.accounts.sign_in(body.name, body.password, now, hours)
        except SignInError as error:
            # A password may have been typed as the name: only the name of an account gets into the log.
            known = body.name.strip().lower() in {account.name for account in library.accounts.accounts()}
            who = body.name.strip().lower() if known else "unknown"
            library.accounts.record(
                AuditEntry(now, who, "", "sign-in", outcome="refused", detail={"why": error.message})
            )
            raise
        library.accounts.record(AuditEntry(now, f"session:{session.account.name}", session.account.role, "sign-in"))
        response.set_cookie(
            COOKIE,
            session.secret,
            max_age=hours * 3600,
            httponly=True,
            samesite="lax",  # a link in a ticket may lead here; changes need the page's own proof besides
            secure=access.encrypted(request),
        )
        return {"name": session.account.name, "role": session.account.role}

    @routes.get("/me")
    def me(request: Request) -> dict[str, Any]:
        return shown(access.identify(request), open_to_all=access.open())

    @routes.post("/sign-out")
    def sign_out(request: Request, response: Response) -> dict[str, Any]:
        person = access.require("agent")(request)
        library.accounts.sign_out(request.cookies.get(COOKIE, ""))
        access.record(person, "sign-out")
        response.delete_cookie(COOKIE)
        return {}

    return routes


def shown(person: Person | None, *, open_to_all: bool) -> dict[str, Any]:
    """The facts about a reader that the page may know."""
    if person is None:
        return {"signed_in": False, "open": open_to_all}
    return {
        "signed_in": person.via != "open",
        "open": open_to_all,
        "name": person.name,
        "role": person.role,
        "csrf": person.csrf,
        "leave": person.via == "session",
    }
