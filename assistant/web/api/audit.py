"""The audit log over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from assistant.web.api.models import PlainJSONResponse, StrictModel, answers
from assistant.web.security.authorization import Access
from kb.accounts import Outcome
from kb.library import Library


class AuditEntryResponse(StrictModel):
    """An action: the person, the target, and whether it was allowed."""

    at: str = Field(examples=["2026-11-25T18:31:16+00:00"])
    who: str = Field(examples=["session:kim"])
    role: str = Field(examples=["lead"])
    action: str = Field(examples=["gap assign"])
    target: str = Field(examples=["G-0001"])
    outcome: Outcome
    detail: dict[str, str | int | bool] = Field(examples=[{"owner": "jana"}])


class AuditResponse(StrictModel):
    """The newest first."""

    entries: list[AuditEntryResponse]


def router(library: Library, access: Access) -> APIRouter:
    """The endpoint of the audit log, for administrators."""
    routes = APIRouter(prefix="/api/v1", tags=["lead"], dependencies=[Depends(access.require("admin"))])

    @routes.get("/audit", summary="Who did what", **answers(AuditResponse, 422, 503))
    def audit(
        limit: Annotated[int, Query(ge=1, le=10_000, description="how many lines at most")] = 200,
    ) -> PlainJSONResponse:
        """The newest lines of the audit log."""
        return PlainJSONResponse({"entries": [entry.to_json() for entry in library.accounts.entries(limit=limit)]})

    return routes
