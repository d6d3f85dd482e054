"""What a check says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "info"]
FailOn: TypeAlias = Literal["error", "overdue", "due"]

_OVERDUE = frozenset(("review-overdue", "expired"))
_FAILING: dict[FailOn, frozenset[str]] = {
    "error": frozenset(),
    "overdue": _OVERDUE,
    "due": _OVERDUE | {"review-due"},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend.

    ``code`` is stable; ``path`` can be opened from the current folder; ``line`` 0 means the file as a whole; ``fix``
    says what to do.
    """

    severity: Severity
    code: str
    path: str
    line: int
    message: str
    fix: str

    def fails(self, fail_on: FailOn = "error") -> bool:
        """Whether it makes a check fail: an error always, a date only where that is asked for."""
        return self.severity == "error" or self.code in _FAILING[fail_on]

    def to_json(self) -> dict[str, Any]:
        """The six values under their names."""
        return {  # ten times as fast as dataclasses.asdict, which copies every value
            "severity": self.severity,
            "code": self.code,
            "path": self.path,
            "line": self.line,
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All findings in the order of path, line and code; ``articles`` counts the files that hold an article."""

    findings: tuple[Finding, ...]
    articles: int

    @property
    def errors(self) -> int:
        """Number of findings that are errors."""
        return self._counts()["error"]

    @property
    def warnings(self) -> int:
        """Number of findings that are warnings."""
        return self._counts()["warning"]

    def _counts(self) -> Counter[str]:
        return Counter(finding.severity for finding in self.findings)

    def fails(self, fail_on: FailOn = "error") -> bool:
        """Whether the check fails. A date that passed never fails the default.

        On errors; with ``overdue`` also on overdue and expired articles; with ``due`` also where a review is near.
        """
        return any(finding.fails(fail_on) for finding in self.findings)

    def summary(self) -> dict[str, int]:
        """``{"articles", "errors", "warnings"}``."""
        return {"articles": self.articles, "errors": self.errors, "warnings": self.warnings}

    def to_json(self) -> dict[str, Any]:
        """``{"findings": [...], "summary": {"articles", "errors", "warnings"}}``."""
        return {"findings": [finding.to_json() for finding in self.findings], "summary": self.summary()}
