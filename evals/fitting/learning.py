"""Do ratings help, and whom do they harm: half of the questions is asked and rated, the other half then asked anew.

Everything goes through the product: ``ask`` answers and logs, ratings are given to its log, and the same questions are
ranked with learning switched on and off. The raters are simulated, and wrong now and then.
"""

from __future__ import annotations

import contextlib
import copy
import random
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from assistant.ask import Asker, AskFilters, ask
from evals.progress import progress
from evals.quality.bootstrap import Floats, paired
from evals.quality.datasets import Dataset, Question, Selection, load, resolved
from evals.quality.index import configured, opened
from evals.quality.metrics import RANKING, ranking
from evals.quality.scores import rounded
from evals.quality.systems import embed
from evals.quality.tables import table
from kb.catalog.ratings import rate
from kb.embedding.protocol import Embedder
from kb.errors import UsageError
from kb.events import Feedback
from kb.library import Library
from kb.settings import LearningSettings

SEED = 20_261_123
WRONG = 0.1
"""Share of ratings that say the opposite of the truth."""
PEOPLE = 20
"""Agents who take turns in asking and rating."""
FOLDS = 2
"""Each half teaches once and is held out once."""
APART = 5
"""In each fold every fifth article with several questions teaches nothing, as those with a single one never do."""
MEASURES = ("ndcg@10", "recall@1")
_SCORED = 10


@dataclass(frozen=True, slots=True)
class Fold:
    """Questions that teach, others on the same articles, and those on articles that nothing was taught about."""

    taught: list[Question]
    held_out: list[Question]
    bystanders: list[Question]


@dataclass(slots=True)
class Group:
    """Questions with their measures (``MEASURES``) before and after learning, all in the same order."""

    questions: list[Question] = field(default_factory=list)
    before: list[Floats] = field(default_factory=list)
    after: list[Floats] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Means, the paired difference with its interval, and whose ranking (nDCG@10) got better or worse."""
        before, after = (np.array(rows).reshape(len(rows), len(MEASURES)) for rows in (self.before, self.after))
        gained = after[:, 0] - before[:, 0]
        worse = [question.id for question, change in zip(self.questions, gained, strict=True) if change < 0]
        rated = {
            name: {
                "before": rounded(before[:, column].mean()) if len(before) else None,
                "after": rounded(after[:, column].mean()) if len(after) else None,
                **paired(after[:, column], before[:, column]),
            }
            for column, name in enumerate(MEASURES)
        }
        return {
            "questions": len(before),
            **rated,
            "better": int((gained > 0).sum()),
            "worse": len(worse),
            "harmed": worse,
        }


def replay(
    folder: Path, selection: Selection | None = None, overrides: Sequence[str] = (), embedder: Embedder | None = None
) -> dict[str, Any]:
    """Teach one half of a data set's questions, and measure the other half with and without what was learned.

    1. Split the questions of each article. 2. Ask the first half; an agent rates each answer helpful where the article
    cited first is relevant. 3. Ask the second half and the bystanders with and without learning. 4. The same with the
    halves exchanged, from a fresh start. Raises UsageError where no article has two questions, KBError as ``opened``.
    """
    dataset = load(folder, selection)
    groups = {"held_out": Group(), "bystanders": Group()}
    ratings: Counter[str] = Counter()
    with opened(dataset.articles, configured(overrides), embedder) as index:
        embed(index.library, dataset.questions)
        parts = folds(resolved(dataset, index.names))
        for number, fold in enumerate(parts):
            with _apart(index.library) as library:
                ratings += _teach(library, fold.taught, random.Random(f"{SEED} {number}"))  # noqa: S311
                _measure(library, fold.held_out, groups["held_out"])
                _measure(library, fold.bystanders, groups["bystanders"])
    return {
        "dataset": dataset.name,
        "embedder": index.library.embedder.name,
        "seed": SEED,
        "taught": sum(len(fold.taught) for fold in parts),
        "ratings": dict(sorted(ratings.items())),
        **{name: group.report() for name, group in groups.items()},
    }


def folds(dataset: Dataset) -> list[Fold]:
    """The halves, drawn with ``SEED``; an article's questions in all languages belong together."""
    by_article: dict[str, list[Question]] = defaultdict(list)
    for question in dataset.questions:
        if question.answerable and question.relevant and question.target_language is None:
            by_article[min(question.relevant)].append(question)
    several = sorted(name for name, questions in by_article.items() if len(questions) > 1)
    if not several:
        raise UsageError(
            f"No article in {dataset.name} has two questions.", "Take a data set with more, or a higher --limit."
        )
    draw = random.Random(SEED)  # noqa: S311  nothing here is secret
    draw.shuffle(several)
    for name in several:
        draw.shuffle(by_article[name])
    single = [question for name, questions in by_article.items() if len(questions) == 1 for question in questions]
    made = []
    for number in range(FOLDS):
        fold = Fold([], [], list(single))
        for place, name in enumerate(several):
            questions = by_article[name]
            if place % APART == number:
                fold.bystanders.extend(questions)
            else:
                for at, question in enumerate(questions):
                    (fold.taught if at % FOLDS == number else fold.held_out).append(question)
        draw.shuffle(fold.taught)
        made.append(fold)
    return made


