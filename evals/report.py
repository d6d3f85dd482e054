"""One run from a data set to its report, and the report as a Markdown table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.ask import ask
from evals import abstention, systems
from evals.datasets import Question, load, resolved
from evals.index import configured, opened
from evals.metrics import RANKING, percentiles
from evals.progress import progress
from kb.embedding.protocol import Embedder
from kb.library import Library

_TIMED = 200
_WARM_UP = 5


def evaluate(
    folder: Path,
    queries: Path | None = None,
    limit: int | None = None,
    overrides: Sequence[str] = (),
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Run a data set and give the contract's report. Raises KBError for a bad data set, setting or missing part.

    1. Read the data set. 2. Open its index. 3. Put the questions to every system. 4. Measure abstention. 5. Time it,
    with every question embedded anew.
    """
    dataset = load(folder, queries, limit)
    with opened(dataset.articles, configured(overrides), embedder) as index:
        dataset = resolved(dataset, index.names)
        library = index.library
        with systems.remembering(library, dataset.questions):
            outcomes = systems.run(index, dataset)
            trials = abstention.trials(index, outcomes)
        return {
            "dataset": dataset.name,
            "articles": index.articles,
            "sections": index.sections,
            "queries": len(dataset.questions),
            "embedder": library.embedder.name,
            "machine": machine(),
            "systems": {name: systems.scores(name, index, outcomes) for name in systems.SYSTEMS},
            "abstention": abstention.measures(trials),
            "latency_ms": latency(library, dataset.questions),
        }


def latency(library: Library, questions: Sequence[Question]) -> dict[str, float | None]:
    """Milliseconds of a whole ``ask``, one at a time, on an even sample of the questions, after a warm-up."""
    sample = questions[:: max(1, -(-len(questions) // _TIMED))]
    for question in sample[:_WARM_UP]:
        ask(library, question.text, log=False)
    replies = [ask(library, question.text, log=False) for question in progress(sample, "Timing")]
    times = percentiles([reply.timings_ms.total for reply in replies])
    return {name: None if value is None else round(value, 1) for name, value in times.items()}


def machine() -> str:
    """What the numbers were measured on."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def markdown(report: dict[str, Any]) -> str:
    """The report as tables for people."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"# {report['dataset']}"
    yield ""
    yield (
        f"{report['articles']} articles, {report['sections']} sections, {report['queries']} questions;"
        f" {report['embedder']}; {report['machine']}"
    )
    yield ""
    columns = ["part", "system", "queries", *RANKING, "answer_hit"]
    yield from _table_head(columns)
    for part, name in _parts(report["systems"]):
        for system, scores in report["systems"].items():
            row = scores[part] if name is None else scores[part][name]
            yield _row([name or part, system, *(row[column] for column in columns[2:])])
    yield ""
    latencies = {f"ask {name} ms": value for name, value in report["latency_ms"].items()}
    values = {**report["abstention"], **latencies}
    yield from _table_head(list(values))
    yield _row(list(values.values()))


def _parts(scores: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "all", None
    for part in ("by_pair", "by_kind"):
        for name in next(iter(scores.values()))[part]:
            yield part, name


def _table_head(columns: Sequence[str]) -> Iterator[str]:
    yield _row(columns)
    yield "|" + "---|" * len(columns)


def _row(values: Sequence[object]) -> str:
    return "| " + " | ".join(_cell(value) for value in values) + " |"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) and value <= 1 else str(value)
