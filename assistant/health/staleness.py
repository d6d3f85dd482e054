"""Which articles are worth a review, by the damage that they do where they are wrong: not by the calendar alone.

damage = answers x age x ratings x conflicts x neighbours. The last four say how much likelier the article is to be
wrong than one that nothing is known of, for which each of them is 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from assistant.health.finding import Factor, HealthFinding, Ref, product
from assistant.health.parameters import DAMAGE
from assistant.health.usage import ArticleHistory
from kb.articles.article import ArticleKey
from kb.articles.freshness import days_overdue
from kb.catalog import ArticleRow


def factors(
    row: ArticleRow,
    use: ArticleHistory,
    today: date,
    conflicts: Mapping[ArticleKey, ArticleRow],
    changed: Sequence[ArticleKey] = (),
) -> tuple[Factor, ...]:
    """What the damage of one article is the product of.

    ``conflicts`` are the articles that contradict this one; ``changed`` names those it leans on that
    were reviewed or made since it was reviewed itself.
    """
    last = row.reviewed_on or row.created_on
    late = days_overdue(row, today)
    waited = (today - last).days if last else row.review_every_days
    age = 1 + late / row.review_every_days if late else max(waited / row.review_every_days, 0.1)
    is_older = any(_later(other, row) for other in conflicts.values())
    conflict = 1.0 if not conflicts else DAMAGE.conflict if is_older else DAMAGE.conflict_with_older
    return (
        Factor("answers", round(math.sqrt(1 + use.answers), 2), {"answers": use.answers}),
        Factor("age", round(math.sqrt(age), 2), {"days_past_review": late, "review_every_days": row.review_every_days}),
        Factor("ratings", round(against(use.ratings), 2), {"rated": use.rated, "bad": use.bad}),
        Factor("conflicts", conflict, {"articles": list(map(str, conflicts))}),
        Factor("neighbours", DAMAGE.change if changed else 1.0, {"articles": list(map(str, changed))}),
    )


def against(ratings: Sequence[float]) -> float:
    """How much likelier ``ratings`` (weights against the article, 0 to 1, oldest first) are where it became wrong.

    A Bayes factor: since any one of them, or since none, all equally likely, the share of bad ones is that of a wrong
    article instead of that of a right one. Without ratings it is 1.
    """
    worse, better = (
        DAMAGE.bad_when_wrong / DAMAGE.bad_when_right,
        (1 - DAMAGE.bad_when_wrong) / (1 - DAMAGE.bad_when_right),
    )
    total, since = 0.0, 1.0
    for weight in reversed(ratings):
        since *= worse**weight * better ** (1 - weight)
        total += since
    mean = (total + 1) / (len(ratings) + 1)
    return min(max(mean, 1 / DAMAGE.ratings_limit), DAMAGE.ratings_limit)


def stale(
    rows: Iterable[ArticleRow],
    uses: Mapping[ArticleKey, ArticleHistory],
    today: date,
    conflicts: Mapping[ArticleKey, Sequence[ArticleKey]],
    changed: Mapping[ArticleKey, Sequence[ArticleKey]],
) -> list[HealthFinding]:
    """The articles with a reason for a review: past it, contradicted, or rated bad; the most damaging first."""
    found = []
    by_key = {row.key: row for row in rows}
    for key, row in by_key.items():
        use = uses.get(key, ArticleHistory())
        late = days_overdue(row, today)
        if not (late or key in conflicts or use.bad >= DAMAGE.min_bad):
            continue
        against_it = {other: by_key[other] for other in conflicts.get(key, ()) if other in by_key}
        parts = factors(row, use, today, against_it, changed.get(key, ()))
        evidence = {
            "reviewed_on": row.reviewed_on.isoformat() if row.reviewed_on else None,
            "days_past_review": late,
            "answers": use.answers,
            "rated": use.rated,
            "bad": use.bad,
            "conflicts": list(map(str, conflicts.get(key, ()))),
            "changed": list(map(str, changed.get(key, ()))),
        }
        found.append(HealthFinding("stale", "warning", (Ref.of(row),), evidence, product(parts), parts))
    return sorted(found, key=lambda finding: (-finding.damage, str(finding.articles[0].key)))


def leaning(rows: Iterable[ArticleRow]) -> dict[ArticleKey, list[ArticleKey]]:
    """For each article those of its language it leans on that were reviewed or made after it was reviewed.

    It leans on what it names as related, on what supersedes it, and on its translations.
    """
    by_key = {row.key: row for row in rows}
    by_id: dict[str, list[ArticleKey]] = {}
    for key in by_key:
        by_id.setdefault(key.article_id, []).append(key)
    leans = {
        key: [ArticleKey(name, row.language) for name in row.related] + by_id[row.id] for key, row in by_key.items()
    }
    for key, row in by_key.items():
        for name in row.supersedes:
            leans.get(ArticleKey(name, row.language), []).append(key)
    found = {
        key: [other for other in dict.fromkeys(others) if other in by_key and _later(by_key[other], by_key[key])]
        for key, others in leans.items()
    }
    return {key: others for key, others in found.items() if others}


def _later(other: ArticleRow, row: ArticleRow) -> bool:
    one, two = other.reviewed_on or other.created_on, row.reviewed_on or row.created_on
    return one is not None and two is not None and one > two
