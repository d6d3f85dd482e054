"""What an examination finds, as plain data in a stable shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from kb.articles.article import ArticleKey
from kb.catalog import ArticleRow

Kind: TypeAlias = Literal["contradiction", "stale", "parity", "duplicate", "duplicate_section", "findability", "unused"]
"""What is wrong, in the order in which it is shown."""

KINDS: tuple[Kind, ...] = get_args(Kind)
Severity: TypeAlias = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Ref:
    """An article that a finding is about; ``path`` is below the folder that was ingested."""

    article_id: str
    language: str
    title: str
    path: str

    @classmethod
    def of(cls, row: ArticleRow) -> Ref:
        """The reference to an article of the catalog."""
        return cls(row.id, row.language, row.title, row.path)

    @property
    def key(self) -> ArticleKey:
        """What names it."""
        return ArticleKey(self.article_id, self.language)


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a damage: what it is, its value, and the figures that it was made of."""

    name: str
    value: float
    of: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """Something that is wrong with one article or several.

    ``evidence`` is plain JSON, its keys depend on ``kind`` (see the handbook). ``damage`` is the product of
    ``arithmetic``: how many answers of a year it may have spoilt, weighed.
    """

    kind: Kind
    severity: Severity
    articles: tuple[Ref, ...]
    evidence: Mapping[str, Any]
    damage: float
    arithmetic: tuple[Factor, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "articles": [
                {"article_id": ref.article_id, "language": ref.language, "title": ref.title, "path": ref.path}
                for ref in self.articles
            ],
            "evidence": dict(self.evidence),
            "damage": self.damage,
            "arithmetic": [{"factor": f.name, "value": f.value, **f.of} for f in self.arithmetic],
        }


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found on one day: by kind in the order of ``KINDS``, the most damaging first."""

    today: date
    articles: int
    findings: tuple[HealthFinding, ...]

    def of(self, *kinds: Kind) -> list[HealthFinding]:
        """The findings of some kinds."""
        return [finding for finding in self.findings if finding.kind in kinds]

    def about(self, key: ArticleKey) -> list[HealthFinding]:
        """The findings about one article."""
        return [finding for finding in self.findings if any(ref.key == key for ref in finding.articles)]

    def to_json(self) -> dict[str, Any]:
        """The stable shape of ``kb health --json``."""
        return {
            "today": self.today.isoformat(),
            "findings": [finding.to_json() for finding in self.findings],
            "summary": {
                "articles": self.articles,
                "findings": len(self.findings),
                "kinds": {kind: len(self.of(kind)) for kind in KINDS},
            },
        }


def product(factors: Sequence[Factor]) -> float:
    """What factors come to, rounded to a tenth."""
    result = 1.0
    for factor in factors:
        result *= factor.value
    return round(result, 1)
