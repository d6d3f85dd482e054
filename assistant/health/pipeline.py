"""One examination of all articles that answer: what is wrong with them, where, and what harm it does."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from assistant.health import duplicates, parity
from assistant.health.cache import Cache
from assistant.health.findability import lost
from assistant.health.finding import KINDS, Factor, HealthFinding, HealthReport, Kind, Ref, Severity, product
from assistant.health.parameters import DAMAGE, USE
from assistant.health.passages import Clashing, PassagePair, contradictions, copied_sections, copies, near_pairs
from assistant.health.staleness import leaning, stale
from assistant.health.usage import Usage, usage
from kb.articles.article import ArticleKey
from kb.catalog import ArticleRow, Filter, Snapshot, Survey, UnitRow
from kb.library import Library

CACHE_FILE: Final = "health.sqlite3"
"""In the home; it can be removed at any time."""

Told = Callable[[int, int], None]


def examine(library: Library, today: date, told: Told = lambda *_: None) -> HealthReport:
    """Examine the articles that answer on ``today``: published and not expired, of any audience.

    1. Read articles, passages and vectors at one state of the index. 2. Find the nearest passages of each. 3. Compare
    their sentences. 4. Find copies. 5. Hold translations against each other. 6. Ask for each article by its names.
    7. Read the log. 8. Rank what is stale. ``told`` hears how many of the pairs of passages are through. What did not
    change since the last time is not compared again. Raises KBError where there is no index or it cannot be read.
    """
    library.require_index()
    where = Filter(today)
    fingerprint = library.embedder.fingerprint
    with library.catalog.snapshot() as snapshot:
        survey = snapshot.survey(where, fingerprint)
        if not survey.articles:
            return HealthReport(today, 0, ())
        cache, used = Cache(library.home / CACHE_FILE, fingerprint), usage(library, survey, today)
        findings = _Examination(library, snapshot, survey, where, cache, used, today).run(told)
    order = {kind: index for index, kind in enumerate(KINDS)}
    findings.sort(key=lambda item: (order[item.kind], -item.damage, tuple(str(ref.key) for ref in item.articles)))
    return HealthReport(today, len(survey.articles), tuple(findings))


class _Examination:
    """The steps of one examination, over one state of the index."""

    def __init__(
        self,
        library: Library,
        snapshot: Snapshot,
        survey: Survey,
        where: Filter,
        cache: Cache,
        used: Usage,
        today: date,
    ) -> None:
        self.library, self.snapshot, self.survey, self.where = library, snapshot, survey, where
        self.cache, self.used, self.today = cache, used, today
        self.superseded = snapshot.superseded(where)

    def run(self, told: Told) -> list[HealthFinding]:
        """Steps 2 to 8."""
        near = near_pairs(self.survey, self.cache)
        findings = []
        for language, pairs in near.items():
            findings += self._contradictions(pairs, language, told)
            findings += self._copies(pairs, language)
        findings += self._parity()
        findings += self._findability()
        findings += self._unused()
        rows = self.survey.articles.values()
        return findings + stale(rows, self.used.articles, self.today, _conflicts(findings), leaning(rows))

    def _contradictions(self, near: Sequence[PassagePair], language: str, told: Told) -> list[HealthFinding]:
        by_articles: dict[tuple[int, int], list[Clashing]] = {}
        for clash in contradictions(self.survey, near, language, self.cache, told):
            rows = self._article(clash.left), self._article(clash.right)
            by_articles.setdefault((min(rows), max(rows)), []).append(clash)
        return [self._clash(rows, clashes) for rows, clashes in by_articles.items()]

    def _clash(self, rows: tuple[int, int], clashes: Sequence[Clashing]) -> HealthFinding:
        first, second = sorted(rows, key=lambda row: str(self._row(row).key))
        differences = []
        for clash in clashes:
            sides = [
                self._place(clash.left, clash.left_unit) | {"says": clash.difference.left},
                self._place(clash.right, clash.right_unit) | {"says": clash.difference.right},
            ]
            left, right = sides if self._article(clash.left) == first else reversed(sides)
            differences.append(
                (left["lines"], right["lines"], {"kind": clash.difference.kind, "left": left, "right": right})
            )
        old = [ref.article_id for ref in (self._ref(first), self._ref(second)) if ref.article_id in self.superseded]
        evidence = {
            "differences": [item[2] for item in sorted(differences, key=lambda item: item[:2])],
            "superseded": old,
        }
        return self._finding("contradiction", "warning" if old else "error", (first, second), evidence)

    def _copies(self, near: Sequence[PassagePair], language: str) -> list[HealthFinding]:
        whole = copies(self.survey, near, language, self.cache)
        parts = copied_sections(self.survey, near, set(whole), language, self.cache)
        findings = []
        for group in duplicates.groups(list(whole)):
            shared = [overlap for pair, overlap in whole.items() if pair[0] in group]
            evidence: dict[str, Any] = {
                "resemblance": max(overlap.resemblance for overlap in shared),
                "containment": max(overlap.containment for overlap in shared),
            }
            findings.append(self._finding("duplicate", "warning", self._sorted(group), evidence))
        for group in duplicates.groups(list(parts)):
            rows = self._sorted({self._article(place) for place in group})
            ordered = sorted(group, key=lambda place: rows.index(self._article(place)))
            evidence = {"sections": [self._place(place, None) for place in ordered]}
            findings.append(self._finding("duplicate_section", "info", rows, evidence))
        return findings

    def _parity(self) -> list[HealthFinding]:
        by_id: dict[str, list[int]] = {}
        for row, article in self.survey.articles.items():
            by_id.setdefault(article.id, []).append(row)
        spoken = Counter(article.primary_language for article in self.survey.articles.values())
        if min(spoken["de"], spoken["en"]) < USE.bilingual * len(self.survey.articles):
            return []
        files = {self._ref(row).path.rpartition("/")[2] for rows in by_id.values() if len(rows) > 1 for row in rows}
        findings = []
        with self.cache.comparisons("parity") as comparisons:
            for rows in by_id.values():
                pair = [row for tag in ("de", "en") for row in rows if self._row(row).primary_language == tag]
                if len(pair) == 1:
                    missing = "en" if self._row(pair[0]).primary_language == "de" else "de"
                    findings.append(self._finding("parity", "info", pair, {"differences": [], "missing": missing}))
                if len(pair) == 2:
                    key = " ".join(self._row(row).sha256 for row in pair)
                    sides = [(self._row(row).path, self.survey.sources[row]) for row in pair]
                    differences = comparisons.get(key, functools.partial(parity.compare, *sides))
                    findings += self._unlike((pair[0], pair[1]), parity.linkable(differences, files))
        return findings

    def _unlike(self, pair: tuple[int, int], differences: list[dict[str, Any]]) -> list[HealthFinding]:
        days = [self._row(row).reviewed_on for row in pair]
        apart = abs((days[0] - days[1]).days) if days[0] and days[1] else 0
        older = None
        if apart > USE.older_days:
            first_is_older = bool(days[0] and days[1] and days[0] < days[1])
            older = {"language": self._row(pair[0 if first_is_older else 1]).language, "days": apart}
        if not differences and older is None:
            return []
        is_fact = any(isinstance(item["left"], dict) for item in differences)
        evidence = {"differences": differences, "missing": None, "older": older}
        return [self._finding("parity", "error" if is_fact else "info", pair, evidence)]

    def _findability(self) -> list[HealthFinding]:
        by_article: dict[int, list[dict[str, Any]]] = {}
        for name in lost(self.library, self.snapshot, self.survey, self.where, self.cache):
            by_article.setdefault(name.article, []).append(
                {"name": name.name, "rank": name.rank or None, "before": list(name.before)}
            )
        return [self._finding("findability", "warning", (row,), {"names": names}) for row, names in by_article.items()]

    def _unused(self) -> list[HealthFinding]:
        if self.used.since is None or (self.today - self.used.since).days < USE.unused_days:
            return []
        findings = []
        for row, article in self.survey.articles.items():
            use = self.used.of(self._ref(row).key)
            is_new = article.created_on is not None and (self.today - article.created_on).days < USE.unused_days
            rested = (self.today - use.last_used).days if use.last_used else None
            if is_new or (rested is not None and rested < USE.unused_days):
                continue
            evidence = {
                "answers": use.answers,
                "last_used": use.last_used.isoformat() if use.last_used else None,
                "questions": self.used.questions,
            }
            findings.append(self._finding("unused", "info", (row,), evidence))
        return findings

    def _finding(
        self, kind: Kind, severity: Severity, rows: Sequence[int], evidence: Mapping[str, Any]
    ) -> HealthFinding:
        refs = tuple(self._ref(row) for row in rows)
        answers = sum(self.used.of(ref.key).answers for ref in refs)
        factors = (Factor("answers", 1 + answers, {"answers": answers}), Factor("weight", DAMAGE.weights[kind]))
        return HealthFinding(kind, severity, refs, evidence, product(factors), factors)

    def _place(self, place: int, unit: UnitRow | None) -> dict[str, Any]:
        """Where a passage, or a unit of it, stands."""
        chunk = self.survey.chunks[place]
        ref = self._ref(chunk.article)
        lines = unit.lines if unit else chunk.lines
        found = {
            "article_id": ref.article_id,
            "language": ref.language,
            "section": chunk.headings[-1] if chunk.headings else "",
            "anchor": chunk.anchor,
            "path": ref.path,
            "lines": list(lines),
        }
        return found | {"sentence": unit.text} if unit else found

    def _sorted(self, rows: Iterable[int]) -> list[int]:
        return sorted(rows, key=lambda row: str(self._row(row).key))

    def _article(self, place: int) -> int:
        return self.survey.chunks[place].article

    def _row(self, row: int) -> ArticleRow:
        return self.survey.articles[row]

    def _ref(self, row: int) -> Ref:
        return Ref.of(self._row(row))


def _conflicts(findings: Sequence[HealthFinding]) -> dict[ArticleKey, list[ArticleKey]]:
    """For each article those that contradict it, in its language or as its translation; a successor is in the right."""
    found: dict[ArticleKey, set[ArticleKey]] = {}
    for finding in findings:
        if finding.kind not in {"contradiction", "parity"} or finding.severity == "info":
            continue
        old = finding.evidence.get("superseded")
        for ref in finding.articles:
            if not old or ref.article_id in old:
                found.setdefault(ref.key, set()).update(other.key for other in finding.articles if other != ref)
    return {key: sorted(others, key=str) for key, others in found.items()}
