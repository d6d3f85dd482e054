"""The bodies that the endpoints on gaps take, and the answers that they give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assistant.web.api.models import ArticleReference, Day, Handle, StrictModel
from kb.backlog import Cause, Demand, State
from kb.backlog.gap import EntryKind

HistoryNote = Annotated[str, Field(max_length=2000, description="goes into the history")]
SeenVersion = Annotated[
    int | None, Field(description="the version that you saw; another one is refused", examples=[None])
]

_FEE = {"article_id": "returned-direct-debit", "language": "de", "title": "Rücklastschrift"}
_EVIDENCE = {
    "article": _FEE,
    "left": _FEE | {"sentence": "Die Gebühr für eine Rücklastschrift beträgt 3,50 €.", "value": "3,50 €"},
    "right": _FEE | {"sentence": "Eine Rücklastschrift kostet 4,50 €.", "value": "4,50 €"},
    "difference": "amount",
    "asked_again": 3,
    "answered": 3,
}


class FindBody(StrictModel):
    """The days whose questions are looked at; without dates, all."""

    since: Day | None = Field(None, description="the first day")
    until: Day | None = Field(None, description="the last day, which counts wholly")


class AssignBody(StrictModel):
    """The person or team that is to work on a gap."""

    owner: Handle = Field(description="the name of a person or a team", examples=["jana"])
    version: SeenVersion = None
    note: HistoryNote = ""


class MoveBody(StrictModel):
    """The next state of a gap: ``declined`` with a reason, ``snoozed`` until a day. Proof alone makes it verified."""

    state: State = Field(description="the state that it is to have", examples=["snoozed"])
    reason: str = Field("", max_length=2000, description="needed where it is declined")
    until: Day | None = Field(None, description="needed where it is snoozed", examples=["2027-01-31"])
    version: SeenVersion = None
    note: HistoryNote = ""


class MergeBody(StrictModel):
    """The gap whose questions go into this one, for good."""

    other: Handle = Field(description="the gap that goes into this one", examples=["G-0007"])
    version: SeenVersion = None


class SplitBody(StrictModel):
    """The questions that become a gap of their own."""

    question_ids: list[Handle] = Field(
        min_length=1, max_length=1000, description="ids of its questions, as the gap shows them", examples=[["5f0c"]]
    )
    title: str = Field("", max_length=300, description="of the new gap; without it, its most frequent question")
    version: SeenVersion = None


class DraftBody(StrictModel):
    """An article to begin; it goes beside its like."""

    title: str = Field("", max_length=300, description="title of a new article; without it, the gap's")
    fresh: bool = Field(default=False, description="a new article though one is there to be mended")
    told_in: Literal["de", "en"] | None = Field(
        None, description="language of the steps; without it, the gap's", examples=[None]
    )


class VerifyBody(StrictModel):
    """The article that is to answer; without one, the linked one."""

    article_id: Handle = Field("", description="instead of the linked article")
    language: Handle = Field("", description="of that article; without it, the gap's")


class ListedGap(StrictModel):
    """A gap as the board lists it."""

    gap_id: str = Field(examples=["G-0001"])
    title: str = Field(examples=["Was kostet eine Rücklastschrift?"])
    language: str = Field(examples=["de"])
    cause: Cause = Field(examples=["conflict"])
    demand: Demand
    priority: float = Field(description="minutes that it costs, recent ones counting more", examples=[432.83])
    state: State = Field(examples=["assigned"])
    owner: str = Field(description="empty: nobody", examples=["jana"])
    action: str = Field(
        description="what to do, in the gap's language", examples=["Klären, welche Angabe gilt, und die andere ändern."]
    )
    version: int = Field(description="counts what leads or new evidence changed; send it along with a change")
    first_seen: str = Field(examples=["2026-09-29T07:13:16+00:00"])
    last_seen: str = Field(examples=["2026-11-24T14:40:09+00:00"])
    reason: str = Field(description="why it was declined", examples=[""])
    snoozed_until: str | None = Field(examples=[None])
    linked: ArticleReference | None = Field(description="the article that is to mend it", examples=[None])
    current: bool = Field(description="whether the last look at the log still found it")
    products: list[str] = Field(
        description="of its article, else those that most of the nearest articles have", examples=[["strom", "gas"]]
    )


class GapsResponse(StrictModel):
    """The gaps that cost most first."""

    gaps: list[ListedGap]


class GapQuestionResponse(StrictModel):
    """A question or a ticket of a gap."""

    id: str = Field(examples=["5f0c"])
    text: str = Field(examples=["Was kostet eine Rücklastschrift?"])
    language: str = Field(examples=["de"])
    asked_at: str | None = Field(examples=["2026-09-29T07:13:16Z"])
    kind: Literal["question", "ticket"]
    signals: list[str] = Field(
        description="why it is evidence: abstained, not_helpful, escalated and others", examples=[["not_helpful"]]
    )


class GapHistoryEntry(StrictModel):
    """A line of a gap's history."""

    at: str = Field(examples=["2026-11-24T18:31:15+00:00"])
    kind: EntryKind = Field(examples=["assigned"])
    actor: str = Field(description="empty where it happened of itself", examples=["kim"])
    from_: State | None = Field(alias="from", examples=["open"])
    to: State | None = Field(examples=["assigned"])
    note: str = Field(examples=[""])
    detail: dict[str, Any] = Field(examples=[{"owner": "jana"}])


class GapResponse(ListedGap):
    """A gap with everything known of it."""

    evidence: dict[str, Any] = Field(
        description="what asking again proved; for a contradiction, both sentences", examples=[_EVIDENCE]
    )
    questions: list[GapQuestionResponse]
    arithmetic: list[dict[str, Any]] = Field(
        description="the rows that make up the priority",
        examples=[[{"what": "askers", "count": 10, "decay": 8.754, "minutes": 5.0, "value": 43.77}]],
    )
    nearest: list[dict[str, Any]] = Field(description="articles, best first", examples=[[_FEE | {"score": 0.8452}]])
    history: list[GapHistoryEntry]


class DraftResponse(StrictModel):
    """The file to go on with."""

    gap_id: str | None = Field(examples=["G-0007"])
    state: State | None = Field(examples=["drafting"])
    article_id: str = Field(examples=["charging-card"])
    language: str = Field(examples=["de"])
    path: str = Field(examples=["articles/de/charging-card.md"])
    created: bool = Field(description="false where an article is there and is to be changed")
    steps: list[str] = Field(description="what is to be changed in it", examples=[[]])


class GapDraftResponse(StrictModel):
    """The draft, and the gap that is linked to it now."""

    draft: DraftResponse
    gap: GapResponse
