"""Ingests killed by SIGKILL: afterwards each article is its old or its new version, and running again heals."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from assistant.doctor import examine
from assistant.query import understand
from assistant.retrieval import retrieve, searching
from evals.soak.corpus import Text, open_library, text_of
from ingest.pipeline import Quiet, ingest
from kb.catalog import Filter
from kb.library import Library

_TODAY = date(2026, 11, 23)
_IGNORED = frozenset({"versions", "disk"})
"""Checks of the installation, which no kill can change."""


@dataclass(slots=True)
class CrashReport:
    """What was seen: kills by the step they hit, and how many articles were then old and new."""

    kills: int = 0
    finished: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    old: int = 0
    new: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        steps = ", ".join(f"{number} in {step}" for step, number in self.steps.most_common())
        return (
            f"{self.kills} kills ({steps}; {self.finished} runs were faster), then {self.old} articles old and "
            f"{self.new} new, {len(self.faults)} faults"
        )


class _Telling(Quiet):
    """Tells each step through a pipe, and dies at the n-th where asked to."""

    def __init__(self, pipe: Connection, dies_at: int) -> None:
        self._pipe = pipe
        self._left = dies_at

    def reached(self, step: str) -> None:
        """Die here, or go on."""
        self._pipe.send(step)
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _child(home: Path, folder: Path, pipe: Connection, dies_at: int) -> None:
    ingest(open_library(home), [folder], _Telling(pipe, dies_at))


def run(place: Path, kills: int, seed: int = 0, articles: int = 80) -> CrashReport:
    """Kill ``kills`` ingests, half of them between two steps and half at any moment, each one over a new version.

    Every third healing run is killed as well. Every fifth article is there only in even versions. ``faults`` of the
    report is empty when all went well.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "evals.soak.crash"])
    rnd = random.Random(seed)  # noqa: S311  repeatable, not a secret
    home, folder = place / "home", place / "articles"
    folder.mkdir(parents=True)
    report, version = CrashReport(), 0
    with _opened(home) as library:
        old = _write(library, folder, articles, version)
        duration_s = ingest(library, [folder]).seconds
    while report.kills < kills and not report.faults:
        version += 1
        with _opened(home) as library:
            new = _write(library, folder, articles, version)
        for _ in range(2 if rnd.random() < 1 / 3 else 1):
            step, spent_s = _killed(context, home, folder, *_moment(rnd, articles, duration_s))
            if step is None:
                report.finished, duration_s = report.finished + 1, spent_s
            else:
                report.kills += 1
                report.steps[step] += 1
            with _opened(home) as library:
                _compare(library, old, new, report, ended=step is None)
        with _opened(home) as library:
            ingest(library, [folder])
            _compare(library, new, new, CrashReport(faults=report.faults), ended=True)
        old = new
    return report


def _moment(rnd: random.Random, articles: int, duration_s: float) -> tuple[int, float | None]:
    """When to kill: at the n-th step, of which there is one an article and a few more, or after so many seconds."""
    return (rnd.randint(1, articles + 6), None) if rnd.random() < 0.5 else (0, rnd.uniform(0, duration_s))


def _killed(
    context: multiprocessing.context.ForkServerContext, home: Path, folder: Path, dies_at: int, after_s: float | None
) -> tuple[str | None, float]:
    """Run an ingest and kill it; the step it was in, or None where it was through before, and how long it took."""
    ours, its = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(home, folder, its, dies_at))
    child.start()
    its.close()
    steps = []
    try:
        steps.append(ours.recv())
        started = time.perf_counter()
        if after_s is not None:
            time.sleep(after_s)
            child.kill()
        while True:
            steps.append(ours.recv())
    except EOFError:
        spent_s = time.perf_counter() - started if steps else 0.0
    child.join()
    ours.close()
    return (None if child.exitcode == 0 else steps[-1] if steps else "start"), spent_s


@contextmanager
def _opened(home: Path) -> Iterator[Library]:
    library = open_library(home)
    try:
        yield library
    finally:
        library.close()


def _write(library: Library, folder: Path, articles: int, version: int) -> dict[str, Text]:
    texts = {}
    for number in range(articles):
        text = text_of(library, number, version)
        file = folder / f"{text.id}.md"
        if number % 5 == 0 and version % 2:
            file.unlink(missing_ok=True)
        else:
            file.write_text(text.source, encoding="utf-8")
            texts[text.id] = text
    return texts


def _compare(
    library: Library, old: Mapping[str, Text], new: Mapping[str, Text], report: CrashReport, *, ended: bool
) -> None:
    """Each article must answer as exactly one of its versions; where it is only in one of them, it may be absent."""
    for name in sorted(old.keys() | new.keys()):
        versions = [part[name] for part in (new, old) if name in part]
        seen = _seen(library, versions[0].topic)
        matching = [text for text in versions if seen and seen[0] == text.source and seen[1] <= text.chunks]
        if matching:
            report.new += matching[0] is new.get(name)
            report.old += matching[0] is not new.get(name)
        elif seen or (name in old and name in new):
            report.faults.append(f"{name} answers with neither version: {seen}")
    report.faults += [f"{key} has the vector of another text" for key in _wrong_vectors(library)]
    for check in examine(library):
        if check.name not in _IGNORED and (check.state == "fault" or (ended and check.state != "ok")):
            report.faults.append(f"doctor: {check.name}: {check.message}")


def _seen(library: Library, topic: str) -> tuple[str, frozenset[str]] | None:
    """What retrieval finds about ``topic``: the source of its article and its passages' texts; None where nothing."""
    query = understand(f"Was kostet {topic}?")
    vector = library.embedder.embed_queries([query.text])[0]
    with searching(library, vector, 2 * library.settings.retrieval.candidates) as (snapshot, hits):
        for item in retrieve(snapshot, library, query, vector, hits, Filter(_TODAY)).articles:
            if item.article.title == f"Tarif {topic}":
                rows = snapshot.chunks([passage.chunk for passage in item.passages]).values()
                return snapshot.find(item.article.id)[0][1], frozenset(row.text for row in rows)
    return None


def _wrong_vectors(library: Library) -> list[str]:
    """Named vectors that are missing, or are not those of their text."""
    with library.catalog.snapshot() as snapshot:
        texts = snapshot.texts_of(sorted(snapshot.vector_ids()))
    stored = library.vectors.vectors(list(texts))
    fresh = library.embedder.embed_passages(list(texts.values()))
    return [
        key
        for key, row in zip(texts, fresh, strict=True)
        if key not in stored or not np.allclose(stored[key], row, atol=1e-5)
    ]
