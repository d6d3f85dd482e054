"""Ranking: what one article mends is one gap, and each gap has its cost in minutes, added up in rows to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np

from assistant.gaps.cases import Case
from assistant.gaps.cause import Diagnosis
from assistant.gaps.clustering import linked
from assistant.gaps.parameters import PriorityParameters
from assistant.retrieval.relevance_feedback import decay
from kb.backlog.gap import Cause, Demand, FoundGap, GapQuestion
from kb.embedding.protocol import FloatMatrix
from kb.runtime.days import day_in
from kb.settings import GapSettings
from kb.text.terms import terms

Row: TypeAlias = Mapping[str, Any]

_DATED: Final[frozenset[Cause]] = frozenset({"stale", "restricted"})
"""Causes that a date or a status proves; what is off topic may pass for one of the others."""

_TERMS: Final = 5
_TITLE: Final = 120
"""Characters."""


@dataclass(frozen=True, slots=True)
class GapCandidate:
    """Questions that one gap leaves unanswered, the most central one first, and the diagnosis of its cause.

    ``direction`` (d,) is the mean of their cluster's centred vectors.
    """

    cases: tuple[Case, ...]
    diagnosis: Diagnosis
    direction: FloatMatrix


def merge(candidates: Sequence[GapCandidate], max_distance: float) -> list[GapCandidate]:
    """One candidate for each article and cause; those about no article are put together where they are near.

    ``max_distance`` is the mean distance for that. It is larger than for clusters: whether something answers is decided
    for needs that are alike, what should stand in one article may be less so.
    """
    by_article: dict[tuple[str, str], list[GapCandidate]] = {}
    without_article: dict[str, list[GapCandidate]] = {}
    for candidate in candidates:
        diagnosis = candidate.diagnosis
        if diagnosis.article:
            by_article.setdefault((diagnosis.cause, diagnosis.article), []).append(candidate)
        else:
            without_article.setdefault(diagnosis.cause, []).append(candidate)
    near: dict[tuple[str, int], list[GapCandidate]] = {}
    for cause, group in without_article.items():
        means = np.stack([candidate.direction for candidate in group])
        for candidate, label in zip(group, linked(1.0 - means @ means.T, max_distance), strict=True):
            near.setdefault((cause, label), []).append(candidate)
    return [_merged(group) for group in chain(by_article.values(), near.values())]


def rank(
    candidates: Sequence[GapCandidate], today: date, settings: GapSettings, zone: str, parameters: PriorityParameters
) -> list[FoundGap]:
    """A gap for each candidate; what costs most comes first, what is off topic last."""
    gaps = [_gap(candidate, today, settings, zone, parameters) for candidate in candidates]
    return sorted(
        gaps,
        key=lambda gap: (
            gap.cause == "out_of_scope",
            -gap.priority,
            gap.questions[0].asked_at,
            gap.questions[0].id,
        ),
    )


def demand(cases: Sequence[Case]) -> Demand:
    """How much a gap is asked for. Who cannot be told apart, for lack of an actor and a session, counts each time."""
    asked = [case for case in cases if case.kind == "question"]
    return Demand(len(asked), len({case.asker for case in asked}), len(cases) - len(asked))


def priority(
    candidate: GapCandidate, today: date, settings: GapSettings, zone: str, parameters: PriorityParameters
) -> tuple[float, tuple[Row, ...]]:
    """The minutes lost, decayed by age, and the rows that add up to them; what is off topic counts nothing.

    ``today`` is a day in the time zone ``zone``. A row holds ``what``, its ``count``, what is left of that after
    ``decay`` and the ``minutes`` each costs; ``value`` is the product of the last two. A person counts once, with the
    last question. A last row with a ``factor`` multiplies the sum, where the questions are on the edge of the subject,
    or beyond, and no date or status proves it.
    """
    cases = candidate.cases
    counted = (
        ("askers", _last_of_each_asker(cases), settings.minutes_question),
        ("not_helpful", [case for case in cases if "not_helpful" in case.signals], settings.minutes_question),
        ("tickets", [case for case in cases if case.kind == "ticket"], settings.minutes_ticket),
        ("escalations", [case for case in cases if "escalated" in case.signals], settings.minutes_escalation),
    )
    rows: list[Row] = []
    for what, some, minutes in counted:
        days = [day_in(zone, case.asked_at) for case in some]
        left = round(sum(decay(day, today, settings.half_life_days) for day in days), 3)
        if some:
            value = round(left * minutes, 2)
            rows.append({"what": what, "count": len(some), "decay": left, "minutes": minutes, "value": value})
    total = sum(row["value"] for row in rows)
    factor = _on_topic_share(candidate.diagnosis, parameters)
    if factor < 1.0:
        rows.append({"what": "off_topic", "factor": factor})
    return round(total * factor, 2), tuple(rows)


def _merged(group: Sequence[GapCandidate]) -> GapCandidate:
    """The first, weightiest candidate of the group with the questions of all."""
    if len(group) == 1:
        return group[0]
    cases = tuple(chain.from_iterable(candidate.cases for candidate in group))
    weights = [len(candidate.cases) for candidate in group]
    score = float(np.average([candidate.diagnosis.scope_score for candidate in group], weights=weights))
    return replace(group[0], cases=cases, diagnosis=replace(group[0].diagnosis, scope_score=score))


def _on_topic_share(diagnosis: Diagnosis, parameters: PriorityParameters) -> float:
    """1 for what articles are about, 0 for what is off topic; in between, by how near the questions are."""
    if diagnosis.cause == "out_of_scope":
        return 0.0
    if diagnosis.cause in _DATED:
        return 1.0
    share = 1.0 + (diagnosis.scope_score - parameters.edge) / parameters.width
    return round(min(max(share, parameters.least), 1.0), 2)


def _last_of_each_asker(cases: Sequence[Case]) -> list[Case]:
    last: dict[str, Case] = {}
    for case in cases:
        if case.kind == "question" and (case.asker not in last or last[case.asker].asked_at <= case.asked_at):
            last[case.asker] = case
    return list(last.values())


def _gap(
    candidate: GapCandidate, today: date, settings: GapSettings, zone: str, parameters: PriorityParameters
) -> FoundGap:
    cases, diagnosis = candidate.cases, candidate.diagnosis
    cost, rows = priority(candidate, today, settings, zone, parameters)
    return FoundGap(
        title=_title(cases),
        language=Counter(case.language for case in cases).most_common(1)[0][0],
        cause=diagnosis.cause,
        evidence={**diagnosis.evidence, "terms": _frequent_terms(cases)},
        questions=tuple(
            GapQuestion(case.id, case.text, case.asked_at, case.language, case.kind, case.signals)
            for case in sorted(cases, key=lambda case: (case.asked_at, case.id))
        ),
        demand=demand(cases),
        priority=cost,
        arithmetic=rows,
        nearest=diagnosis.nearest,
        action=diagnosis.action,
    )


def _title(cases: Sequence[Case]) -> str:
    """The most central question that is short enough for a heading, else the beginning of the most central one."""
    texts = [" ".join(case.text.split()) for case in cases]
    short = next((text for text in texts if len(text) <= _TITLE), None)
    return short or f"{texts[0][: _TITLE - 1]}…"


def _frequent_terms(cases: Sequence[Case]) -> list[str]:
    """The words that most of the questions share, as they are stemmed, the most frequent first."""
    count: Counter[str] = Counter()
    for case in cases:
        count.update(set(terms(case.text, case.language)))
    return sorted(count, key=lambda word: (-count[word], word))[:_TERMS]
