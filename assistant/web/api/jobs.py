"""Long work over REST: examine the articles, read them anew, and watch or cancel any job."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from assistant.messages import LANGUAGES
from assistant.web.api.articles import titles
from assistant.web.api.models import PlainJSONResponse, StrictModel, answers
from assistant.web.jobs import Jobs, JobState, Progress
from assistant.web.security.authorization import Access, Person
from kb.library import Library

JobId: TypeAlias = Annotated[str, Path(max_length=40, description="as it was given when the work began")]


class JobErrorResponse(StrictModel):
    """Why a job failed."""

    message: str
    hint: str
    exit_code: int = Field(examples=[3])
    code: str = Field(description="names what happened; empty where message and hint say enough")


class JobResponse(StrictModel):
    """Long work and how far it is."""

    job_id: str = Field(examples=["9f2c4e1ab07d3355"])
    kind: str = Field(examples=["gaps find"])
    state: JobState
    done: int = Field(examples=[12])
    total: int = Field(description="of its step; 0 while it is not counted yet", examples=[40])
    step: str = Field(description="what it is at; empty where it has one step only", examples=["asking"])
    started_at: str = Field(examples=["2026-11-24T18:31:15+00:00"])
    result: dict[str, Any] | None = Field(
        description="once it is done; what it holds depends on the kind",
        examples=[None, {"questions": 944, "gaps": 12}],
    )
    error: JobErrorResponse | None = Field(description="once it has failed", examples=[None])


_BEGUN = answers(JobResponse, 409, 413, 415, 503, status=202)


def router(library: Library, access: Access, jobs: Jobs) -> APIRouter:
    """The endpoints of long work, for leads."""
    routes = APIRouter(prefix="/api/v1", tags=["lead"])
    lead = Depends(access.require("lead"))

    @routes.post("/health", summary="Examine the articles", **_BEGUN)
    def health(person: Person = lead) -> PlainJSONResponse:
        """Look for contradictions, copies, lagging translations and overdue articles by damage, as a job."""
        access.record(person, "health")
        return PlainJSONResponse(jobs.start("health", lambda progress: _health(library, progress)).to_json(), 202)

    @routes.post("/ingest", summary="Read the articles anew", **_BEGUN)
    def ingest(person: Person = lead) -> PlainJSONResponse:
        """Ingest the folders that the index was made from, as a job: new and changed articles answer from then on."""
        access.record(person, "ingest")
        return PlainJSONResponse(jobs.start("ingest", lambda progress: _ingest(library, progress)).to_json(), 202)

    @routes.get("/jobs/{job_id}", summary="How far a job is", dependencies=[lead], **answers(JobResponse, 404, 422))
    def job(job_id: JobId) -> PlainJSONResponse:
        """State, progress, and in the end its result or error."""
        return PlainJSONResponse(jobs.job(job_id).to_json())

    @routes.delete("/jobs/{job_id}", summary="Cancel a job", dependencies=[lead], **answers(JobResponse, 404, 422))
    def cancel(job_id: JobId) -> PlainJSONResponse:
        """End it: it counts as cancelled at once, its work stops within moments, and what is written is whole."""
        return PlainJSONResponse(jobs.cancel(job_id).to_json())

    return routes


def _health(library: Library, progress: Progress) -> dict[str, Any]:
    from assistant.health import examine
    from assistant.health.description import described

    report = examine(library, library.today(), progress)
    title = titles(library)
    findings = [
        finding.to_json() | {"words": {language: described(finding, language, title) for language in LANGUAGES}}
        for finding in report.findings
    ]
    return {"articles": report.articles, "findings": findings}


class IngestHooks:
    """Hooks of an ingest that pass on how many of the files that need work are through."""

    def __init__(self, progress: Callable[[int, int], None]) -> None:
        self.progress = progress

    def reached(self, step: str) -> None:
        """Ignored."""


def _ingest(library: Library, progress: Progress) -> dict[str, Any]:
    from ingest.pipeline import ingest

    with library.catalog.snapshot() as snapshot:
        roots = sorted({file.root for file in snapshot.files()})
    return {"report": ingest(library, [pathlib.Path(root) for root in roots], IngestHooks(progress)).to_json()}
