"""The gap board over REST: looked for, listed, shown with their proof, and worked off by leads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from assistant.web.api.articles import titles
from assistant.web.api.gaps_models import (
    AssignBody,
    DraftBody,
    FindBody,
    GapDraftResponse,
    GapResponse,
    GapsResponse,
    MergeBody,
    MoveBody,
    SplitBody,
    VerifyBody,
)
from assistant.web.api.jobs import JobResponse
from assistant.web.api.models import BODY_ERRORS, PlainJSONResponse, answers
from assistant.web.api.products import Products
from assistant.web.jobs import Jobs, Progress
from assistant.web.security.authorization import Access, Person
from kb.articles.article import ArticleKey
from kb.backlog import Cause, Gap, State
from kb.library import Library
from kb.text.language import primary_language

if TYPE_CHECKING:
    from assistant.leads import Verification

GapId = Annotated[str, Path(max_length=40, description="as the board shows it", examples=["G-0007"])]

_CHANGED = answers(GapResponse, 400, 404, 409, 503, *BODY_ERRORS)


def router(  # noqa: C901  one endpoint after the other
    library: Library, access: Access, jobs: Jobs, products: Products
) -> APIRouter:
    """The endpoints on gaps, for leads."""

    def row(gap: Gap) -> dict[str, Any]:
        return short(gap) | {"products": products.of(gap)}

    def whole(gap: Gap) -> dict[str, Any]:
        data = gap.to_json()
        questions = [
            told | {"language": question.language}
            for told, question in zip(data["questions"], gap.questions, strict=True)
        ]
        history = [entry.to_json() for entry in library.backlog.history(gap.gap_id)]
        return data | row(gap) | {"questions": questions, "history": history}

    routes = APIRouter(prefix="/api/v1/gaps", tags=["gaps"])
    lead = Depends(access.require("lead"))

    @routes.get("", summary="List the gaps", dependencies=[lead], **answers(GapsResponse, 422, 503))
    def list_gaps(
        state: Annotated[list[State] | None, Query(description="only in one of these states")] = None,
        cause: Annotated[list[Cause] | None, Query(description="only with one of these causes")] = None,
        owner: Annotated[
            str | None, Query(max_length=200, description="only those that this person has; empty: that nobody has")
        ] = None,
        language: Annotated[str | None, Query(max_length=35, description="only asked in this language")] = None,
        product: Annotated[str | None, Query(max_length=200, description="only about this product")] = None,
    ) -> PlainJSONResponse:
        """The gaps of the backlog without their questions, those that cost most first."""
        rows = [
            row(gap)
            for gap in library.backlog.gaps(state)
            if (not cause or gap.cause in cause)
            and owner in (None, gap.owner)
            and (not language or gap.primary_language == primary_language(language))
        ]
        return PlainJSONResponse({"gaps": [listed for listed in rows if product in (None, *listed["products"])]})

    @routes.post("/find", summary="Look for gaps", **answers(JobResponse, 409, 503, *BODY_ERRORS, status=202))
    def find_gaps(body: FindBody, person: Person = lead) -> PlainJSONResponse:
        """Look through the log anew, as `kb gaps find` does, as a job. Takes seconds to minutes."""
        access.record(person, "gaps find")
        return PlainJSONResponse(
            jobs.start("gaps find", lambda progress: _find(library, body, progress)).to_json(), 202
        )

    @routes.get("/{gap_id}", summary="Show a gap", dependencies=[lead], **answers(GapResponse, 400, 404, 422, 503))
    def show_gap(gap_id: GapId) -> PlainJSONResponse:
        """Questions, proof of the cause, arithmetic of the priority, nearest articles, history."""
        return PlainJSONResponse(whole(library.backlog.gap(gap_id)))

    @routes.post("/{gap_id}/assign", summary="Assign a gap", **_CHANGED)
    def assign(gap_id: GapId, body: AssignBody, person: Person = lead) -> PlainJSONResponse:
        """Give it to somebody."""
        gap = library.backlog.assign(gap_id, body.owner, person.name, body.version, now=_now(), note=body.note)
        access.record(person, "gap assign", gap.gap_id, owner=body.owner)
        return PlainJSONResponse(whole(gap))

    @routes.post("/{gap_id}/move", summary="Move a gap", **_CHANGED)
    def move(gap_id: GapId, body: MoveBody, person: Person = lead) -> PlainJSONResponse:
        """Put it into another state: a legal move of the state it is in."""
        gap = library.backlog.move(
            gap_id,
            body.state,
            person.name,
            body.version,
            now=_now(),
            reason=body.reason,
            until=body.until,
            note=body.note,
        )
        access.record(person, "gap move", gap.gap_id, state=body.state)
        return PlainJSONResponse(whole(gap))

    @routes.post("/{gap_id}/merge", summary="Merge two gaps", **_CHANGED)
    def merge(gap_id: GapId, body: MergeBody, person: Person = lead) -> PlainJSONResponse:
        """Put the other one's questions into this one."""
        gap = library.backlog.merge(gap_id, body.other, person.name, body.version, now=_now())
        access.record(person, "gap merge", gap.gap_id, other=body.other)
        return PlainJSONResponse(whole(gap))

    @routes.post("/{gap_id}/split", summary="Split a gap", **_CHANGED)
    def split(gap_id: GapId, body: SplitBody, person: Person = lead) -> PlainJSONResponse:
        """Make some of its questions a gap of their own, and give that one."""
        gap = library.backlog.split(gap_id, body.question_ids, person.name, body.version, now=_now(), title=body.title)
        access.record(person, "gap split", gap.gap_id, of=gap_id)
        return PlainJSONResponse(whole(gap))

    @routes.post(
        "/{gap_id}/draft",
        summary="Begin the article",
        **answers(GapDraftResponse, 400, 404, 409, 503, *BODY_ERRORS),
    )
    def draft(gap_id: GapId, body: DraftBody, person: Person = lead) -> PlainJSONResponse:
        """Write the draft that mends the gap, or say what to change in which article."""
        from assistant.leads import draft as begin

        begun = begin(
            library, gap_id, person.name, _now(), title=body.title, fresh=body.fresh, in_language=body.told_in or ""
        )
        access.record(person, "gap draft", gap_id, article=begun.article.article_id)
        return PlainJSONResponse({"draft": begun.to_json(), "gap": whole(library.backlog.gap(gap_id))})

    @routes.post(
        "/{gap_id}/verify",
        summary="Prove that a gap is closed",
        **answers(JobResponse, 400, 404, 409, 503, *BODY_ERRORS, status=202),
    )
    def verify(gap_id: GapId, body: VerifyBody, person: Person = lead) -> PlainJSONResponse:
        """Ask its questions again, as a job; it closes where its article answers them."""
        gap = library.backlog.gap(gap_id)
        access.record(person, "gap verify", gap.gap_id)

        def work(progress: Progress) -> dict[str, Any]:
            verification = _verify(library, gap, body, person, progress)
            told = verification.to_json() | {"titles": titles(library)}
            return {"verification": told, "gap": whole(verification.gap)}

        return PlainJSONResponse(jobs.start(f"verify {gap.gap_id}", work).to_json(), 202)

    return routes


