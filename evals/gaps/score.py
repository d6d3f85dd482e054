"""Scoring: found gaps against planted ones, by the questions that they hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.gaps.log import LoggedQuestion
from evals.gaps.plants import LEAFLET, Plant, need_name
from kb.backlog.gap import Gap
from kb.embedding.protocol import FloatMatrix

NONE = "(not found)"


@dataclass(frozen=True, slots=True)
class Judged:
    """A found gap and what most of its questions are: a planted need, an answered need (plant None), or off topic."""

    gap: Gap
    need: str
    plant: Plant | None
    off_topic: bool


def judged(gaps: Sequence[Gap], asked: Sequence[LoggedQuestion]) -> list[Judged]:
    """Each found gap with the need that most of its questions have, the earliest of equal ones."""
    truth = {one.id: one for one in asked}
    planted = {one.plant.need: one.plant for one in asked if one.plant is not None}
    made = []
    for gap in gaps:
        own = [truth[question.id] for question in gap.questions if question.id in truth]
        need, _ = Counter(one.need for one in own).most_common(1)[0]
        plants = [one.plant for one in own if one.need == need and one.plant is not None]
        plant = plants[0] if plants else _by_article(gap, planted)
        made.append(Judged(gap, plant.need if plant else need, plant, need.startswith("off topic")))
    return made


def _by_article(gap: Gap, planted: Mapping[str, Plant]) -> Plant | None:
    """The plant that a gap proves by its articles, whoever asked: two that contradict each other, one out of date."""
    sides = [gap.evidence.get(name) or {} for name in ("left", "right")] if gap.cause == "conflict" else []
    ids = [side.get("article_id", "") for side in sides or [gap.evidence.get("article") or {}]]
    found = [plant for name in ids if (plant := planted.get(need_name(name.removesuffix(LEAFLET)))) is not None]
    return next((plant for plant in found if plant.cause == gap.cause), None)


def score(
    gaps: Sequence[Gap],
    asked: Sequence[LoggedQuestion],
    plants: Sequence[Plant],
    vectors: FloatMatrix,
    flawed: Collection[str] = (),
    untranslated: Collection[str] = (),
) -> dict[str, Any]:
    """All measures of the benchmark; ``vectors`` (n, d) are those of ``asked``, for the clusterings compared with.

    ``precision``: share of the found gaps that are planted ones. Three kinds count neither way: gaps about another
    subject that are called out_of_scope, which claim nothing; those about a need of ``flawed``, in which the articles
    had a gap before; and those of language about a need that is asked for in a language in which no article ever was
    (``untranslated``), which are true and nobody planted them. ``recall``: share of the planted gaps that a found one,
    by most of its questions, is about. ``cause_accuracy``: share of those whose weightiest found gap names the cause.
    """
    found = judged(gaps, asked)
    claims = [
        one
        for one in found
        if not (one.off_topic and one.gap.cause == "out_of_scope")
        and (one.plant or one.need not in flawed)
        and (one.plant or one.gap.cause != "language" or one.need not in untranslated)
    ]
    right = [one for one in claims if one.plant is not None]
    first: dict[str, Judged] = {}
    for one in right:
        first.setdefault(one.need, one)
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for plant in plants:
        confusion[plant.cause][first[plant.need].gap.cause if plant.need in first else NONE] += 1
    hits = sum(one.plant is not None and one.gap.cause == one.plant.cause for one in first.values())
    return {
        "planted": len(plants),
        "found": len(claims),
        "precision": _share(len(right), len(claims)),
        "recall": _share(len(first), len(plants)),
        "cause_accuracy": _share(hits, len(first)),
        "confusion": {cause: dict(sorted(row.items())) for cause, row in sorted(confusion.items())},
        "off_topic": _off_topic(found),
        "v_measure": clusterings(gaps, asked, vectors),
        "false": [
            {"title": one.gap.title, "cause": one.gap.cause, "need": one.need} for one in claims if not one.plant
        ],
        "missed": [f"{plant.need}: {plant.cause} ({plant.how})" for plant in plants if plant.need not in first],
    }


def _off_topic(found: Sequence[Judged]) -> dict[str, Any]:
    """The best rank (from 1) of a gap about another subject, and how many planted gaps stand below it."""
    ranks = [rank for rank, judged_gap in enumerate(found, 1) if judged_gap.off_topic]
    first = ranks[0] if ranks else None
    below = sum(judged_gap.plant is not None for judged_gap in found[first:]) if first else 0
    return {"gaps": len(ranks), "first_place": first, "planted_below": below, "of": len(found)}


def clusterings(gaps: Sequence[Gap], asked: Sequence[LoggedQuestion], vectors: FloatMatrix) -> dict[str, float]:
    """V-measure and adjusted Rand index over the questions that found gaps hold: ours, one-question, and k-means."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    index_of = {question.id: index for index, question in enumerate(asked)}
    held = [(index_of[q.id], number) for number, gap in enumerate(gaps) for q in gap.questions if q.id in index_of]
    if len(held) < 2:
        return {}
    needs = [asked[index].need for index, _ in held]
    own = [number for _, number in held]
    means = KMeans(len(set(own)), random_state=0, n_init=3).fit_predict(
        np.asarray(vectors)[[index for index, _ in held]]
    )
    tried: Mapping[str, Sequence[int]] = {"gaps": own, "single": list(range(len(held))), "k_means": means.tolist()}
    made = {name: round(float(v_measure_score(needs, labels)), 3) for name, labels in tried.items()}
    made |= {f"{name}_rand": round(float(adjusted_rand_score(needs, labels)), 3) for name, labels in tried.items()}
    return made | {"questions": len(held)}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
