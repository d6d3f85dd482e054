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
from assistant.retrieval.query import understand
from assistant.retrieval.search import retrieve, searching
from ingest.pipeline import Quiet, ingest
from kb.catalog import Filter
from kb.library import CHROMA_STATE, Library
from kb.vectors import chroma, hnsw
from tests.ingest.soak.corpus import Text, open_library, text_of

_TODAY = date(2026, 11, 23)
_IGNORED = frozenset({"versions", "disk"})
"""Checks of the installation, which no kill can change."""


@dataclass(slots=True)
class CrashReport:
    """What was seen: kills by the step they hit, how many tore the graph, how many articles were then old or new."""

    kills: int = 0
    finished: int = 0
    torn: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    old: int = 0
    new: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        steps = ", ".join(f"{number} in {step}" for step, number in self.steps.most_common())
        return (
            f"{self.kills} kills ({steps}; {self.finished} runs were faster), {self.torn} of them tore the graph, then "
            f"{self.old} articles old and {self.new} new, {len(self.faults)} faults"
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
    with _syncing_often(), _opened(home) as library:
        ingest(library, [folder], _Telling(pipe, dies_at))


@contextmanager
def _syncing_often() -> Iterator[None]:
    """New graphs are written in place after every ten changes, instead of every thousand."""
    base_rate = chroma.HNSW.copy()
    chroma.HNSW.update({"batch_size": 5, "sync_threshold": 10})
    try:
        yield
    finally:
        chroma.HNSW.update(base_rate)


def run(place: Path, kills: int, seed: int = 0, articles: int = 80) -> CrashReport:
    """Kill ``kills`` ingests, between two steps, at any moment, or just while vectors are written; each a new version.

    Every third healing run is killed as well. Every fifth article is there only in even versions. Chroma writes its
    graph in place after a thousand changes; here after a few, so that kills hit it. ``faults`` of the report is empty
    when all went well.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "tests.ingest.soak.crash"])
    rnd = random.Random(seed)
    home, folder = place / "home", place / "articles"
    folder.mkdir(parents=True)
    report = CrashReport()
    with _syncing_often():
        _kill_again_and_again(context, rnd, home, folder, kills, articles, report)
    return report


def _kill_again_and_again(
    context: multiprocessing.context.ForkServerContext,
    rnd: random.Random,
    home: Path,
    folder: Path,
    kills: int,
    articles: int,
    report: CrashReport,
) -> None:
    version = 0
    with _opened(home) as library:
        old = _write(library, folder, articles, version)
        duration_s = ingest(library, [folder]).seconds
    while report.kills < kills and not report.faults:
        version += 1
        with _opened(home) as library:
            new = _write(library, folder, articles, version)
        for _ in range(2 if rnd.random() < 1 / 3 else 1):
            step, spent_s = _killed(context, home, folder, _moment(rnd, articles, duration_s))
            if step is None:
                report.finished, duration_s = report.finished + 1, spent_s
            else:
                report.kills += 1
                report.steps[step] += 1
            torn = any(hnsw.damage(file.parent) for file in home.glob("chroma/*/index_metadata.pickle"))
            report.torn += torn
            with _opened(home) as library:
                _compare(library, old, new, report, ended=step is None, torn=torn)
        with _opened(home) as library:
            ingest(library, [folder])
            _compare(library, new, new, CrashReport(faults=report.faults), ended=True)
        old = new


@dataclass(frozen=True, slots=True)
class _Moment:
    """When to kill: at the ``step``-th step by itself, or ``after_s`` seconds from the first step called ``name``."""

    step: int = 0
    name: str = ""
    after_s: float = 0.0


def _moment(rnd: random.Random, articles: int, duration_s: float) -> _Moment:
    kind = rnd.randrange(3)
    if kind == 0:  # of steps, there is one an article and a few more
        return _Moment(step=rnd.randint(1, articles + 6))
    if kind == 1:
        return _Moment(after_s=rnd.uniform(0, duration_s))
    return _Moment(name="vectors", after_s=rnd.uniform(0, 0.05))


def _killed(
    context: multiprocessing.context.ForkServerContext, home: Path, folder: Path, moment: _Moment
) -> tuple[str | None, float]:
    """Run an ingest and kill it; the step it was in, or None where it was through before, and how long it took."""
    ours, its = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(home, folder, its, moment.step))
    child.start()
    its.close()
    steps = []
    try:
        steps.append(ours.recv())
        started = time.perf_counter()
        while moment.name and steps[-1] != moment.name:
            steps.append(ours.recv())
        if not moment.step:
            time.sleep(moment.after_s)
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
    library: Library,
    old: Mapping[str, Text],
    new: Mapping[str, Text],
    report: CrashReport,
    *,
    ended: bool,
    torn: bool = False,
) -> None:
    """Each article must answer as exactly one of its versions; where it is only in one of them, it may be absent.

    Of a torn graph, doctor must say so; Chroma may also be only half filled again.
    """
    unfinished = torn or library.catalog.noted(CHROMA_STATE) == "behind"
    for name in sorted(old.keys() | new.keys()):
        versions = [part[name] for part in (new, old) if name in part]
        seen = _seen(library, versions[0].topic)
        matching = [text for text in versions if seen and seen[0] == text.source and seen[1] <= text.chunks]
        if matching:
            report.new += matching[0] is new.get(name)
            report.old += matching[0] is not new.get(name)
        elif seen or (name in old and name in new):
            report.faults.append(f"{name} answers with neither version: {seen}")
    report.faults += [f"{key} has the vector of another text" for key in _wrong_vectors(library, in_chroma=ended)]
    checks = [check for check in examine(library) if check.name not in _IGNORED]
    if torn and not any(check.name == "vectors" and check.state == "fault" for check in checks):
        report.faults.append("doctor does not see the torn graph")
    for check in checks:
        if (check.state == "fault" and not (unfinished and check.name == "vectors")) or (ended and check.state != "ok"):
            report.faults.append(f"doctor: {check.name}: {check.message}")


def _seen(library: Library, topic: str) -> tuple[str, frozenset[str]] | None:
    """What retrieval finds about ``topic``: the source of its article and its passages' texts; None where nothing."""
    query = understand(f"Was kostet {topic}?")
    vector = library.embedder.embed_queries([query.text])[0]
    with searching(library, vector) as (snapshot, hits):
        for item in retrieve(snapshot, library, query, vector, hits, Filter(_TODAY)).articles:
            if item.article.title == f"Tarif {topic}":
                rows = snapshot.chunks([passage.chunk for passage in item.passages]).values()
                return snapshot.find(item.article.id)[0][1], frozenset(row.text for row in rows)
    return None


def _wrong_vectors(library: Library, *, in_chroma: bool) -> list[str]:
    """Named vectors that are missing, or are not those of their text, in the catalog and ``in_chroma``."""
    with library.catalog.snapshot() as snapshot:
        texts = snapshot.texts_of(sorted(snapshot.vector_ids()))
        stored = snapshot.vectors(library.embedder.fingerprint, list(texts))
    fresh = library.embedder.embed_passages(list(texts.values()))
    places = [stored, library.vectors.vectors(list(texts))] if in_chroma else [stored]
    return [
        key
        for key, row in zip(texts, fresh, strict=True)
        if any(key not in place or not np.allclose(place[key], row, atol=1e-5) for place in places)
    ]