def short(gap: Gap) -> dict[str, Any]:
    """A gap as the board shows it, without its products."""
    data = gap.to_json()
    for name in ("questions", "arithmetic", "nearest", "evidence"):
        del data[name]
    return data | {
        "version": gap.version,
        "last_seen": gap.last_seen.isoformat(),
        "first_seen": gap.first_seen.isoformat(),
        "reason": gap.reason,
        "snoozed_until": gap.snoozed_until.isoformat() if gap.snoozed_until else None,
        "linked": gap.linked._asdict() if gap.linked else None,
        "current": gap.current,
    }


def _find(library: Library, body: FindBody, progress: Progress) -> dict[str, Any]:
    from assistant.gaps import find
    from assistant.reports.figures.period import moments

    since, until = moments(body.since, body.until, library.settings.reports.time_zone)
    report = find(library, since, until, None, progress)
    return {"questions": report.questions, "gaps": len(report.gaps)}


def _verify(library: Library, gap: Gap, body: VerifyBody, person: Person, progress: Progress) -> Verification:
    from assistant.leads import verify

    language = body.language or gap.primary_language
    article = ArticleKey(body.article_id, language) if body.article_id else None
    return verify(library, gap.gap_id, person.name, _now(), article=article, progress=progress)


def _now() -> datetime:
    return datetime.now(UTC)
