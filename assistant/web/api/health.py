"""What those who run the server look at: whether it is up, and its figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from assistant.web.metrics import CONTENT_TYPE, Metrics
from kb.library import Library


def router(library: Library, metrics: Metrics) -> APIRouter:
    """The endpoints of operation."""
    routes = APIRouter()

    @routes.get("/healthz", tags=["operation"], summary="Is it up?")
    def health() -> dict[str, Any]:
        """Whether questions can be answered, and from how many articles."""
        with library.catalog.snapshot() as snapshot:
            return {"status": "ok", "articles": snapshot.counts()["articles"], "generation": snapshot.generation()}

    @routes.get("/metrics", tags=["operation"], summary="Figures for Prometheus", response_class=Response)
    def figures() -> Response:
        """Questions by outcome, time by step, size and generation of the index, in Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return routes