def markdown(report: dict[str, Any]) -> str:
    """The report as a table."""
    rows = [
        [name.replace("_", " "), part["questions"], measure]
        + [values[key] for key in ("before", "after", "difference", "interval")]
        + [part["better"], part["worse"]]
        for name, part in ((name, report[name]) for name in ("held_out", "bystanders"))
        for measure, values in ((measure, part[measure]) for measure in MEASURES)
    ]
    said = ", ".join(f"{number} {what}" for what, number in report["ratings"].items())
    head = f"{report['dataset']}: {report['taught']} questions asked; ratings: {said or 'none'}."
    names = ["questions", "number", "measure", "before", "after", "difference", "95 % interval", "better", "worse"]
    return "\n".join([head, "", *table(names, rows)])


@contextlib.contextmanager
def _apart(library: Library) -> Iterator[Library]:
    """``library`` with a log and an index of its own: what is learned there is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        own = copy.copy(library)
        own.home, own.exact = Path(folder), True
        for part in ("catalog", "vectors", "events"):
            own.__dict__.pop(part, None)
        with (
            contextlib.closing(sqlite3.connect(library.home / "index.sqlite3")) as here,
            contextlib.closing(sqlite3.connect(own.home / "index.sqlite3")) as there,
        ):
            here.backup(there)
        with contextlib.closing(own):
            yield own


def _teach(library: Library, questions: Sequence[Question], draw: random.Random) -> Counter[str]:
    """Ask ``questions`` and rate what was answered; how many ratings there were of each kind."""
    given: Counter[str] = Counter()
    for place, question in enumerate(progress(questions, "Teaching")):
        now, actor = datetime.now(UTC), f"agent-{place % PEOPLE}"
        reply = ask(library, question.text, asker=Asker(actor, channel="replay"), now=now)
        cited = reply.citations[0].article_id if reply.citations else None
        if cited is None or cited in question.also_ok:
            continue
        mistaken = draw.random() < WRONG
        helpful = (cited in question.relevant) != mistaken
        given["helpful" if helpful else "not_helpful"] += 1
        given["mistaken"] += mistaken
        rating = Feedback(reply.question_id, now, "helpful", actor=actor)
        rate(library, rating if helpful else replace(rating, verdict="not_helpful", reason="not_found"))
    return given


def _measure(library: Library, questions: Sequence[Question], group: Group) -> None:
    """Rank ``questions`` without and with what was learned."""
    learning = library.settings
    without = learning.model_copy(update={"learning": LearningSettings(enabled=False)})
    columns = [list(RANKING).index(name) for name in MEASURES]
    relevant = [question.relevant for question in questions]
    for config, values in ((without, group.before), (learning, group.after)):
        library.settings = config
        ranked = [_ranked(library, question) for question in progress(questions, "Asking")]
        values.extend(ranking(ranked, relevant)[:, columns])
    group.questions.extend(questions)


def _ranked(library: Library, question: Question) -> list[str]:
    filters = AskFilters(limit=_SCORED + len(question.also_ok))
    reply = ask(library, question.text, filters, log=False)
    return [near.article_id for near in reply.nearest if near.article_id not in question.also_ok][:_SCORED]
