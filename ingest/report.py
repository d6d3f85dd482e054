"""What an ingest did, as `kb ingest --json` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kb.articles.article import Problem


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
