"""Scale: a large log with its vectors kept, gaps found in it, and found again with some more questions."""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from assistant.gaps import find
from evals.gaps.bench import NOW, ingested
from evals.gaps.wordings import wordings
from evals.quality.datasets import Dataset, Question, Selection, load
from evals.quality.index import configured
from kb.embedding.protocol import FloatMatrix
from kb.events import QuestionEvent
from kb.library import Library

_NOISE: Final = 0.25
"""Length of what is added to a question's vector for another wording: two of them then have a cosine of about 0.94."""

_PEOPLE: Final = 2000
_BATCH: Final = 5000


def measure(folder: Path, queries: Sequence[Path], count: int, more: int, overrides: Sequence[str]) -> dict[str, Any]:
    """Seconds and memory of finding gaps in ``count`` questions, and again after ``more``.

    The questions of the data set are worded anew by rules; a third was refused. Vectors are the question's own with
    seeded noise, so that nothing but the questions asked again is embedded, as in a log whose vectors are kept.
    """
    dataset = load(folder, Selection(tuple(queries)))
    rng = random.Random(f"scale {dataset.name}")  # noqa: S311  a seed, no secret
    with (
        tempfile.TemporaryDirectory(prefix="lotse-scale-") as folder_made,
        ingested(dataset.articles, Path(folder_made) / "home", configured(overrides)) as library,
    ):
        vectors = library.embedder.embed_queries([" ".join(one.text.split()) for one in dataset.questions])
        _log(library, dataset, vectors, count, 0, rng)
        first = _timed(library)
        _log(library, dataset, vectors, more, count, rng)
        second = _timed(library)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "dataset": dataset.name,
        "questions": count,
        "seconds": first[0],
        "cpu_seconds": first[1],
        "gaps": first[2],
        "more": more,
        "seconds_again": second[0],
        "cpu_seconds_again": second[1],
        "peak_mb": round(peak / (1024 if sys.platform != "darwin" else 1024**2)),
    }


def _timed(library: Library) -> tuple[float, float, int]:
    """Seconds, seconds of the processors (other programs may be at work), and gaps found."""
    started, worked = time.perf_counter(), time.process_time()
    report = find(library, today=NOW.date())
    return round(time.perf_counter() - started, 1), round(time.process_time() - worked, 1), len(report.gaps)


def _log(library: Library, dataset: Dataset, vectors: FloatMatrix, count: int, start: int, rng: random.Random) -> None:
    """Log ``count`` questions numbered from ``start``, and keep a vector for each."""
    noise = np.random.default_rng(start)
    for first in range(start, start + count, _BATCH):
        events, rows = [], []
        for number in range(first, min(first + _BATCH, start + count)):
            index = rng.randrange(len(dataset.questions))
            events.append(_event(dataset.questions[index], number, rng))
            row = vectors[index] + noise.normal(scale=_NOISE / vectors.shape[1] ** 0.5, size=vectors.shape[1])
            rows.append(row / np.linalg.norm(row))
        library.events.log_questions(events, redact=False)
        library.question_cache.keep_all([event.text for event in events], np.asarray(rows, dtype=np.float32))


def _event(question: Question, number: int, rng: random.Random) -> QuestionEvent:
    text = next(iter(wordings(question.text, question.language, 1, rng)), question.text)
    refused = rng.random() < 1 / 3
    names = sorted(question.relevant) or ["none"]
    return QuestionEvent(
        question_id=f"q{number:07}",
        asked_at=NOW - timedelta(minutes=number % 40_000),
        text=text if rng.random() < 0.5 else f"{text} ({rng.randrange(10**6)})",
        language=question.primary_language,
        status="abstained" if refused else "answered",
        confidence=0.3 if refused else 0.9,
        channel="replay",
        actor=f"a{rng.randrange(_PEOPLE)}",
        filters={"audience": "internal", "language": None, "products": []},
        citations=[] if refused else [{"article_id": names[0], "language": question.primary_language, "sha256": "x"}],
        nearest=[
            {"article_id": name, "language": question.primary_language, "title": name, "score": 1 - rank / 10}
            for rank, name in enumerate(names[:5])
        ],
        timings_ms={"total": 90.0},
    )
