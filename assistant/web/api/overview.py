"""The overview over REST: figures of these days against those before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from assistant.reports.figures.compute import compute
from assistant.reports.figures.gather import gather
from assistant.reports.figures.measures import Unit
from assistant.reports.figures.period import Period
from assistant.reports.formatting import Wording
from assistant.reports.team_tables import to_json
from assistant.web.api.models import DaysResponse, PlainJSONResponse, StrictModel, TitledArticle, answers
from assistant.web.security.authorization import Access
from kb.library import Library

OverviewLanguage: TypeAlias = Annotated[Literal["de", "en"], Query(description="of names and texts")]
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
"""The figures of the overview, in its order; one without a value is left out."""

CHARTS = ("questions", "answered_share", "helpful_share", "resolution_median")


class ChartResponse(StrictModel):
    """A figure that the weeks have."""

    figure: str = Field(examples=["questions"])
    name: str = Field(description="in the language that was asked for", examples=["Fragen"])
    unit: Unit


class FigureResponse(ChartResponse):
    """A figure of the overview against the days before."""

    now: float = Field(examples=[84])
    before: float | None = Field(examples=[132])


class WeekResponse(DaysResponse):
    """The charted figures of a week; null where one is not known."""

    questions: float | None = Field(examples=[119])
    answered_share: float | None = Field(examples=[0.7311])
    helpful_share: float | None = Field(examples=[0.6098])
    resolution_median: float | None = Field(examples=[None])


class MostUsedArticle(TitledArticle):
    """An article that answered often."""

    questions: float = Field(examples=[9])


class OverviewResponse(StrictModel):
    """These days against those before."""

    period: DaysResponse
    before: DaysResponse
    figures: list[FigureResponse]
    weeks: list[WeekResponse]
    charts: list[ChartResponse]
    most_used: list[MostUsedArticle]
    open_escalations: int


def router(library: Library, access: Access) -> APIRouter:
    """The endpoint of the overview, for leads."""
    routes = APIRouter(prefix="/api/v1", tags=["lead"], dependencies=[Depends(access.require("lead"))])

    @routes.get("/overview", summary="This week against the last", **answers(OverviewResponse, 422, 503))
    def overview(
        language: OverviewLanguage = "de",
        span: Annotated[Literal["week", "month"], Query(description="the last 7 or the last 30 days")] = "week",
    ) -> PlainJSONResponse:
        """The figures of the last seven days (or 30) against those before, with the weeks that lead there."""
        return PlainJSONResponse(overview_of(library, language, span, library.today()))

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
