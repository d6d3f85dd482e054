"""Which articles may answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer. The default is what an agent may see: published, not expired, any audience."""

    today: date
    audience: str = "internal"
    language: str | None = None
    products: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("published",)
    expired: bool = False
    hidden: tuple[str, ...] = ()

    @classmethod
    def everything(cls, today: date) -> Self:
        """All articles, whoever may see them, and whatever their status."""
        return cls(today, statuses=("draft", "review", "published", "archived"), expired=True)

    def condition(self) -> tuple[str, list[Any]]:
        """SQL over ``articles`` with its parameters. An unknown audience sees public articles only."""
        parts = [f"articles.status IN ({marks(self.statuses)})"]
        values: list[Any] = [*self.statuses]
        if self.audience != "internal":
            parts.append("articles.audience = 'public'")
        if self.language:
            parts.append("(articles.language = ? OR articles.language LIKE ? || '-%')")
            values += [self.language, self.language]
        if self.products:
            parts.append(
                "(articles.products = '[]' OR EXISTS (SELECT 1 FROM json_each(articles.products)"
                f" WHERE value IN ({marks(self.products)})))"
            )
            values += self.products
        if not self.expired:
            parts.append("(articles.expires_on IS NULL OR articles.expires_on >= ?)")
            values.append(self.today.isoformat())
        if self.hidden:
            parts.append(f"articles.id NOT IN ({marks(self.hidden)})")
            values += self.hidden
        return " AND ".join(parts), values


def marks(values: Sequence[object]) -> str:
    """Placeholders for ``values`` in SQL: ``?,?,?``."""
    return ",".join("?" * len(values))
