"""The benchmark: plant, ingest, ask as a log would, find, score; dev and test plants apart."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from assistant.ask import Asker, Scope, ask
from assistant.gaps import find
from assistant.gaps.probe import Remembering
from evals.datasets import Dataset, Selection, load
from evals.gaps import plants as planting
from evals.gaps.log import Asked, log
from evals.gaps.score import score
from evals.index import configured, kept_vectors
from evals.progress import progress
from evals.shelf import Shelf
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
    """A knowledge base with gaps in it, and what was logged."""

    library: Library
    plants: Sequence[planting.Plant]
    asked: Sequence[Asked]


@contextlib.contextmanager
def planted(
    dataset: Dataset, split: str, seed: int, config: Settings, far: Path | None = None, count: int = COUNT
) -> Iterator[Planted]:
    """The knowledge base of ``dataset`` with gaps planted in needs of ``split``, every question of the log asked."""
    rng = random.Random(f"{dataset.name} {split} {seed}")  # noqa: S311  a seed, no secret
    every = planting.needs(dataset)
    chosen = planting.plant(every, split, min(count, len(every) // 3), rng)
    asked = log(every, chosen, far, MOST, TODAY, rng)
    with tempfile.TemporaryDirectory(prefix="lotse-gaps-") as place:
        folder = planting.apply(dataset, every, chosen, Path(place), TODAY.date())
        library = Library(Path(place) / "home", config)
        plain, english = library.embedder, library.english
        library.embedder = Shelf(plain, kept_vectors())
        library.english = Shelf(english, kept_vectors()) if english else None
        with contextlib.closing(library):
            ingest(library, [folder])
            library.embedder, library.english = Remembering(plain), Remembering(english) if english else None
            library.exact = True
            for one in progress(asked, "Asking"):
                scope = Scope(one.audience)
                asker = Asker(one.actor, one.session, "replay", one.id)
                ask(library, one.text, scope, asker, one.asked_at)
            yield Planted(library, chosen, asked)


def run(
    folder: Path, queries: Sequence[Path], split: str, seed: int, far: Path | None, overrides: Sequence[str]
) -> dict[str, Any]:
    """One data set: what was planted, what was found, how good that is, and how long finding took."""
    dataset = load(folder, Selection(tuple(queries)))
    with planted(dataset, split, seed, configured(overrides), far) as made:
        started = time.perf_counter()
        report = find(made.library, today=TODAY.date())
        seconds = time.perf_counter() - started
        vectors = made.library.embedder.embed_queries([one.text for one in made.asked])
        scored = score(report.gaps, made.asked, made.plants, vectors)
    return {
        "dataset": dataset.name,
        "split": split,
        "seed": seed,
        "questions": len(made.asked),
        "off_topic_questions": sum(one.off_topic for one in made.asked),
        "seconds": round(seconds, 1),
        **scored,
    }
