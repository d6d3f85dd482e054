"""One run from a data set to its report."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.ask import ask
from evals.progress import progress
from evals.quality import abstention, answers, scores, systems
from evals.quality.abstention import Trial
from evals.quality.datasets import Dataset, Question, Selection, load, resolved
from evals.quality.index import Index, configured, opened
from evals.quality.metrics import percentiles
from evals.quality.scores import Parts
from evals.quality.vector_cache import without_cache
from kb.embedding.protocol import Embedder
from kb.library import Library

_TIMED = 200
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run found: the rankings scored by part, and each question asked for an answer."""

    dataset: Dataset
    outcomes: list[systems.SystemAnswer]
    parts: Parts
    trials: list[Trial]


@dataclass(frozen=True, slots=True)
class Run:
    """A run and its report, which has the shape of the contract."""

    measured: Measured
    report: dict[str, Any]


def evaluate(
    folder: Path,
    selection: Selection | None = None,
    overrides: Sequence[str] = (),
    embedder: Embedder | None = None,
) -> Run:
    """Run a data set. Raises KBError for a bad data set, setting or missing part.

    1. Read the data set. 2. Open its index. 3. Put the questions to every system, and to the product what has no
    answer. 4. Measure. 5. Time it, with every question embedded anew.
    """
    dataset = load(folder, selection)
    with opened(dataset.articles, configured(overrides), embedder) as index:
        library = index.library
        names = systems.WITH_RERANKER if library.settings.retrieval.reranker else systems.SYSTEMS
        run = measured(index, dataset, names)
        report = {
            "dataset": dataset.name,
            "articles": index.articles,
            "sections": index.sections,
            "queries": len(dataset.questions),
            "selection": (selection or Selection()).described(),
            "settings": list(overrides),
            "embedder": library.embedder.name,
            "machine": machine(),
            **scores.report(run.parts, names),
            "answers": answers.report(run.parts, run.outcomes, answers.Files(dataset.articles, index)),
            "abstention": abstention.report(run.trials),
            "latency_ms": latency(library, dataset.questions),
        }
    return Run(run, report)


def measured(index: Index, dataset: Dataset, names: Sequence[str] = systems.SYSTEMS) -> Measured:
    """Put the questions of ``dataset`` to the systems ``names`` and to the product. Raises UsageError for a bad id."""
    dataset = resolved(dataset, index.names)
    systems.embed(index.library, dataset.questions)
    outcomes = systems.run(index, dataset, names)
    trials = abstention.trials(index, outcomes)
    return Measured(dataset, outcomes, scores.parts(index, outcomes), trials)


def latency(library: Library, questions: Sequence[Question]) -> dict[str, float | None]:
    """Milliseconds of a whole ``ask``, one at a time, on an even sample of the questions, after a warm-up."""
    sample = questions[:: max(1, -(-len(questions) // _TIMED))]
    with without_cache(library):
        for question in sample[:_WARM_UP]:
            ask(library, question.text, log=False)
        replies = [ask(library, question.text, log=False) for question in progress(sample, "Timing")]
    times = percentiles([reply.timings_ms.total for reply in replies])
    return {name: None if value is None else round(value, 1) for name, value in times.items()}


def machine() -> str:
    """What the numbers were measured on."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
