"""Knowing when not to answer: confidence and refusals on questions that have an answer and on ones that have none.

Where a data set has unanswerable questions, these are the negatives. Where it has none of its own, each question is
its own negative: asked once more with its articles hidden (removed-article protocol), so that near misses stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.reply import Reply
from assistant.ask import AskFilters, ask
from evals.progress import progress
from evals.quality import bootstrap, risk
from evals.quality.datasets import Question
from evals.quality.index import Index
from evals.quality.metrics import auroc, share
from evals.quality.scores import rounded
from evals.quality.systems import SystemAnswer

HIDDEN = "hidden"
"""The kind of questions whose articles were hidden."""

_WITHOUT_KIND = "unanswerable"


@dataclass(frozen=True, slots=True)
class Trial:
    """One question asked once; ``answerable`` as it was asked, which hiding its articles makes false.

    ``wrong``: whether the answer, shown or not, misleads: unanswerable, or from another article; None where nobody can
    say. ``kind`` is that of an unanswerable question. ``pair``: the language asked in > the one searched, or "all".
    """

    question: str
    answerable: bool
    refused: bool
    confidence: float
    wrong: bool | None = None
    kind: str | None = None
    pair: str = ""
    characters: int = 0

    @property
    def shown(self) -> bool:
        return not self.refused


RATIOS: Mapping[str, Callable[[Trial], tuple[bool, bool]]] = {
    "refusal_precision": lambda trial: (trial.refused and not trial.answerable, trial.refused),
    "refusal_recall": lambda trial: (trial.refused and not trial.answerable, not trial.answerable),
    "coverage": lambda trial: (trial.shown and trial.answerable, trial.answerable),
    "risk": lambda trial: (trial.shown and trial.wrong is True, trial.shown and trial.wrong is not None),
}
"""Each a share: whether a trial counts for the part, and whether for the whole.

