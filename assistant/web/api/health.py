"""Operation over REST: whether the server is up, and its figures."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from assistant.web.api.models import StrictModel
from assistant.web.metrics import CONTENT_TYPE, Metrics
from kb.library import Library


class UpResponse(StrictModel):
    """Questions can be answered."""

    status: Literal["ok"]
    articles: int = Field(examples=[187])
    generation: int = Field(description="grows with every change of the index", examples=[187])


_FIGURES = {"text/plain": {"schema": {"type": "string"}, "example": 'kb_questions_total{status="answered"} 812.0\n'}}


def router(library: Library, metrics: Metrics) -> APIRouter:
    """The endpoints of operation."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz", summary="Is it up?", response_model=UpResponse, response_description="Up")
    def health() -> dict[str, Any]:
        """Whether questions can be answered, and from how many articles."""
        with library.catalog.snapshot() as snapshot:
            return {"status": "ok", "articles": snapshot.counts()["articles"], "generation": snapshot.generation()}

    @routes.get(
        "/metrics",
        summary="Figures for Prometheus",
        response_class=Response,
        responses={200: {"description": "Figures as text", "content": _FIGURES}},
    )
    def figures() -> Response:
        """Questions by outcome, time by step, size and generation of the index, in Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return routes
