"""Reports over REST: made at once to be saved, or as a job that can be watched and cancelled, to be looked at."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from assistant.reports.figures.period import Period, latest
from assistant.reports.gap_report import gap_report
from assistant.reports.team_report import team_report
from assistant.web.api.jobs import JobResponse
from assistant.web.api.models import (
    BODY_ERRORS,
    TOKEN_IS_OPTIONAL,
    Day,
    PlainJSONResponse,
    StrictModel,
    answers,
    error_responses,
)
from assistant.web.jobs import Jobs, Progress
from assistant.web.security.authorization import Access, Person
from kb.errors import UsageError
from kb.library import Library

ReportKind: TypeAlias = Literal["team", "gaps"]
ReportLanguage: TypeAlias = Literal["de", "en"]
ReportSpan: TypeAlias = Literal["week", "month"]
ReportFormat: TypeAlias = Literal["json", "html", "md", "csv"]
_MEDIA = {"json": "application/json", "html": "text/html", "md": "text/markdown", "csv": "text/csv"}
_REPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report, in the format that was asked for",
        "content": {
            media: {"schema": {"type": "object" if form == "json" else "string"}} for form, media in _MEDIA.items()
        },
    }
}
# A report is shown in a frame without rights; it brings its own style and nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"

MAX_DAYS = 800
"""Two years and a bit; longer reports would read the log for minutes."""


class ReportBody(StrictModel):
    """A kind of report and its days: the last whole period, or those from ``since`` to ``until``."""

    kind: ReportKind = Field("team", description="figures of the team, or the gaps")
    language: ReportLanguage = Field("de", description="of the report")
    format: ReportFormat = Field("html", description="to be read by people (html, md) or programs")
    period: ReportSpan = Field("week", description="the last whole one")
    since: Day | None = Field(None, description="first day; instead of a period")
    until: Day | None = Field(None, description="last day", examples=["2026-11-15"])


def router(library: Library, access: Access, jobs: Jobs) -> APIRouter:
    """The endpoints on reports, for leads."""
    routes = APIRouter(prefix="/api/v1", tags=["lead"])
    lead = Depends(access.require("lead"))

    def build(body: ReportBody, person: Person) -> tuple[Period, str]:
        today = library.today()
        period = period_of(library, body.period, body.since, body.until, today)
        access.record(person, "report", body.kind, format=body.format, language=body.language)
        make = team_report if body.kind == "team" else gap_report
        return period, make(library, period, body.language, body.format, today)

    @routes.get(
        "/report",
        summary="A report",
        response_class=Response,
        responses=_REPORT | error_responses(400, 422, 503),
        openapi_extra=TOKEN_IS_OPTIONAL,
    )
    def report(
        kind: Annotated[ReportKind, Query(description="the team report or the gap report")] = "team",
        language: Annotated[ReportLanguage, Query(description="of the report")] = "de",
        form: Annotated[
            ReportFormat, Query(alias="format", description="to be read by people (html, md) or programs")
        ] = "json",
        span: Annotated[ReportSpan, Query(alias="period", description="the last whole one")] = "week",
        since: Annotated[Day | None, Query(description="first day; instead of a period")] = None,
        until: Annotated[Day | None, Query(description="last day")] = None,
        person: Person = lead,
    ) -> Response:
        """The team report or the gap report, to be shown or saved."""
        body = ReportBody(kind=kind, language=language, format=form, period=span, since=since, until=until)
        period, text = build(body, person)
        headers = {"content-disposition": f'inline; filename="{_name(body, period)}"'}
        if form == "html":
            headers |= {"content-security-policy": _POLICY, "x-frame-options": "SAMEORIGIN"}
        return Response(text, media_type=f"{_MEDIA[form]}; charset=utf-8", headers=headers)

    @routes.post(
        "/report",
        summary="Make a report as a job",
        **answers(JobResponse, 400, 503, *BODY_ERRORS, status=202),
    )
    def begin(body: ReportBody, person: Person = lead) -> PlainJSONResponse:
        """The same as a job, for long periods: its result has the report as ``text``, and a ``name`` to save it by."""
        today = library.today()
        period_of(library, body.period, body.since, body.until, today)  # what is wrong is told at once

        def work(progress: Progress) -> dict[str, Any]:
            progress(0, 1)
            period, text = build(body, person)
            return {"name": _name(body, period), "text": text}

        return PlainJSONResponse(jobs.start("report", work, alone=False).to_json(), 202)

    return routes


def period_of(library: Library, span: ReportSpan, since: date | None, until: date | None, today: date) -> Period:
    """The days that a report is on. Raises UsageError for days that make none."""
    zone = library.settings.reports.time_zone
    if since is None and until is None:
        return latest(span, today, zone)
    if since is None:
        raise UsageError("'until' needs the first day too.", "Add since=YYYY-MM-DD.")
    last = until or max(today, since)
    if max(since, last) > today:
        raise UsageError(f"The {max(since, last)} has not come yet.", f"Choose days up to {today}.")
    if (last - since).days >= MAX_DAYS:
        raise UsageError(f"A report is on at most {MAX_DAYS} days.", "Choose a shorter period.")
    return Period(since, last, zone)


def _name(body: ReportBody, period: Period) -> str:
    return f"lotse-{body.kind}-{period.last.isoformat()}.{body.format}"
