"""Products as the page shows them: their names, and the products of a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.leads.placement import most_have
from kb.backlog import Gap
from kb.catalog import ArticleRow, Filter
from kb.catalog.product_names import product_names
from kb.library import Library

ProductNames = dict[str, dict[str, str]]
"""Product to its name by language."""

_STATUSES = ("published", "review", "draft", "archived")
_NEAREST = 3
"""Nearest articles of a gap whose products are taken for its own."""


@dataclass(frozen=True, slots=True)
class _State:
    generation: int
    today: date
    names: ProductNames
    rows: Mapping[tuple[str, str], ArticleRow]


class Products:
    """The products of one library; read anew where the index or the day has changed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: _State | None = None

    def names(self) -> ProductNames:
        """Every product that a published article names, by name, in both languages."""
        return self._state().names

    def of(self, gap: Gap) -> list[str]:
        """The products of the article that the gap's proof names; else those that most of the nearest ones have."""
        rows = self._state().rows
        proven = gap.evidence.get("article")
        named: tuple[str, str] | None = gap.linked
        if named is None and isinstance(proven, Mapping) and gap.cause not in {"missing", "out_of_scope"}:
            named = _key(proven)
        if named is not None and named in rows:
            return list(rows[named].products)
        keys = [_key(article) for article in gap.nearest[:_NEAREST]]
        return list(most_have([rows[key].products for key in keys if key in rows]))

    def _state(self) -> _State:
        today = self._library.today()
        with self._library.catalog.snapshot() as snapshot:
            kept, generation = self._kept, snapshot.generation()
            if kept is not None and (kept.generation, kept.today) == (generation, today):
                return kept
            shown = snapshot.listing(Filter(today))
            every = snapshot.listing(Filter(today, statuses=_STATUSES, expired=True))
        slugs = {product for row in shown for product in row.products}
        names = product_names(slugs, shown, self._library.settings.articles.product_names)
        self._kept = _State(generation, today, names, {(row.id, row.language): row for row in every})
        return self._kept


def _key(named: Mapping[str, Any]) -> tuple[str, str]:
    return str(named.get("article_id")), str(named.get("language"))
