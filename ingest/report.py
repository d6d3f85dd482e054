"""What an ingest did, as `kb ingest --json` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from kb.articles.article import ArticleKey, Problem
from kb.articles.paths import shown

if TYPE_CHECKING:
    from ingest.discovery import Discovered
    from ingest.parsed_article import ParsedArticle
    from ingest.plan import Plan
    from kb.catalog import FileRow


@dataclass(slots=True)
class IngestReport:
    """Counts of articles by what happened to them, and of sections: pieces of text that are searched on their own.

    ``problems`` names every file that was rejected or has something its author should know; ``path`` in them is as
    people can open it from the current folder.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    rejected: int = 0
    sections: int = 0
    embedded: int = 0
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)

    def count_plan(self, discovered: Discovered, planned: Plan) -> None:
        """Count what is known before any file is read."""
        for root, problem in discovered.passed_over:
            self.reject(root, problem)
        for problem in planned.unreadable:
            self.reject("", problem)
        for row in planned.unchanged:
            self.tell(row.root, [Problem(row.path, *problem) for problem in row.problems])
        self.unchanged = len(planned.unchanged)

    def count_window(
        self, parsed: Sequence[ParsedArticle], changed: Sequence[ParsedArticle], gone: dict[ArticleKey, FileRow]
    ) -> None:
        """Count the articles of a window; one whose key stands among ``gone`` has moved, and is taken out of it."""
        self.unchanged += len(parsed) - len(changed)
        for item in changed:
            moved = gone.pop(item.article.key, None)
            if item.file.row or moved:
                self.changed += 1
            else:
                self.added += 1

    def reject(self, root: str, *problems: Problem) -> None:
        """Count a file of ``root`` that cannot be taken, unless it is no article at all."""
        self.rejected += any(problem.code != "not-markdown" for problem in problems)
        self.tell(root, problems)

    def tell(self, root: str, problems: Sequence[Problem]) -> None:
        """Add the problems of a file of ``root``."""
        for problem in problems:
            path = shown(root, problem.path)
            self.problems.append(Problem(path, problem.line, problem.code, problem.message))

    def to_json(self) -> dict[str, Any]:
        """The contract's shape."""
        names = ("added", "changed", "removed", "unchanged", "rejected")
        return {
            "articles": {name: getattr(self, name) for name in names},
            "sections": {"total": self.sections, "embedded": self.embedded},
            "seconds": round(self.seconds, 3),
            "problems": [asdict(problem) for problem in self.problems],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> IngestReport:
        """The report of an ingest that a running server did."""
        problems: Sequence[dict[str, Any]] = data["problems"]
        return cls(
            **data["articles"],
            sections=data["sections"]["total"],
            embedded=data["sections"]["embedded"],
            seconds=data["seconds"],
            problems=[Problem(**problem) for problem in problems],
        )
