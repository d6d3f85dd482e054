"""The benchmark: plant, ingest, ask as a log would, find, score; dev and test plants apart."""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from assistant.ask import Asker, AskFilters, ask
from assistant.gaps import find
from assistant.replay.embedding_cache import CachingEmbedder
from evals.gaps import plants as planting
from evals.gaps.log import Asked, log
from evals.gaps.reactions import react
from evals.gaps.score import score
from evals.progress import progress
from evals.quality.datasets import Dataset, Selection, load
from evals.quality.index import configured, kept_vectors
from evals.quality.vector_cache import StoringEmbedder
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings

TODAY: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""The day of every run, so that what is fresh does not change from one to the next."""

MOST: Final = 600
"""Questions in a log."""

COUNT: Final = 24
"""Plants in a knowledge base: few enough that most of it still answers."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A knowledge base with gaps in it, and what was logged.

    ``untranslated`` are the needs that are asked for in a language in which no article was to begin with.
    """

    library: Library
    plants: Sequence[planting.Plant]
    asked: Sequence[Asked]
    untranslated: frozenset[str]


@contextlib.contextmanager
def planted(
    dataset: Dataset,
    split: str,
    seed: int,
    config: Settings,
    far: Path | None = None,
    articles: int | None = None,
    reactions: float = 0.0,
) -> Iterator[Planted]:
    """The knowledge base of ``dataset`` with gaps planted in needs of ``split``, every question of the log asked.

    ``reactions`` multiplies the shares of people who do something with what they got; by 0, nobody does.
    """
    rng = random.Random(f"{dataset.name} {split} {seed}")  # noqa: S311  a seed, no secret
    every = planting.needs(dataset)
    if articles is not None:
        every = planting.sampled(every, articles // 2, rng)
    chosen = planting.plant(every, split, min(COUNT, sum(bool(need.articles) for need in every) // 3), rng)
    asked = log(every, chosen, far, MOST, TODAY, rng)
    with tempfile.TemporaryDirectory(prefix="lotse-gaps-") as place:
        folder = planting.apply(dataset, every, chosen, Path(place), TODAY.date(), articles)
        library = Library(Path(place) / "home", config)
        plain, english = library.embedder, library.english
        library.embedder = StoringEmbedder(plain, kept_vectors())
        library.english = StoringEmbedder(english, kept_vectors()) if english else None
        with contextlib.closing(library):
            ingest(library, [folder])
            library.embedder, library.english = CachingEmbedder(plain), CachingEmbedder(english) if english else None
            library.exact = True
            answering = {need.name: planting.answering(need) for need in every}
            for one in progress(asked, "Asking"):
                filters = AskFilters(one.audience, products=one.products)
                asker = Asker(one.actor, one.session, "replay", one.id)
                reply = ask(library, one.text, filters, asker, one.asked_at)
                if reactions:
                    react(library, one, reply, answering.get(one.need, ()), reactions)
            spoken = {need.name: need.languages for need in every}
            untranslated = {one.need for one in asked if one.language not in spoken.get(one.need, {one.language})}
            yield Planted(library, chosen, asked, frozenset(untranslated))


def flawed(folder: Path) -> frozenset[str]:
    """The needs in which a data set has gaps of its own, as ``evals/data/planted.json`` in it says."""
    file = folder / "evals" / "data" / "planted.json"
    if not file.is_file():
        return frozenset()
    rows = [row for rows in json.loads(file.read_text("utf-8")).values() if isinstance(rows, list) for row in rows]
    return frozenset(planting.need_name(name) for row in rows for name in [row.get("id"), *row.get("ids", ())] if name)


def run(
    folder: Path,
    queries: Sequence[Path],
    split: str,
    seed: int,
    far: Path | None,
    articles: int | None,
    overrides: Sequence[str],
    reactions: float = 0.0,
) -> dict[str, Any]:
    """One data set: what was planted, what was found, how good that is, and how long finding took."""
    dataset = load(folder, Selection(tuple(queries)))
    with planted(dataset, split, seed, configured(overrides), far, articles, reactions) as made:
        started = time.perf_counter()
        report = find(made.library, today=TODAY.date())
        seconds = time.perf_counter() - started
        vectors = made.library.embedder.embed_queries([one.text for one in made.asked])
        scored = score(report.gaps, made.asked, made.plants, vectors, flawed(folder), made.untranslated)
    return {
        "dataset": dataset.name,
        "split": split,
        "seed": seed,
        "reactions": reactions,
        "questions": len(made.asked),
        "off_topic_questions": sum(one.off_topic for one in made.asked),
        "seconds": round(seconds, 1),
        **scored,
    }


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """The results as tables; of a large log, its times."""
    if results and "peak_mb" in results[0]:
        rows = [[str(one[name]) for name in _SCALE] for one in results]
        return _table(_SCALE, rows)
    rows = [[str(one[name]) for name in _SCORES] for one in results]
    parts = [_table(_SCORES, rows)]
    for one in results:
        causes = sorted({found for row in one["confusion"].values() for found in row})
        cells = [[cause, *(str(row.get(name, 0)) for name in causes)] for cause, row in one["confusion"].items()]
        parts += [f"{one['dataset']}, planted (rows) and found (columns):", _table(("cause", *causes), cells)]
        parts += [f"off topic: {one['off_topic']}", f"clusters: {one['v_measure']}"]
    return "\n\n".join(parts)


_SCORES: Final = (
    "dataset",
    "split",
    "reactions",
    "questions",
    "planted",
    "found",
    "precision",
    "recall",
    "cause_accuracy",
    "seconds",
)
_SCALE: Final = (
    "dataset",
    "questions",
    "seconds",
    "cpu_seconds",
    "gaps",
    "more",
    "seconds_again",
    "cpu_seconds_again",
    "peak_mb",
)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
