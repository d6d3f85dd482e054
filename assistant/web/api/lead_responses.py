"""What leads' and operators' endpoints answer: gaps, overview, inbox, long work, audit log, health."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from assistant.reports.figures.measures import Unit
from assistant.web.api.schema import Place, Shape, Span, Told
from kb.backlog import Cause, EscalationReason, State
from kb.backlog.model import EntryKind


class Demand(Shape):
    """How much a gap is asked for."""

    questions: int
    actors: int = Field(description="distinct people who asked")
    tickets: int


class GapRow(Shape):
    """A gap as the board lists it."""

    gap_id: str
    title: str
    language: str
    cause: Cause
    demand: Demand
    priority: float = Field(description="minutes that it costs, recent ones counting more")
    state: State
    owner: str = Field(description="empty: nobody")
    action: str = Field(description="what to do, in the gap's language")
    version: int = Field(description="counts what leads or new evidence changed; send it along with a change")
    first_seen: str
    last_seen: str
    reason: str = Field(description="why it was declined")
    snoozed_until: str | None
    linked: Place | None = Field(description="the article that is to mend it")
    current: bool = Field(description="whether the last look at the log still found it")
    products: list[str] = Field(description="of its article, else those that most of the nearest articles have")


class Gaps(Shape):
    """Those that cost most first."""

    gaps: list[GapRow]


class GapQuestion(Shape):
    """A question or a ticket of a gap."""

    id: str
    text: str
    language: str
    asked_at: str | None
    kind: Literal["question", "ticket"]
    signals: list[str] = Field(description="why it is evidence: abstained, not_helpful, escalated and others")


class GapEntry(Shape):
    """A line of a gap's history."""

    at: str
    kind: EntryKind
    actor: str = Field(description="empty where it happened of itself")
    from_: State | None = Field(alias="from")
    to: State | None
    note: str
    detail: dict[str, Any]


class Gap(GapRow):
    """A gap with everything known of it."""

    evidence: dict[str, Any] = Field(description="what asking again proved; for a contradiction, both sentences")
    questions: list[GapQuestion]
    arithmetic: list[dict[str, Any]] = Field(description="the rows that make up the priority")
    nearest: list[dict[str, Any]] = Field(description="articles, best first")
    history: list[GapEntry]


class Draft(Shape):
    """The file to go on with."""

    gap_id: str | None
    state: State | None
    article_id: str
    language: str
    path: str
    created: bool = Field(description="false where an article is there and is to be changed")
    steps: list[str] = Field(description="what is to be changed in it")


class Drafted(Shape):
    """The draft, and the gap that is linked to it now."""

    draft: Draft
    gap: Gap


class AnswerDrafted(Shape):
    """The draft made from an answer."""

    draft: Draft


class JobProblem(Shape):
    """Why a job failed."""

    message: str
    hint: str
    exit_code: int
    code: str = Field(description="names what happened; empty where message and hint say enough")


class Job(Shape):
    """Long work and how far it is."""

    job_id: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    done: int
    total: int = Field(description="of its step; 0 while it is not counted yet")
    step: str = Field(description="what it is at; empty where it has one step only")
    started_at: str
    result: dict[str, Any] | None = Field(description="once it is done; what it holds depends on the kind")
    error: JobProblem | None = Field(description="once it has failed")


class Figure(Shape):
    """A figure of the overview against the days before."""

    figure: str
    name: str = Field(description="in the language that was asked for")
    unit: Unit
    now: float
    before: float | None


class Week(Span):
    """What the charts show of a week; null where it is not known."""

    questions: float | None
    answered_share: float | None
    helpful_share: float | None
    resolution_median: float | None


class Chart(Shape):
    """A figure that the weeks have."""

    figure: str
    name: str
    unit: Unit


class Used(Place):
    """An article that answered often."""

    title: str
    questions: float


class Overview(Shape):
    """These days against those before."""

    period: Span
    before: Span
    figures: list[Figure]
    weeks: list[Week]
    charts: list[Chart]
    most_used: list[Used]
    open_escalations: int