``refusal_precision``: share of refusals that were right. ``refusal_recall``: share of unanswerable questions that
were refused. ``coverage``: share of answerable questions that were answered. ``risk``: share of shown answers that are
wrong.
"""


def trials(index: Index, outcomes: Sequence[SystemAnswer]) -> list[Trial]:
    """The answers to the whole index, and those with articles hidden where the set has no unanswerable questions.

    Questions lent by another file are not the set's own.
    """
    asked = [_trial(outcome.question, outcome.replies[outcome.question.target_language]) for outcome in outcomes]
    if all(outcome.question.answerable or outcome.question.lent for outcome in outcomes):
        with_gold = [outcome.question for outcome in outcomes if outcome.question.relevant]
        asked += [_without_articles(index, question) for question in progress(with_gold, "Hiding articles")]
    return asked


def report(asked: Sequence[Trial]) -> dict[str, Any]:
    """The key `abstention`: ``measures`` of all trials, with ``intervals``, and ``by_pair`` and ``by_kind``."""
    pairs: dict[str, list[Trial]] = {}
    kinds: dict[str, list[Trial]] = {}
    for trial in asked:
        pairs.setdefault(trial.pair, []).append(trial)
        if not trial.answerable:
            kinds.setdefault(trial.kind or _WITHOUT_KIND, []).append(trial)
    answerable = [trial for trial in asked if trial.answerable]
    return {
        **measures(asked),
        "intervals": intervals(asked),
        "by_pair": {pair: measures(pairs[pair]) for pair in sorted(pairs)},
        "by_kind": {kind: _against(answerable, kinds[kind]) for kind in sorted(kinds)},
    }


def measures(asked: Sequence[Trial]) -> dict[str, Any]:
    """All 0..1; None where undefined.

    ``auroc``: how likely an answerable question gets more confidence than an unanswerable one; ``length_only``: the
    same had by the length of the question alone, in the better direction, so that one sees what the set gives away.
    ``RATIOS`` as they are described there. ``curve`` (threshold, coverage, risk), the area under it, and the coverage
    at 10 % risk: see ``evals.quality.risk``; so are ``reliability``, ``ece`` and ``brier``, of the confidence that the
    answer, shown or not, is right.
    """
    points = risk.curve(
        [trial.confidence for trial in asked],
        [trial.answerable for trial in asked],
        [trial.wrong for trial in asked],
    )
    judged = [trial for trial in asked if trial.wrong is not None]
    reliable = risk.reliability([trial.confidence for trial in judged], [not trial.wrong for trial in judged])
    by_length = _auroc(asked, lambda trial: trial.characters)
    values = {
        "auroc": by_confidence(asked),
        **{name: ratio(name, asked) for name in RATIOS},
        "length_only": None if by_length is None else max(by_length, 1 - by_length),
        "risk_coverage_area": risk.area(points),
        "coverage_at_10_risk": risk.coverage_at(points),
    }
    return {
        **{name: rounded(value) for name, value in values.items()},
        "ece": reliable["ece"],
        "brier": reliable["brier"],
        "answerable": sum(trial.answerable for trial in asked),
        "unanswerable": sum(not trial.answerable for trial in asked),
        "curve": risk.thinned(points),
        "reliability": reliable["bins"],
    }


def by_confidence(asked: Sequence[Trial]) -> float | None:
    """How likely an answerable question gets more confidence than an unanswerable one: AUROC, ties half."""
    return _auroc(asked, lambda trial: trial.confidence)


def ratio(name: str, asked: Sequence[Trial]) -> float | None:
    """A measure of ``RATIOS``; None of nothing. Where everything is answerable, no refusal could have been right."""
    if name == "refusal_precision" and all(trial.answerable for trial in asked):
        return None
    counted = [RATIOS[name](trial) for trial in asked]
    return share(sum(part for part, _ in counted), sum(whole for _, whole in counted))


def resampled(asked: Sequence[Trial], order: Mapping[str, int]) -> dict[str, bootstrap.Floats]:
    """AUROC and ``RATIOS`` over resamples of the questions that ``order`` numbers from 0, each with all its trials."""
    places = [order[trial.question] for trial in asked]
    samples = {
        "auroc": bootstrap.aurocs(
            [trial.confidence for trial in asked], [trial.answerable for trial in asked], places, len(order)
        )
    }
    for name, counts in RATIOS.items():
        parts, wholes = [0] * len(order), [0] * len(order)
        for place, (part, whole) in zip(places, map(counts, asked), strict=True):
            parts[place] += part
            wholes[place] += whole
        samples[name] = bootstrap.shares(parts, wholes)
    return samples


def intervals(asked: Sequence[Trial]) -> dict[str, list[float] | None]:
    """The 95 % interval of AUROC and each of ``RATIOS``; None where the measure itself is undefined."""
    order = {question: place for place, question in enumerate(dict.fromkeys(trial.question for trial in asked))}
    undefined = {name for name in RATIOS if ratio(name, asked) is None}
    return {
        name: None if name in undefined else bootstrap.interval(samples)
        for name, samples in resampled(asked, order).items()
    }


def _against(answerable: Sequence[Trial], kind: Sequence[Trial]) -> dict[str, float | int | None]:
    """One kind of unanswerable questions: how many, share refused, and AUROC against all ``answerable`` ones."""
    return {
        "questions": len(kind),
        "refused": rounded(share(sum(trial.refused for trial in kind), len(kind))),
        "auroc": rounded(by_confidence([*answerable, *kind])),
    }


def _auroc(asked: Iterable[Trial], score: Callable[[Trial], float]) -> float | None:
    sides: dict[bool, list[float]] = {True: [], False: []}
    for trial in asked:
        sides[trial.answerable].append(score(trial))
    return auroc(sides[True], sides[False])


def _without_articles(index: Index, question: Question) -> Trial:
    hidden = tuple(sorted(question.relevant | question.also_ok))
    filters = AskFilters(language=question.target_language, hidden=hidden)
    return _trial(question, ask(index.library, question.text, filters, log=False), hidden=True)


def _trial(question: Question, reply: Reply, *, hidden: bool = False) -> Trial:
    """What an abstention would have answered from is what ranks first."""
    answerable = question.answerable and not hidden
    right = question.relevant | question.also_ok
    first = [citation.article_id for citation in reply.citations] or [near.article_id for near in reply.nearest]
    wrong = True if not answerable else first[0] not in right if right and first else None
    return Trial(
        question=question.id,
        answerable=answerable,
        refused=reply.status == "abstained",
        confidence=reply.confidence,
        wrong=wrong,
        kind=HIDDEN if hidden else None if answerable else question.kind,
        pair=f"{question.primary_language}>{question.target_language or 'all'}",
        characters=len(question.text),
    )
