"""Leads' room over REST: overview, escalations, knowledge health, long work, audit log."""

from __future__ import annotations

import pathlib
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from assistant.reports import Period
from assistant.reports.figures.compute import compute
from assistant.reports.figures.gather import gather
from assistant.reports.formatting import Wording
from assistant.reports.team_tables import to_json
from assistant.web.api.articles import titles
from assistant.web.api.requests import Body
from assistant.web.jobs import Jobs, Progress
from assistant.web.security.authorization import Access, Person
from kb.backlog import Escalation
from kb.library import Library

Language: TypeAlias = Annotated[Literal["de", "en"], Query(description="of names and texts")]
EscalationId: TypeAlias = Annotated[str, Path(max_length=40, description="as the inbox shows it", examples=["E-0001"])]
JobId: TypeAlias = Annotated[str, Path(max_length=40, description="as it was given when the work began")]
FIGURES = (
    "questions",
    "answered_share",
    "helpful_share",
    "escalations",
    "gaps_open",
    "articles_overdue",
    "first_response_median",
    "resolution_median",
    "satisfaction",
)
"""What the overview shows, in its order; what is not known is left out."""

CHARTS = ("questions", "answered_share", "helpful_share", "resolution_median")


class AnswerBody(Body):
    """What the agent may tell the customer."""

    text: str = Field(
        min_length=1,
        max_length=5000,
        description="in the lead's words",
        examples=["Dazu gibt es noch keine Regel. Bitte sagen Sie einen Rückruf zu."],
    )


def router(library: Library, access: Access, jobs: Jobs) -> APIRouter:
    """The endpoints of the leads' room."""
    routes = APIRouter(prefix="/api/v1", tags=["lead"])
    lead, admin = Depends(access.require("lead")), Depends(access.require("admin"))

    @routes.get("/overview", summary="This week against the last", dependencies=[lead])
    def overview(
        language: Language = "de",
        span: Annotated[Literal["week", "month"], Query(description="the last 7 or the last 30 days")] = "week",
    ) -> dict[str, Any]:
        """The figures of the last seven days (or 30) against those before, with the weeks that lead there."""
        return overview_of(library, language, span, library.today())

    @routes.get("/escalations", summary="What was handed to the lead", dependencies=[lead])
    def escalations(
        *, all_: Annotated[bool, Query(alias="all", description="answered ones too")] = False
    ) -> dict[str, Any]:
        """The questions that agents handed over, the oldest first."""
        found = library.escalations.escalations(open_only=not all_)
        asked = library.events.questions_for([one.question_id for one in found])
        texts = {key: (event.text, event.language) for key, event in asked.items()}
        return {"escalations": [_escalation(one, *texts.get(one.question_id, ("", ""))) for one in found]}

    @routes.post("/escalations/{escalation_id}/answer", summary="Answer an escalation")
    def answer(escalation_id: EscalationId, body: AnswerBody, person: Person = lead) -> dict[str, Any]:
        """Say what the agent may tell the customer."""
        from assistant.leads import answer as reply

        made = reply(library, escalation_id, body.text, person.name, datetime.now(UTC))
        access.record(person, "escalation answer", made.escalation_id)
        event = library.events.question(made.question_id)
        return _escalation(made, event.text, event.language)

    @routes.post("/escalations/{escalation_id}/draft", summary="Begin an article from an answer")
    def draft(escalation_id: EscalationId, person: Person = lead) -> dict[str, Any]:
        """Write the draft whose solution is what was answered."""
        from assistant.leads import draft_answer

        made = draft_answer(library, escalation_id, person.name, datetime.now(UTC))
        access.record(person, "escalation draft", escalation_id, article=made.article.article_id)
        return {"draft": made.to_json()}

    @routes.post("/health", summary="Examine the articles", status_code=202)
    def health(person: Person = lead) -> dict[str, Any]:
        """Look for contradictions, copies, lagging translations and overdue articles by damage, as a job."""
        access.record(person, "health")
        return jobs.start("health", lambda progress: _health(library, progress)).to_json()

    @routes.post("/ingest", summary="Read the articles anew", status_code=202)
    def ingest(person: Person = lead) -> dict[str, Any]:
        """Ingest the folders that the index was made from, as a job: what was written becomes what answers."""
        access.record(person, "ingest")
        return jobs.start("ingest", lambda progress: _ingest(library, progress)).to_json()

    @routes.get("/jobs/{job_id}", summary="How far a job is", dependencies=[lead])
    def job(job_id: JobId) -> dict[str, Any]:
        """State, progress, and in the end its result or error."""
        return jobs.job(job_id).to_json()

    @routes.delete("/jobs/{job_id}", summary="Cancel a job", dependencies=[lead])
    def cancel(job_id: JobId) -> dict[str, Any]:
        """End it: it counts as cancelled at once, its work stops within moments, and what is written is whole."""
        return jobs.cancel(job_id).to_json()

    @routes.get("/audit", summary="Who did what", dependencies=[admin])
    def audit(
        limit: Annotated[int, Query(ge=1, le=10_000, description="how many lines at most")] = 200,
    ) -> dict[str, Any]:
        """The newest lines of the audit log."""
        return {"entries": [one.to_json() for one in library.accounts.entries(limit=limit)]}

    return routes


