"""The gap board over REST: looked for, listed, shown with their proof, and worked off by leads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from assistant.web.api.articles import titles
from assistant.web.api.products import Products
from assistant.web.api.requests import Body, Day, Handle
from assistant.web.jobs import Jobs, Progress
from assistant.web.security.authorization import Access, Person
from kb.backlog import ArticleKey, Cause, Gap, HistoryEntry, State
from kb.library import Library
from kb.text.terms import base_language

if TYPE_CHECKING:
    from assistant.leads import Verification

GapId = Annotated[str, Path(max_length=40, description="as the board shows it", examples=["G-0007"])]
Note = Annotated[str, Field(max_length=2000, description="goes into the history")]
Version = Annotated[int | None, Field(description="the version that you saw; another one is refused")]


class AssignBody(Body):
    """Who is to work on a gap."""

    owner: Handle = Field(description="the name of a person or a team", examples=["jana"])
    version: Version = None
    note: Note = ""


class MoveBody(Body):
    """Where a gap goes: ``declined`` with a reason, ``snoozed`` until a day. It becomes verified by proof alone."""

    state: State = Field(description="the state that it is to have", examples=["snoozed"])
    reason: str = Field("", max_length=2000, description="needed where it is declined")
    until: Day | None = Field(None, description="needed where it is snoozed", examples=["2027-01-31"])
    version: Version = None
    note: Note = ""


class MergeBody(Body):
    """Whose questions go into this gap, for good."""

    other: Handle = Field(description="the gap that goes into this one", examples=["G-0007"])
    version: Version = None


class SplitBody(Body):
    """Which questions become a gap of their own."""

    question_ids: list[Handle] = Field(
        min_length=1, max_length=1000, description="ids of its questions, as the gap shows them", examples=[["5f0c"]]
    )
    title: str = Field("", max_length=300, description="of the new gap; without it, its most frequent question")
    version: Version = None


class DraftBody(Body):
    """An article to begin; it goes beside its like."""

    title: str = Field("", max_length=300, description="title of a new article; without it, the gap's")
    fresh: bool = Field(default=False, description="a new article though one is there to be mended")
    told_in: Literal["de", "en"] | None = Field(None, description="language of the steps; without it, the gap's")


class VerifyBody(Body):
    """Which article is to answer; without one, the linked one."""

    article_id: Handle = Field("", description="instead of the linked article")
    language: Handle = Field("", description="of that article; without it, the gap's")


class FindBody(Body):
    """Which questions are looked at; without dates, all."""

    since: Day | None = Field(None, description="the first day")
    until: Day | None = Field(None, description="the last day, which counts wholly")


def router(  # noqa: C901  one endpoint after the other
    library: Library, access: Access, jobs: Jobs, products: Products
) -> APIRouter:
    """The endpoints on gaps, for leads."""

    def row(gap: Gap) -> dict[str, Any]:
        return short(gap) | {"products": products.of(gap)}

    def whole(gap: Gap) -> dict[str, Any]:
        told = gap.to_json()
        asked = [{**one, "language": of.language} for one, of in zip(told["questions"], gap.questions, strict=True)]
        return (
            told
            | row(gap)
            | {"questions": asked, "history": [entry(one) for one in library.backlog.history(gap.gap_id)]}
        )

    routes = APIRouter(prefix="/api/v1/gaps", tags=["gaps"])
    lead = Depends(access.require("lead"))

    @routes.get("", summary="List the gaps", dependencies=[lead])
    def list_gaps(
        state: Annotated[list[State] | None, Query(description="only in one of these states")] = None,
        cause: Annotated[list[Cause] | None, Query(description="only with one of these causes")] = None,
        owner: Annotated[
            str | None, Query(max_length=200, description="only those that this person has; empty: that nobody has")
        ] = None,
        language: Annotated[str | None, Query(max_length=35, description="only asked in this language")] = None,
        product: Annotated[str | None, Query(max_length=200, description="only about this product")] = None,
    ) -> dict[str, Any]:
        """The gaps of the backlog without their questions, those that cost most first."""
        found = [
            gap
            for gap in library.backlog.gaps(state)
            if (not cause or gap.cause in cause)
            and owner in (None, gap.owner)
            and (not language or base_language(gap.language) == base_language(language))
        ]
        return {"gaps": [one for gap in found if product in (None, *(one := row(gap))["products"])]}

    @routes.post("/find", summary="Look for gaps", status_code=202)
    def find_gaps(body: FindBody, person: Person = lead) -> dict[str, Any]:
        """Look through the log anew, as `kb gaps find` does, as a job. Takes seconds to minutes."""
        access.record(person, "gaps find")
        return jobs.start("gaps find", lambda progress: _find(library, body, progress)).to_json()

    @routes.get("/{gap_id}", summary="Show a gap", dependencies=[lead])
    def show_gap(gap_id: GapId) -> dict[str, Any]:
        """Questions, proof of the cause, arithmetic of the priority, nearest articles, history."""
        return whole(library.backlog.gap(gap_id))

    @routes.post("/{gap_id}/assign", summary="Assign a gap")
    def assign(gap_id: GapId, body: AssignBody, person: Person = lead) -> dict[str, Any]:
        """Give it to somebody."""
        gap = library.backlog.assign(gap_id, body.owner, person.name, body.version, now=_now(), note=body.note)
        access.record(person, "gap assign", gap.gap_id, owner=body.owner)
        return whole(gap)

    @routes.post("/{gap_id}/move", summary="Move a gap")
    def move(gap_id: GapId, body: MoveBody, person: Person = lead) -> dict[str, Any]:
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
        return whole(gap)

    @routes.post("/{gap_id}/merge", summary="Merge two gaps")
    def merge(gap_id: GapId, body: MergeBody, person: Person = lead) -> dict[str, Any]:
        """Put the other one's questions into this one."""
        gap = library.backlog.merge(gap_id, body.other, person.name, body.version, now=_now())
        access.record(person, "gap merge", gap.gap_id, other=body.other)
        return whole(gap)

    @routes.post("/{gap_id}/split", summary="Split a gap")
    def split(gap_id: GapId, body: SplitBody, person: Person = lead) -> dict[str, Any]:
        """Make some of its questions a gap of their own, and give that one."""
        gap = library.backlog.split(gap_id, body.question_ids, person.name, body.version, now=_now(), title=body.title)
        access.record(person, "gap split", gap.gap_id, of=gap_id)
        return whole(gap)

    @routes.post("/{gap_id}/draft", summary="Begin the article")
    def draft(gap_id: GapId, body: DraftBody, person: Person = lead) -> dict[str, Any]:
        """Write the draft that mends the gap, or say what to change in which article."""
        from assistant.leads import draft as begin

        made = begin(
            library, gap_id, person.name, _now(), title=body.title, fresh=body.fresh, in_language=body.told_in or ""
        )
        access.record(person, "gap draft", gap_id, article=made.article.article_id)
        return {"draft": made.to_json(), "gap": whole(library.backlog.gap(gap_id))}

    @routes.post("/{gap_id}/verify", summary="Prove that a gap is closed", status_code=202)
    def verify(gap_id: GapId, body: VerifyBody, person: Person = lead) -> dict[str, Any]:
        """Ask its questions again, as a job; it closes where its article answers them."""
        gap = library.backlog.gap(gap_id)
        access.record(person, "gap verify", gap.gap_id)

        def work(progress: Progress) -> dict[str, Any]:
            made = _verify(library, gap, body, person, progress)
            told = made.to_json() | {"titles": titles(library)}
            return {"verification": told, "gap": whole(made.gap)}

        return jobs.start(f"verify {gap.gap_id}", work).to_json()

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


def entry(one: HistoryEntry) -> dict[str, Any]:
    """A line of a gap's history."""
    return {
        "at": one.at.isoformat(),
        "kind": one.kind,
        "actor": one.actor,
        "from": one.from_state,
        "to": one.to_state,
        "note": one.note,
        "detail": dict(one.detail),
    }


def _find(library: Library, body: FindBody, progress: Progress) -> dict[str, Any]:
    from assistant.gaps import find
    from assistant.reports.figures.period import moments

    since, until = moments(body.since, body.until, library.settings.reports.time_zone)
    report = find(library, since, until, None, progress)
    return {"questions": report.questions, "gaps": len(report.gaps)}


def _verify(library: Library, gap: Gap, body: VerifyBody, person: Person, progress: Progress) -> Verification:
    from assistant.leads import verify

    language = body.language or base_language(gap.language)
    article = ArticleKey(body.article_id, language) if body.article_id else None
    return verify(library, gap.gap_id, person.name, _now(), article=article, progress=progress)


def _now() -> datetime:
    return datetime.now(UTC)
