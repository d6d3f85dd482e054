"""Figures for Prometheus: number and speed of questions, size of the index. Never a question's text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from kb.errors import KBError

if TYPE_CHECKING:
    from assistant.answering.reply import Reply
    from kb.library import Library

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Around what people notice: under 0.1 s nothing, under 1 s a short wait."""


class Metrics:
    """The figures of one server."""

    def __init__(self, library: Library) -> None:
        self._registry = CollectorRegistry()
        self._questions = Counter("kb_questions", "Questions by outcome.", ["status"], registry=self._registry)
        self._seconds = Histogram(
            "kb_ask_seconds", "Time to answer by step.", ["step"], buckets=_BUCKETS_S, registry=self._registry
        )
        self._ratings = Counter("kb_ratings", "Ratings by verdict.", ["verdict"], registry=self._registry)
        for status in ("answered", "abstained", "failed"):
            self._questions.labels(status)
        for verdict in ("helpful", "not_helpful"):
            self._ratings.labels(verdict)
        self._registry.register(_Index(library))

    def asked(self, reply: Reply) -> None:
        """A question was answered or abstained from."""
        self._questions.labels(reply.status).inc()
        timings = reply.timings_ms
        for step, spent_ms in (
            ("embed", timings.embed),
            ("search", timings.search),
            ("answer", timings.answer),
            ("total", timings.total),
        ):
            self._seconds.labels(step).observe(spent_ms / 1000)

    def failed(self) -> None:
        """A question ended in an error."""
        self._questions.labels("failed").inc()

    def rated(self, verdict: str) -> None:
        """An answer was rated."""
        self._ratings.labels(verdict).inc()

    def text(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Index(Collector):
    """Figures of the index, read when they are asked for."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is read while registering."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Articles, sections and the generation; nothing where the index cannot be read."""
        try:
            with self._library.catalog.snapshot() as snapshot:
                counts, generation = snapshot.counts(), snapshot.generation()
        except KBError:
            return
        yield GaugeMetricFamily(
            "kb_articles", "Articles in the index, a translation counted on its own.", counts["articles"]
        )
        yield GaugeMetricFamily("kb_sections", "Sections in the index.", counts["sections"])
        yield GaugeMetricFamily("kb_index_generation", "Grows with every change of the index.", generation)
