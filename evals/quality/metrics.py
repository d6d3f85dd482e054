"""The measures: ranking by ir-measures (trec_eval underneath), and the few that need a line or two of numpy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import ir_measures
import numpy as np

from evals.quality.bootstrap import Floats

RANKING: dict[str, Any] = {
    "ndcg@10": ir_measures.nDCG @ 10,
    "mrr@10": ir_measures.RR @ 10,
    "recall@1": ir_measures.R @ 1,
    "recall@5": ir_measures.R @ 5,
    "recall@10": ir_measures.R @ 10,
}


def ranking(rankings: Sequence[Sequence[str]], relevant: Sequence[Collection[str]]) -> Floats:
    """Shape (questions, len(RANKING)): each measure, 0..1, of each question, in the order of ``RANKING``.

    ``rankings`` hold article ids, best first, each once; ``relevant`` the ids that should be there, at least one a
    question. A question whose ranking is empty counts with 0.
    """
    values = np.zeros((len(rankings), len(RANKING)))
    qrels = {str(place): dict.fromkeys(ids, 1) for place, ids in enumerate(relevant)}
    # trec_eval sorts by score and breaks ties by id: the negative rank keeps our order.
    run = {str(place): {name: -float(rank) for rank, name in enumerate(ids)} for place, ids in enumerate(rankings)}
    columns = {measure: column for column, measure in enumerate(RANKING.values())}
    for metric in ir_measures.iter_calc(list(RANKING.values()), qrels, run) if qrels else ():
        values[int(metric.query_id), columns[metric.measure]] = metric.value
    return values


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """How likely a positive scores above a negative, ties counting half (Mann-Whitney U); None where one is missing."""
    if not positives or not negatives:
        return None
    ordered = np.sort(np.asarray(negatives, dtype=np.float64))
    below = np.searchsorted(ordered, positives, side="left")
    not_above = np.searchsorted(ordered, positives, side="right")
    return float((below + not_above).sum() / (2 * len(positives) * len(negatives)))


def share(part: int, whole: int) -> float | None:
    """``part`` of ``whole``, 0..1; None of nothing."""
    return part / whole if whole else None


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """The median and the 95th percentile, in the unit of ``values``."""
    if not values:
        return {"p50": None, "p95": None}
    return {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}
