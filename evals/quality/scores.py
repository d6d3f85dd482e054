"""How good the rankings are: means, intervals and differences, over all questions, by pair of languages and by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import numpy as np

from assistant.answering.reply import Reply
from evals.quality import bootstrap
from evals.quality.bootstrap import Floats
from evals.quality.datasets import Question, holds_answer
from evals.quality.index import Index
from evals.quality.metrics import RANKING, ranking
from evals.quality.systems import SystemAnswer, product, targets

COMPARED_BY = "ndcg@10"
"""The measure by which systems are told apart."""

_T = TypeVar("_T")


@dataclass(slots=True)
class Row:
    """One question in one table: the language that was searched, and the articles that are relevant there.

    ``values`` holds, by system, the measures of ``metrics.RANKING`` in their order.
    """

    outcome: SystemAnswer
    language: str | None
    relevant: frozenset[str]
    values: dict[str, Floats] = field(default_factory=dict)

    @property
    def question(self) -> Question:
        return self.outcome.question

    @property
    def reply(self) -> Reply:
        return self.outcome.replies[self.language]

    @property
    def answer_hit(self) -> bool:
        """Whether the quotes hold one of the known answers; an abstention is no hit."""
        return holds_answer(self.question.answers, [citation.quote for citation in self.reply.citations])


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions that have relevant articles: all, by pair of languages and by kind."""

    all: list[Row]
    by_pair: dict[str, list[Row]]
    by_kind: dict[str, list[Row]]

    def over(self, measure: Callable[[Sequence[Row]], _T]) -> dict[str, Any]:
        """``measure`` of every part, in the shape of the contract."""
        return {
            "all": measure(self.all),
            "by_pair": {name: measure(rows) for name, rows in self.by_pair.items()},
            "by_kind": {name: measure(rows) for name, rows in self.by_kind.items()},
        }


def parts(index: Index, outcomes: Sequence[SystemAnswer]) -> Parts:
    """Sort the questions into parts and score each ranking once. A relevant article that is not indexed is a miss."""
    whole: list[Row] = []
    pairs: dict[str, list[Row]] = {}
    kinds: dict[str, list[Row]] = {}
    for outcome in outcomes:
        question, wanted = outcome.question, targets(outcome.question, index)
        relevant = frozenset().union(*wanted.values()) or _rejected(question, index)
        if not relevant:
            continue
        row = Row(outcome, question.target_language, relevant)
        whole.append(row)
        if question.kind is not None:
            kinds.setdefault(question.kind, []).append(row)
        for language, names in wanted.items():
            pairs.setdefault(f"{question.primary_language}>{language}", []).append(Row(outcome, language, names))
    _fill([*whole, *(row for rows in pairs.values() for row in rows)])
    return Parts(whole, dict(sorted(pairs.items())), dict(sorted(kinds.items())))


def means(system: str, rows: Sequence[Row]) -> dict[str, Any]:
    """``queries``, the means of ``metrics.RANKING`` and ``answer_hit``, rounded; None where undefined."""
    measured = {name: (values.mean() if len(values) else None) for name, values in _columns(system, rows)}
    return {"queries": len(rows), **{name: rounded(value) for name, value in measured.items()}}


def intervals(system: str, rows: Sequence[Row]) -> dict[str, list[float] | None]:
    """The 95 % interval of each mean, by resampling questions."""
    return {
        name: bootstrap.interval(bootstrap.shares(values, np.ones(len(values))))
        for name, values in _columns(system, rows)
    }


def significance(system: str, rows: Sequence[Row]) -> dict[str, object]:
    """The product less ``system`` on the same questions, by ``COMPARED_BY``."""
    place = list(RANKING).index(COMPARED_BY)
    ours = np.array([row.values[product(row.values)][place] for row in rows])
    return bootstrap.paired(ours, _values(system, rows)[:, place])


def report(scored: Parts, names: Sequence[str]) -> dict[str, Any]:
    """The keys `systems`, `intervals` and `significance` of the report."""
    return {
        "systems": {name: scored.over(partial(means, name)) for name in names},
        "intervals": {name: scored.over(partial(intervals, name)) for name in names},
        "significance": {name: scored.over(partial(significance, name)) for name in names if name != product(names)},
    }


def rounded(value: float | None) -> float | None:
    """Four digits are more than any of these numbers bears."""
    return None if value is None else round(float(value), 4)


def _fill(rows: Sequence[Row]) -> None:
    for system in {system for row in rows for system, _ in row.outcome.rankings}:
        rankings = [row.outcome.rankings[system, row.language] for row in rows]
        for row, values in zip(rows, ranking(rankings, [row.relevant for row in rows]), strict=True):
            row.values[system] = values


def _values(system: str, rows: Sequence[Row]) -> Floats:
    return np.array([row.values[system] for row in rows]).reshape(len(rows), len(RANKING))


def _columns(system: str, rows: Sequence[Row]) -> Iterator[tuple[str, Floats]]:
    """Each measure with its values. Only the product quotes, so only it can hit an answer."""
    yield from zip(RANKING, _values(system, rows).T, strict=True)
    asked = [row for row in rows if row.question.answers and system == product(row.values)]
    yield "answer_hit", np.array([row.answer_hit for row in asked], dtype=np.float64)


def _rejected(question: Question, index: Index) -> frozenset[str]:
    """Relevant articles that are files, yet not in the index: the product rejected them, so the question is a miss."""
    return frozenset(name for name in question.relevant if name not in index.languages)
