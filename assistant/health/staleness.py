"""Which articles are worth a review, by the damage that they do where they are wrong: not by the calendar alone.

damage = answers x age x ratings x conflicts x neighbours; each factor is 1 where nothing speaks for or against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from assistant.health.model import Factor, Finding, Ref, product
from assistant.health.usage import Use
from kb.catalog import ArticleRow
from kb.freshness import days_overdue

_PRIOR_BAD, _PRIOR_RATED = 0.5, 5.0
"""Ratings assumed before there are any: one in ten is bad, and five weigh as much as what is known."""

_CONFLICT: Final = 3.0
"""An article that another one contradicts is wrong in one case of two; one that nobody contradicts, far less often."""

_CHANGE: Final = 1.5
"""A neighbour that was looked at since may have changed what this one relies on."""

_MIN_BAD: Final = 2.0
"""Weight of bad ratings from which on they alone are a reason for a review."""


def factors(
    row: ArticleRow, use: Use, today: date, conflicts: Sequence[str] = (), changed: Sequence[str] = ()
) -> tuple[Factor, ...]:
    """What the damage of one article is the product of.

    ``conflicts`` and ``changed`` name other articles: those that contradict this one, and those it leans on that were
    reviewed or made since it was reviewed itself.
    """
    last = row.reviewed_on or row.created_on
    late = days_overdue(row, today)
    waited = (today - last).days if last else row.review_every_days
    age = 1 + late / row.review_every_days if late else max(waited / row.review_every_days, 0.1)
    share = (use.bad + _PRIOR_BAD) / (use.rated + _PRIOR_RATED)
    return (
        Factor("answers", 1 + use.answers, {"answers": use.answers}),
        Factor("age", round(age, 2), {"days_past_review": late, "review_every_days": row.review_every_days}),
        Factor("ratings", round(share / (_PRIOR_BAD / _PRIOR_RATED), 2), {"rated": use.rated, "bad": use.bad}),
        Factor("conflicts", _CONFLICT if conflicts else 1.0, {"articles": list(conflicts)}),
        Factor("neighbours", _CHANGE if changed else 1.0, {"articles": list(changed)}),
    )


def stale(
    rows: Iterable[ArticleRow],
    uses: Mapping[str, Use],
    today: date,
    conflicts: Mapping[str, Sequence[str]],
    changed: Mapping[str, Sequence[str]],
) -> list[Finding]:
    """The articles with a reason for a review: past it, contradicted, or rated bad; the most damaging first."""
    found = []
    for row in rows:
        key = f"{row.id}@{row.language}"
        use = uses.get(key, Use())
        late = days_overdue(row, today)
        if not (late or key in conflicts or use.bad >= _MIN_BAD):
            continue
        parts = factors(row, use, today, conflicts.get(key, ()), changed.get(key, ()))
        evidence = {
            "reviewed_on": row.reviewed_on.isoformat() if row.reviewed_on else None,
            "days_past_review": late,
            "answers": use.answers,
            "rated": use.rated,
            "bad": use.bad,
            "conflicts": list(conflicts.get(key, ())),
            "changed": list(changed.get(key, ())),
        }
        found.append(Finding("stale", "warning", (Ref.of(row),), evidence, product(parts), parts))
    return sorted(found, key=lambda finding: (-finding.damage, finding.articles[0].key))


def leaning(rows: Iterable[ArticleRow]) -> dict[str, list[str]]:
    """For each article those of its language it leans on that were reviewed or made after it was reviewed.

    It leans on what it names as related, on what supersedes it, and on its translations.
    """
    by_key: dict[str, ArticleRow] = {}
    by_id: dict[str, list[str]] = {}
    for row in rows:
        key = f"{row.id}@{row.language}"
        by_key[key] = row
        by_id.setdefault(row.id, []).append(key)
    leans = {key: [f"{name}@{row.language}" for name in row.related] + by_id[row.id] for key, row in by_key.items()}
    for key, row in by_key.items():
        for name in row.supersedes:
            leans.get(f"{name}@{row.language}", []).append(key)
    found = {
        key: [other for other in dict.fromkeys(others) if other in by_key and _later(by_key[other], by_key[key])]
        for key, others in leans.items()
    }
    return {key: others for key, others in found.items() if others}


def _later(other: ArticleRow, row: ArticleRow) -> bool:
    one, two = other.reviewed_on or other.created_on, row.reviewed_on or row.created_on
    return one is not None and two is not None and one > two