def overview_of(library: Library, language: str, span: str, today: date) -> dict[str, Any]:
    """The figures of the days up to ``today`` against as many before, in words and numbers."""
    wording = Wording(language, library.settings.reports.min_group)
    days = 7 if span == "week" else 30
    period = Period(today - timedelta(days=days - 1), today, library.settings.reports.time_zone)
    figures = compute(period, gather(library, period, today), wording.least)
    data = to_json(figures)
    totals, before = dict(data["totals"]), dict(data["totals_before"])
    totals["articles_overdue"] = {"value": data["article_states"].get("overdue", 0), "unit": "count"}
    known = [key for key in FIGURES if totals.get(key, {}).get("value") is not None]
    return {
        "period": data["period"],
        "before": data["before"],
        "figures": [
            {
                "figure": key,
                "name": wording.say("overdue") if key == "articles_overdue" else wording.name(key),
                "unit": totals[key]["unit"],
                "now": totals[key]["value"],
                "before": before.get(key, {}).get("value"),
            }
            for key in known
        ],
        "weeks": [
            {"first": week["first"], "last": week["last"]}
            | {key: week["figures"].get(key, {}).get("value") for key in CHARTS}
            for week in data["weeks"]
        ],
        "charts": [
            {"figure": key, "name": wording.name(key), "unit": totals[key]["unit"]} for key in CHARTS if key in totals
        ],
        "most_used": data["most_used"],
        "open_escalations": data["open_escalations"],
    }


def _escalation(one: Escalation, question: str, language: str) -> dict[str, Any]:
    return {
        "escalation_id": one.escalation_id,
        "question_id": one.question_id,
        "question": question,
        "language": language,
        "at": one.at.isoformat(),
        "reason": one.reason,
        "note": one.note,
        "answer": one.answer,
        "answered_by": one.answered_by,
        "linked": one.linked._asdict() if one.linked else None,
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
    }


def _health(library: Library, progress: Progress) -> dict[str, Any]:
    from assistant.health import examine
    from assistant.health.description import action, details, kind_name

    today = library.today()
    report = examine(library, today, progress)
    called = titles(library)
    said = {"de": lambda key: f"„{called.get(key, key)}“", "en": lambda key: f"“{called.get(key, key)}”"}
    words = [
        {
            name: {"kind": kind_name(one.kind, name), "details": details(one, name, call), "action": action(one, name)}
            for name, call in said.items()
        }
        for one in report.findings
    ]
    findings = [one.to_json() | {"words": told} for one, told in zip(report.findings, words, strict=True)]
    return {"articles": report.articles, "findings": findings}


class _Hooks:
    """Passes the progress of an ingest on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def progress(self, done: int, total: int) -> None:
        """So many of the files that need work are through."""
        self._progress(done, total)

    def reached(self, step: str) -> None:
        """Ignored."""


def _ingest(library: Library, progress: Progress) -> dict[str, Any]:
    from ingest.pipeline import ingest

    with library.catalog.snapshot() as snapshot:
        roots = sorted({file.root for file in snapshot.files()})
    return {"report": ingest(library, [pathlib.Path(root) for root in roots], _Hooks(progress)).to_json()}
