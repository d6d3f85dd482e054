"""What came of each gold question over the repository's own articles, as it is kept in a file beside the code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.gaps.bench import small
from evals.quality.abstention import Trial
from evals.quality.answers import Shown
from evals.quality.datasets import REPOSITORY, Question, Selection, load
from evals.quality.index import configured, opened
from evals.quality.metrics import RANKING
from evals.quality.report import Measured, measured
from evals.quality.scores import rounded
from evals.quality.systems import HYBRID
from kb.embedding.protocol import Embedder
from kb.errors import MissingPartError

BASELINE = Path("evals", "baseline.json")
"""Where the outcomes are kept, below the repository."""

RANKED_BY = ("ndcg@10", "recall@1", "recall@5")


class GoldQuestion(NamedTuple):
    """What came of one question.

    ``mark`` changes with the question. ``pairs`` holds the measures ``RANKED_BY`` by pair of languages; ``right`` tells
    whether its answer, if one was shown, was right; ``asked`` holds answerable, refused and confidence, each time.
    """

    mark: str
    pairs: dict[str, tuple[float, float, float]]
    right: bool | None
    asked: list[tuple[bool, bool, float]]


Records: TypeAlias = Mapping[str, GoldQuestion]


class GoldOutcome(BaseModel):
    """One run over the gold questions. ``metrics`` follow from ``questions`` and are there to be read by people.

    ``gaps`` are precision, recall and cause accuracy (0..1) of the small planted-gap run; empty where there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: date
    embedder: str
    fingerprint: str
    gaps: dict[str, float] = {}
    metrics: dict[str, dict[str, Any]] = {}
    questions: dict[str, GoldQuestion]


def gold(repository: Path = REPOSITORY) -> list[Path]:
    """The files of gold questions. Raises MissingPartError where there is none."""
    files = sorted((repository / "evals" / "data").glob("gold_*.jsonl"))
    if not files or not (repository / "articles").is_dir():
        raise MissingPartError(
            f"There are no gold questions with their articles in {repository}.",
            "Run this in a checkout of the repository, with evals/data/gold_*.jsonl and articles/.",
        )
    return files


def current(repository: Path = REPOSITORY) -> GoldOutcome:
    """The gold questions as the repository's own articles answer them now, and the gaps planted in these articles.

    Raises MissingPartError without gold questions; without paraphrases no gaps are planted.
    """
    outcome = run(repository, gold(repository))
    planted = small(repository) if (repository / "evals" / "data" / "paraphrases.jsonl").is_file() else {}
    return outcome.model_copy(update={"gaps": {name: rounded(value) for name, value in planted.items()}})


def run(folder: Path, files: Iterable[Path], embedder: Embedder | None = None) -> GoldOutcome:
    """Put the questions in ``files`` to the product over the articles of ``folder``. Raises KBError as ``evaluate``."""
    dataset = load(folder, Selection(tuple(files)))
    with opened(dataset.articles, configured(), embedder) as index:
        model = index.library.embedder
        found = measured(index, dataset, names=[HYBRID])
    return GoldOutcome(
        date=datetime.now(UTC).date(), embedder=model.name, fingerprint=model.fingerprint, questions=records(found)
    )


def records(found: Measured) -> dict[str, GoldQuestion]:
    """By question id, in the order of the questions; rounded, so that what is kept is what is compared."""
    columns = [list(RANKING).index(name) for name in RANKED_BY]
    pairs: dict[str, dict[str, tuple[float, float, float]]] = {}
    for pair, rows in found.parts.by_pair.items():
        for row in rows:
            first, second, third = (round(float(row.values[HYBRID][column]), 4) for column in columns)
            pairs.setdefault(row.question.id, {})[pair] = (first, second, third)
    asked: dict[str, list[Trial]] = {}
    for trial in found.trials:
        asked.setdefault(trial.question, []).append(trial)
    return {
        outcome.question.id: GoldQuestion(
            _mark(outcome.question),
            pairs.get(outcome.question.id, {}),
            Shown(outcome.question, reply).right if reply.status == "answered" else None,
            [(trial.answerable, trial.refused, round(trial.confidence, 4)) for trial in asked[outcome.question.id]],
        )
        for outcome in found.outcomes
        for reply in [outcome.replies[outcome.question.target_language]]
    }


def read(file: Path) -> GoldOutcome:
    """The run that was kept. Raises MissingPartError where there is none or it cannot be understood."""
    remedy = "Make it from the code as it is: python -m evals compare --update"
    try:
        return GoldOutcome.model_validate_json(file.read_bytes())
    except OSError:
        raise MissingPartError(f"There is no baseline {file}.", remedy) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MissingPartError(f"The baseline {file} cannot be read: {where}: {first['msg']}.", remedy) from None


def write(kept: GoldOutcome, file: Path) -> None:
    """A metric and a question a line, in the order of their ids, so that two versions can be compared by eye."""
    head = kept.model_dump(mode="json", exclude={"metrics", "questions"})
    metrics = {name: json.dumps(value) for name, value in kept.metrics.items()}
    questions = {name: _compact(kept.questions[name]) for name in sorted(kept.questions)}
    parts = [json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")]
    parts += [f' "metrics": {_lines(metrics)}', f' "questions": {_lines(questions)}\n}}\n']
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(",\n".join(parts), encoding="utf-8")


def _lines(members: Mapping[str, str]) -> str:
    """An object whose values are JSON already, a member a line."""
    return "{\n" + ",\n".join(f"  {json.dumps(name)}: {value}" for name, value in members.items()) + "\n }"


def _compact(record: GoldQuestion) -> str:
    right = None if record.right is None else int(record.right)
    pairs = {pair: [_short(value) for value in values] for pair, values in record.pairs.items()}
    asked = [[int(answerable), int(refused), _short(confidence)] for answerable, refused, confidence in record.asked]
    return json.dumps([record.mark, pairs, right, asked], separators=(",", ":"))


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _mark(question: Question) -> str:
    parts = [
        question.text,
        question.language,
        question.target_language,
        question.answerable,
        sorted(question.relevant),
        sorted(question.also_ok),
        question.answers,
    ]
    return hashlib.sha1(json.dumps(parts).encode(), usedforsecurity=False).hexdigest()[:8]
