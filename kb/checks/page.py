"""A file as the rules of the check see it, with the findings its author suppresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb import markdown
from kb.articles.article import Problem
from kb.checks.finding import Finding

if TYPE_CHECKING:
    from kb.articles.article import Article
    from kb.articles.front_matter import FrontMatterReading
    from kb.checks.finding import Severity
    from kb.markdown import ParsedBody


_LINES_KEPT = frozenset(("id", "status", "related", "supersedes", "created_on", "reviewed_on", "expires_on"))
"""Keys at whose lines rules on the whole library report."""


NO_BODY = markdown.parse("")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: ``line`` is its own, ``lines`` those it covers (both included), None for the whole file.

    ``wrong`` says what is wrong with it, empty where it counts.
    """

    line: int
    codes: tuple[str, ...]
    lines: tuple[int, int] | None
    reason: str = ""
    wrong: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding."""
        if self.wrong or finding.code not in self.codes:
            return False
        return self.lines is None or self.lines[0] <= finding.line <= self.lines[1]


@dataclass(frozen=True, slots=True)
class Page:
    """A file as the rules see it.

    ``file`` is absolute; ``shown`` is how people can open it; ``article`` is None where the file holds none; ``wanted``
    is false for neighbours that are only read because others may refer to them.
    """

    file: str
    shown: str
    article: Article | None
    body: ParsedBody
    front: FrontMatterReading
    problems: tuple[Problem, ...]
    wanted: bool = True
    suppressions: tuple[Suppression, ...] = ()

    def finding(self, severity: Severity, code: str, line: int, message: str, fix: str) -> Finding:
        """A finding about this file."""
        return Finding(severity, code, self.shown, line, message, fix)

    def without_text(self) -> Page:
        """The page with all that rules on the whole library need: 10,000 articles stay small in memory."""
        article = replace(self.article, sections=(), source="", foreign={}) if self.article else None
        lines = {key: line for key, line in self.front.lines.items() if key in _LINES_KEPT}
        front = replace(self.front, foreign={}, lines=lines, complaints=(), loose=())
        return replace(
            self, article=article, body=replace(self.body, sections=(), headings=()), front=front, problems=()
        )
