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
from assistant.gaps.parameters import FITTED, GapParameters
from assistant.replay.embedding_cache import CachingEmbedder
from evals.gaps import plants as planting
from evals.gaps.log import LoggedQuestion, log
from evals.gaps.reactions import react
from evals.gaps.score import score
from evals.progress import progress
from evals.quality.datasets import REPOSITORY, Dataset, Selection, load
from evals.quality.index import configured, kept_vectors
from evals.quality.tables import table
from evals.quality.vector_cache import StoringEmbedder
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings

NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""The time of every run, so that what is fresh does not change from one to the next."""

_SCORES: Final = ("precision", "recall", "cause_accuracy")
_COLUMNS: Final = ("dataset", "split", "reactions", "questions", "planted", "found", *_SCORES, "seconds")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planted and asked: gaps in needs of ``split``, drawn by ``seed``.

    ``far``: a file of questions about other subjects. ``articles``: at most so many of a large set. ``reactions``
    multiplies the shares of people who do something with what they got; by 0, nobody does. ``questions`` of the log,
    at most; ``plants``: few enough that most of the knowledge base still answers.
    """

    split: str = "dev"
    seed: int = 1
    far: Path | None = None
    articles: int | None = None
    reactions: float = 0.0
    questions: int = 600
    plants: int = 24


@dataclass(frozen=True, slots=True)
class Planted:
    """A knowledge base with gaps in it, and what was logged.

    ``untranslated`` are the needs that are asked for in a language in which no article was to begin with.
    """

    library: Library
    plants: Sequence[planting.Plant]
    asked: Sequence[LoggedQuestion]
    untranslated: frozenset[str]


@contextlib.contextmanager
def ingested(articles: Path, home: Path, config: Settings) -> Iterator[Library]:
    """A library of ``articles`` in ``home``, whose vectors are kept from run to run; it asks with plain models."""
    library = Library(home, config)
    plain, english = library.embedder, library.english
    library.embedder = StoringEmbedder(plain, kept_vectors())
    library.english = StoringEmbedder(english, kept_vectors()) if english else None
    with contextlib.closing(library):
        ingest(library, [articles])
        library.embedder, library.english, library.exact = plain, english, True
        yield library


@contextlib.contextmanager
def planted(dataset: Dataset, plan: Plan, config: Settings) -> Iterator[Planted]:
    """The knowledge base of ``dataset`` with gaps planted in it, every question of the log asked."""
    rng = random.Random(f"{dataset.name} {plan.split} {plan.seed}")  # noqa: S311  a seed, no secret
    needs = planting.needs(dataset)
    if plan.articles is not None:
        needs = planting.sampled(needs, plan.articles // 2, rng)
    with_articles = sum(bool(need.articles) for need in needs)
    plants = planting.plant(needs, plan.split, min(plan.plants, with_articles // 3), rng)
    asked = log(needs, plants, plan.far, plan.questions, NOW, rng)
    with tempfile.TemporaryDirectory(prefix="lotse-gaps-") as folder:
        articles = planting.apply(dataset, needs, plants, Path(folder), NOW.date(), plan.articles)
        with ingested(articles, Path(folder) / "home", config) as library:
            library.embedder = CachingEmbedder(library.embedder)
            library.english = CachingEmbedder(library.english) if library.english else None
            answering = {need.name: planting.answering(need) for need in needs}
            for question in progress(asked, "Asking"):
                filters = AskFilters(question.audience, products=question.products)
                asker = Asker(question.actor, question.session, "replay", question.id)
                reply = ask(library, question.text, filters, asker, question.asked_at)
                if plan.reactions:
                    react(library, question, reply, answering.get(question.need, ()), plan.reactions)
            languages = {need.name: need.languages for need in needs}
            untranslated = {
                question.need
                for question in asked
                if question.language not in languages.get(question.need, {question.language})
            }
            yield Planted(library, plants, asked, frozenset(untranslated))


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
    plan: Plan,
    overrides: Sequence[str] = (),
    parameters: GapParameters = FITTED,
) -> dict[str, Any]:
    """One data set: what was planted, what was found, how good that is, and how long finding took."""
    dataset = load(folder, Selection(tuple(queries)))
    with planted(dataset, plan, configured(overrides)) as made:
        started = time.perf_counter()
        report = find(made.library, today=NOW.date(), parameters=parameters)
        seconds = time.perf_counter() - started
        vectors = made.library.embedder.embed_queries([question.text for question in made.asked])
        scored = score(report.gaps, made.asked, made.plants, vectors, flawed(folder), made.untranslated)
    return {
        "dataset": dataset.name,
        "split": plan.split,
        "seed": plan.seed,
        "reactions": plan.reactions,
        "questions": len(made.asked),
        "off_topic_questions": sum(question.off_topic for question in made.asked),
        "seconds": round(seconds, 1),
        **scored,
    }


def small(repository: Path = REPOSITORY, parameters: GapParameters = FITTED) -> dict[str, float]:
    """Precision, recall and cause accuracy (0..1) of one seed over the repository's own articles, for the gate.

    The same code gives the same three numbers; about a minute on two cores.
    """
    queries = [repository / "evals" / "data" / "paraphrases.jsonl"]
    result = run(repository, queries, Plan(questions=300), parameters=parameters)
    return {name: result[name] or 0.0 for name in _SCORES}


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """The results as tables; of a large log, its times."""
    if results and "peak_mb" in results[0]:
        return "\n".join(table(list(results[0]), [list(result.values()) for result in results]))
    lines = [*table(_COLUMNS, [[result[name] for name in _COLUMNS] for result in results])]
    for result in results:
        causes = sorted({found for row in result["confusion"].values() for found in row})
        rows = [[cause, *(row.get(name, 0) for name in causes)] for cause, row in result["confusion"].items()]
        lines += ["", f"{result['dataset']}, planted (rows) and found (columns):", ""]
        lines += [*table(("cause", *causes), rows), ""]
        lines += [f"off topic: {result['off_topic']}", "", f"clusters: {result['v_measure']}"]
    return "\n".join(lines)