class Escalation(Shape):
    """A question that was handed to the lead."""

    escalation_id: str
    question_id: str
    question: str
    language: str
    at: str
    reason: EscalationReason
    note: str
    answer: str = Field(description="empty while it waits")
    answered_by: str
    answered_at: str | None
    linked: Place | None = Field(description="the article that was begun from the answer")


class Escalations(Shape):
    """The oldest first."""

    escalations: list[Escalation]


class AuditEntry(Shape):
    """Who did what to which, and whether they were let."""

    at: str
    who: str
    role: str
    action: str
    target: str
    outcome: Literal["done", "refused"]
    detail: dict[str, str | int | bool]


class Audit(Shape):
    """The newest first."""

    entries: list[AuditEntry]


class Up(Shape):
    """Questions can be answered."""

    status: Literal["ok"]
    articles: int
    generation: int = Field(description="grows with every change of the index")


_FEE = {"article_id": "returned-direct-debit", "language": "de", "title": "Rücklastschrift"}
_DUNNING = {"article_id": "dunning-levels", "language": "de", "title": "Mahnstufen und Mahnkosten"}
_ROW = {
    "gap_id": "G-0001",
    "title": "Was kostet eine Rücklastschrift?",
    "language": "de",
    "cause": "conflict",
    "demand": {"questions": 46, "actors": 10, "tickets": 34},
    "priority": 432.83,
    "state": "assigned",
    "owner": "jana",
    "action": "Klären, welche Angabe gilt, und die andere berichtigen.",
    "version": 2,
    "first_seen": "2026-09-29T07:13:16+00:00",
    "last_seen": "2026-11-24T14:40:09+00:00",
    "reason": "",
    "snoozed_until": None,
    "linked": None,
    "current": True,
    "products": ["strom", "gas"],
}
_GAP = _ROW | {
    "evidence": {
        "article": _FEE,
        "left": _FEE | {"sentence": "Die Gebühr für eine Rücklastschrift beträgt 3,50 €.", "value": "3,50 €"},
        "right": _DUNNING | {"sentence": "Eine Rücklastschrift kostet 4,50 €.", "value": "4,50 €"},
        "difference": "amount",
        "asked_again": 3,
        "answered": 3,
    },
    "questions": [
        {
            "id": "5f0c",
            "text": "Was kostet eine Rücklastschrift?",
            "language": "de",
            "asked_at": "2026-09-29T07:13:16Z",
            "kind": "question",
            "signals": ["not_helpful"],
        }
    ],
    "arithmetic": [{"what": "askers", "count": 10, "decay": 8.754, "minutes": 5.0, "value": 43.77}],
    "nearest": [_FEE | {"score": 0.8452}, _DUNNING | {"score": 0.6104}],
    "history": [
        {
            "at": "2026-11-24T18:31:15+00:00",
            "kind": "assigned",
            "actor": "kim",
            "from": "open",
            "to": "assigned",
            "note": "",
            "detail": {"owner": "jana"},
        }
    ],
}
_DRAFT = {
    "gap_id": "G-0007",
    "state": "drafting",
    "article_id": "charging-card",
    "language": "de",
    "path": "articles/de/charging-card.md",
    "created": True,
    "steps": [],
}
_JOB = {
    "job_id": "9f2c4e1ab07d3355",
    "kind": "gaps find",
    "state": "running",
    "done": 12,
    "total": 40,
    "step": "asking",
    "started_at": "2026-11-24T18:31:15+00:00",
    "result": None,
    "error": None,
}
_DONE = _JOB | {"state": "done", "done": 40, "result": {"questions": 944, "gaps": 12}}
_OVERVIEW = {
    "period": {"first": "2026-11-19", "last": "2026-11-25"},
    "before": {"first": "2026-11-12", "last": "2026-11-18"},
    "figures": [{"figure": "questions", "name": "Fragen", "unit": "count", "now": 84, "before": 132}],
    "weeks": [
        {
            "first": "2026-11-16",
            "last": "2026-11-22",
            "questions": 119,
            "answered_share": 0.7311,
            "helpful_share": 0.6098,
            "resolution_median": None,
        }
    ],
    "charts": [{"figure": "questions", "name": "Fragen", "unit": "count"}],
    "most_used": [{"article_id": "report-move", "language": "de", "title": "Umzug melden", "questions": 9}],
    "open_escalations": 2,
}
_ESCALATION = {
    "escalation_id": "E-0015",
    "question_id": "5f0c",
    "question": "Kunde möchte am 15. statt am 1. zahlen",
    "language": "de",
    "at": "2026-11-24T08:02:09+00:00",
    "reason": "no_answer",
    "note": "Was sagen wir hier verbindlich?",
    "answer": "Dazu gibt es noch keine Regel. Bitte sagen Sie einen Rückruf zu.",
    "answered_by": "jana",
    "answered_at": "2026-11-24T11:02:09+00:00",
    "linked": None,
}
_REPORT = {
    "text/html": "<!doctype html><html lang='de'>…</html>",
    "text/markdown": "# Teambericht\n\n16.11.2026 – 22.11.2026\n",
    "text/csv": "first,last,grain,figure,value\n2026-11-16,2026-11-22,period,questions,119\n",
    "application/json": {"made_on": "2026-11-25", "period": {"first": "2026-11-16", "last": "2026-11-22"}},
}
_METRICS = 'kb_questions_total{status="answered"} 812.0\nkb_questions_total{status="abstained"} 96.0\n'
_CHANGE = (400, 404, 409, 503)

