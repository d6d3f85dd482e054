"""Fits the confidence on development splits: a logistic regression a case, on whether the first article is a right one.

Every question of a development split is asked as it is; where a set has no unanswerable questions, once more with its
articles hidden. Each set weighs alike, and keeps its own share of unanswerable questions, so that p means what it says.
No feature may speak against what it measures: weights whose sign is wrong fit the sets and mislead on others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import assistant
from assistant.ask import MAX_LIMIT, AskFilters, Trace, ask
from evals.progress import progress
from evals.quality.bootstrap import Floats
from evals.quality.datasets import Dataset, Question, Selection, load, resolved
from evals.quality.index import Index, configured, opened
from evals.quality.systems import embed

TARGET = Path(assistant.__path__[0]) / "answering" / "confidence.json"
RISK = 0.10
"""Share of shown answers that may be wrong: the threshold is the lowest at which p promises that."""

ANSWERABLE = 0.75
"""Share of questions that the articles can answer, for the threshold.

The sets' own shares say how they were made (half, where articles are hidden), not what a service team asks.
"""

_AGAINST = frozenset({"missed", "number_missed"})
"""Features that speak against an answer; all others speak for it, or not at all."""

_PENALTY = 0.1
"""The inverse of how much squared weights of standardised features cost (as scikit-learn's C)."""

_RANKED = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A question as it was judged: its features, the case, and whether the first article is a right one."""

    dataset: str
    case: str
    features: dict[str, float]
    right: bool
    answerable: bool


def calibrate(folders: Sequence[tuple[Path, tuple[Path, ...]]], far: Path | None, limit: int | None) -> dict[str, Any]:
    """Ask the development splits of data sets (folder, question files) and fit; what ``confidence.json`` shall hold.

    ``far`` is a file of questions of other subjects: of its development half, one for every ten of a set's own are
    asked as well. ``limit`` questions of a set at most. Raises KBError where a set cannot be read.
    """
    examples: list[Example] = []
    config, names = configured(), []
    for folder, queries in folders:
        selection = Selection(queries=queries, split="dev", limit=limit)
        dataset = load(folder, selection)
        if far is not None:
            lent = max(len(dataset.questions) // 10, 10)
            selection = Selection(queries=queries, split="dev", limit=limit, unanswerable=far, unanswerable_limit=lent)
            dataset = load(folder, selection)
        with opened(dataset.articles, config) as index:
            found = list(_examples(index, resolved(dataset, index.names)))
            fingerprints = [encoder.embedder.fingerprint for encoder in index.library.encoders]
        names.append({"set": dataset.name, "questions": len(dataset.questions), "examples": len(found)})
        examples += found
    models = {case: _fit([one for one in examples if one.case == case]) for case in sorted({e.case for e in examples})}
    return {
        "fitted_on": datetime.now(UTC).date().isoformat(),
        "method": " ".join((__doc__ or "").split()),
        "data": names,
        "encoders": fingerprints,
        "threshold": _threshold(examples, models),
        "risk": RISK,
        "answerable": ANSWERABLE,
        "models": models,
    }


def save(fitted: dict[str, Any]) -> None:
    """Write the file that the confidence is read from."""
    TARGET.write_text(json.dumps(fitted, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _examples(index: Index, dataset: Dataset) -> Iterator[Example]:
    own = [question for question in dataset.questions if not question.lent]
    hide = all(question.answerable for question in own)
    embed(index.library, dataset.questions)
    for question in progress(dataset.questions, dataset.name):
        yield from _example(index, dataset, question, ())
        if hide and question.relevant and not question.lent:
            yield from _example(index, dataset, question, tuple(sorted(question.relevant | question.also_ok)))


def _example(index: Index, dataset: Dataset, question: Question, hidden: tuple[str, ...]) -> Iterator[Example]:
    trace = Trace()
    filters = AskFilters(
        language=question.target_language, limit=min(_RANKED + len(question.also_ok), MAX_LIMIT), hidden=hidden
    )
    reply = ask(index.library, question.text, filters, log=False, trace=trace)
    judged = next(step for step in trace.steps if step["step"] == "judge")
    if not reply.nearest or not judged["features"]:
        return
    answerable = question.answerable and not hidden
    right = answerable and reply.nearest[0].article_id in question.relevant | question.also_ok
    yield Example(dataset.name, judged["case"], judged["features"], right, answerable)


def _fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Intercept and weights of one case, for features as they are measured, each with the sign that it must have."""
    from scipy.optimize import minimize

    names = list(examples[0].features)
    values = np.array([[one.features[name] for name in names] for one in examples])
    right = np.array([one.right for one in examples], dtype=np.float64)
    sizes = Counter(one.dataset for one in examples)
    weights = np.array([len(examples) / len(sizes) / sizes[one.dataset] for one in examples])
    mean, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    scaled = np.column_stack([(values - mean) / spread, np.ones(len(examples))])

    def loss(slopes: Floats) -> tuple[float, Floats]:
        logits = scaled @ slopes
        penalised = np.append(slopes[:-1], 0.0) / _PENALTY
        value = weights @ (np.logaddexp(0.0, logits) - right * logits) + 0.5 * penalised @ slopes
        return float(value), scaled.T @ (weights * (1 / (1 + np.exp(-logits)) - right)) + penalised

    signs = [(None, 0.0) if name in _AGAINST else (0.0, None) for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=[*signs, (None, None)], method="L-BFGS-B").x
    slopes = found[:-1] / spread
    return {
        "intercept": round(float(found[-1] - slopes @ mean), 4),
        "weights": {name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)},
    }


def _threshold(examples: Sequence[Example], models: dict[str, Any]) -> float:
    """The lowest p from which on shown answers are wrong in at most ``RISK`` of cases.

    Each set weighs alike, with ``ANSWERABLE`` of its questions answerable.
    """
    scored = sorted(((_p(one, models[one.case]), one) for one in examples), key=lambda pair: -pair[0])
    sizes = Counter((one.dataset, one.answerable) for one in examples)
    shares = {True: ANSWERABLE, False: 1 - ANSWERABLE}
    shown = wrong = 0.0
    lowest = 1.0
    for p, one in scored:
        weight = shares[one.answerable] / sizes[one.dataset, one.answerable]
        shown += weight
        wrong += (not one.right) * weight
        if wrong / shown <= RISK:
            lowest = p
    return round(lowest, 3)


def _p(one: Example, model: dict[str, Any]) -> float:
    total = model["intercept"] + sum(weight * one.features[name] for name, weight in model["weights"].items())
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))
