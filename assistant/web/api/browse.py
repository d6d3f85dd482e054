"""Browsing the articles: what there is by product and tag, and search as somebody types."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from assistant.retrieval.query import understand
from assistant.web.api.articles import front
from assistant.web.api.products import Names, Products
from assistant.web.security.authorization import Access
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.library import Library

_MOST = 200
"""Articles a page of the list. Longer ones are for the search to shorten."""

_BY_TEXT = 60
"""Passages looked at for articles whose title does not hold what was typed."""

Audience = Annotated[Literal["internal", "public"], Query(description="'public': what a customer may read")]
Words = Annotated[str, Query(max_length=200, description="what was typed so far")]
Language = Annotated[str | None, Query(max_length=35, description="only articles in this language")]


def router(library: Library, access: Access, products: Products) -> APIRouter:
    """The endpoints for browsing."""
    routes = APIRouter(prefix="/api/v1", tags=["articles"], dependencies=[Depends(access.require("agent"))])

    @routes.get("/topics", summary="Products and tags")
    def topics(language: Language = None, audience: Audience = "internal") -> dict[str, Any]:
        """Every product and every tag with the number of its articles; products with what people call them."""
        today = library.today()
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(Filter(today, audience, language))
        about = Counter(name for row in rows for name in row.products)
        tags = Counter(name for row in rows for name in row.tags)
        named = [one | {"names": _names(products.names(), one["name"])} for one in _counted(about)]
        return {"articles": len(rows), "products": named, "tags": _counted(tags)}

    @routes.get("/search", summary="Search as you type")
    def search(
        q: Words = "",
        language: Language = None,
        audience: Audience = "internal",
        product: Annotated[str | None, Query(max_length=200, description="only articles about this product")] = None,
        tag: Annotated[str | None, Query(max_length=200, description="only articles with this tag")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="how many at most")] = 50,
    ) -> dict[str, Any]:
        """Articles whose title, alias, tag or text holds what was typed; without words, all by title. Not logged."""
        today = library.today()
        where = Filter(today, audience, language)
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(where)
            rows = [row for row in rows if product in (None, *row.products) and tag in (None, *row.tags)]
            found = _found(snapshot, rows, q, where) if q.strip() else rows
        return {"total": len(found), "articles": [front(row, library, today) for row in found[:limit]]}

    return routes


def _counted(tally: Counter[str]) -> list[dict[str, Any]]:
    return [{"name": name, "articles": number} for name, number in sorted(tally.items())]


def _names(names: Names, product: str) -> dict[str, str]:
    """What a product is called; one that only just came is called as it is written."""
    return names.get(product, {"de": product, "en": product})


def _found(snapshot: Snapshot, rows: list[ArticleRow], words: str, where: Filter) -> list[ArticleRow]:
    """Those that hold every word in their names, then those that the full text finds."""
    typed = re.findall(r"\w+", words.casefold())
    named = [row for row in rows if _holds(row, typed)]
    begins = [row for row in named if row.title.casefold().startswith(" ".join(typed))]
    language = where.language or understand(words).language
    hits = snapshot.search_text(words, language, _BY_TEXT, where)
    chunks = snapshot.chunks([rowid for rowid, _ in hits])
    by_rowid = {row.rowid: row for row in rows}
    by_text = [by_rowid.get(chunks[rowid].article) for rowid, _ in hits]
    return list({row.rowid: row for row in (*begins, *named, *by_text) if row is not None}.values())


def _holds(row: ArticleRow, typed: list[str]) -> bool:
    held = re.findall(r"\w+", " ".join((row.title, *row.aliases, *row.tags, *row.products)).casefold())
    return all(any(word.startswith(part) for word in held) for part in typed)
