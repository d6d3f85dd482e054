"""Has quality dropped: the gold questions over the repository's own articles, against the outcomes that were kept.

Every question's outcome was kept, so both runs are compared on the same questions: their difference is resampled
question by question (``evals.quality.bootstrap``); its noise is half the width of its 95 % interval. A measure that
falls by more than its noise, and by more than anybody would notice, has dropped. A question that is new, or has
changed, is left out until the baseline is written again. Each of some twenty measures is held to 95 %, so a change
that does no harm is suspected now and then; the same code never is.

Gaps planted in the repository's own articles are found again on one seed (``evals.gaps.bench.small``): too few to
resample, so their precision, recall and cause accuracy may each fall by ``_GAP_NOISE``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evals.gate.gold import RANKED_BY, GoldOutcome, GoldQuestion, Records
from evals.quality import abstention, bootstrap
from evals.quality.abstention import Trial
from evals.quality.bootstrap import Floats
from evals.quality.scores import rounded
from evals.quality.systems import HYBRID
from evals.quality.tables import table
from kb.errors import MissingPartError

_ABSTENTION = ("auroc", "refusal_precision", "refusal_recall", "coverage")
_NOTICED = 0.005
"""Half a point: less is nobody's loss, however sure it is."""

_GAP_NOISE = 0.1
"""One gap of sixteen that is missed or gets another cause is noise (0.06 to 0.07), a second one is a drop."""


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A measure before and now, 0..1, on the same questions; ``noise`` as the module says. None where undefined."""

    metric: str
    before: float | None
    now: float | None
    difference: float | None
    noise: float | None
    dropped: bool


def described(kept: GoldOutcome) -> GoldOutcome:
    """With each metric's value and 95 % interval, for people who read the file."""
    return kept.model_copy(
        update={
            "metrics": {
                name: {"value": rounded(value), "interval": bootstrap.interval(samples)}
                for name, (value, samples) in _metrics(kept.questions).items()
            }
        }
    )


def compare(before: GoldOutcome, now: GoldOutcome) -> dict[str, Any]:
    """Both runs on the questions that both have unchanged. Raises MissingPartError where there is none."""
    same = [name for name in now.questions if _same(before.questions.get(name), now.questions[name])]
    if not same:
        raise MissingPartError(
            "The baseline has none of the gold questions as they are now.",
            "Write it again: python -m evals compare --update",
        )
    old = _metrics({name: before.questions[name] for name in same})
    new = _metrics({name: now.questions[name] for name in same})
    changes = [_change(name, old[name], new[name]) for name in new if name in old]
    changes += [_gap_change(name, before.gaps[name], now.gaps[name]) for name in now.gaps if name in before.gaps]
    return {
        "baseline": {"date": before.date.isoformat(), "embedder": before.embedder, "fingerprint": before.fingerprint},
        "embedder": now.embedder,
        "fingerprint": now.fingerprint,
        "questions": len(same),
        "left_out": sorted((before.questions.keys() | now.questions.keys()) - set(same)),
        "metrics": [asdict(change) for change in changes],
        "dropped": [change.metric for change in changes if change.dropped],
    }


def markdown(result: Mapping[str, Any]) -> str:
    """The comparison as a table for people, those that dropped first."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {len(result['dropped'])} of {len(result['metrics'])} measures dropped"
    yield ""
    yield f"{result['questions']} questions, against {result['baseline']['date']}."
    if result["left_out"]:
        yield f"{len(result['left_out'])} questions are new, gone or changed and left out."
    if result["fingerprint"] != result["baseline"]["fingerprint"]:
        yield f"Another embedder: {result['baseline']['embedder']} before, {result['embedder']} now."
    yield ""
    columns = ["metric", "before", "now", "difference", "noise", ""]
    ordered = sorted(result["metrics"], key=lambda metric: not metric["dropped"])
    rows = [[*(row[name] for name in columns[:-1]), "dropped" if row["dropped"] else ""] for row in ordered]
    yield from table(columns, rows)


def _same(before: GoldQuestion | None, now: GoldQuestion) -> bool:
    return before is not None and before.mark == now.mark


def _change(name: str, before: tuple[float | None, Floats], now: tuple[float | None, Floats]) -> MetricChange:
    if before[0] is None or now[0] is None:
        return MetricChange(name, rounded(before[0]), rounded(now[0]), None, None, dropped=False)
    difference = now[0] - before[0]
    spread = bootstrap.interval(now[1] - before[1])
    noise = (spread[1] - spread[0]) / 2 if spread else 0.0
    dropped = difference < -max(noise, _NOTICED)
    return MetricChange(name, rounded(before[0]), rounded(now[0]), rounded(difference), rounded(noise), dropped=dropped)


def _gap_change(name: str, before: float, now: float) -> MetricChange:
    difference = rounded(now - before) or 0.0
    return MetricChange(f"gaps {name}", before, now, difference, _GAP_NOISE, dropped=difference < -_GAP_NOISE)


def _metrics(kept: Records) -> dict[str, tuple[float | None, Floats]]:
    """Each metric's value and its resamples. The order of the ids decides which question a draw means."""
    ids = sorted(kept)
    found: dict[str, tuple[float | None, Floats]] = {}
    for pair in sorted({pair for record in kept.values() for pair in record.pairs}):
        inside = [float(pair in kept[name].pairs) for name in ids]
        for column, measure in enumerate(RANKED_BY):
            values = [kept[name].pairs[pair][column] if pair in kept[name].pairs else 0.0 for name in ids]
            found[f"{HYBRID} {pair} {measure}"] = _share(values, inside)
    shown = [float(kept[name].right is not None) for name in ids]
    found["answered_right"] = _share([float(kept[name].right is True) for name in ids], shown)
    trials = [
        Trial(name, answerable, refused, confidence)
        for name in ids
        for answerable, refused, confidence in kept[name].asked
    ]
    samples = abstention.resampled(trials, {name: place for place, name in enumerate(ids)})
    for name in _ABSTENTION:
        value = abstention.by_confidence(trials) if name == "auroc" else abstention.ratio(name, trials)
        found[f"abstention {name}"] = (value, samples[name])
    return found


def _share(parts: list[float], wholes: list[float]) -> tuple[float | None, Floats]:
    value = sum(parts) / sum(wholes) if sum(wholes) else None
    return value, bootstrap.shares(parts, wholes)