TOLD = {
    "GET /api/v1/gaps": Told(Gaps, {"gaps": [_ROW]}, (503,)),
    "POST /api/v1/gaps/find": Told(Job, _JOB, (409, 503), status=202),
    "GET /api/v1/gaps/{gap_id}": Told(Gap, _GAP, (400, 404, 503)),
    "POST /api/v1/gaps/{gap_id}/assign": Told(Gap, _GAP, _CHANGE),
    "POST /api/v1/gaps/{gap_id}/move": Told(Gap, _GAP, _CHANGE),
    "POST /api/v1/gaps/{gap_id}/merge": Told(Gap, _GAP, _CHANGE),
    "POST /api/v1/gaps/{gap_id}/split": Told(Gap, _GAP, _CHANGE),
    "POST /api/v1/gaps/{gap_id}/draft": Told(Drafted, {"draft": _DRAFT, "gap": _GAP}, _CHANGE),
    "POST /api/v1/gaps/{gap_id}/verify": Told(Job, _JOB | {"kind": "verify G-0001"}, _CHANGE, status=202),
    "GET /api/v1/overview": Told(Overview, _OVERVIEW, (503,)),
    "GET /api/v1/report": Told(errors=(400, 503), media=_REPORT),
    "POST /api/v1/report": Told(Job, _JOB | {"kind": "report"}, (400, 503), status=202),
    "GET /api/v1/escalations": Told(Escalations, {"escalations": [_ESCALATION]}, (503,)),
    "POST /api/v1/escalations/{escalation_id}/answer": Told(Escalation, _ESCALATION, _CHANGE),
    "POST /api/v1/escalations/{escalation_id}/draft": Told(
        AnswerDrafted, {"draft": _DRAFT | {"gap_id": None, "state": None}}, _CHANGE
    ),
    "POST /api/v1/health": Told(Job, _JOB | {"kind": "health"}, (409, 503), status=202),
    "POST /api/v1/ingest": Told(Job, _JOB | {"kind": "ingest"}, (409, 503), status=202),
    "GET /api/v1/jobs/{job_id}": Told(Job, _DONE, (404,)),
    "DELETE /api/v1/jobs/{job_id}": Told(Job, _JOB | {"state": "cancelled"}, (404,)),
    "GET /api/v1/audit": Told(
        Audit,
        {
            "entries": [
                {
                    "at": "2026-11-25T18:31:16+00:00",
                    "who": "session:kim",
                    "role": "lead",
                    "action": "gap assign",
                    "target": "G-0001",
                    "outcome": "done",
                    "detail": {"owner": "jana"},
                }
            ]
        },
        (503,),
    ),
    "GET /healthz": Told(Up, {"status": "ok", "articles": 187, "generation": 187}),
    "GET /metrics": Told(media={"text/plain": _METRICS}),
}
"""By method and path."""
