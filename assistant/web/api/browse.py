"""Browsing the articles: products and tags, and search as somebody types."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from assistant.retrieval.query import understand
from assistant.web.api.articles import FrontMatterResponse, front
from assistant.web.api.models import PlainJSONResponse, StrictModel, answers
from assistant.web.api.products import ProductNames, Products
from assistant.web.security.authorization import Access
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.library import Library

_MAX_LISTED = 200
"""Articles a page of the list. Longer ones are for the search to shorten."""

_MAX_PASSAGES = 60
"""Passages looked at for articles whose title does not hold what was typed."""

AudienceFilter = Annotated[Literal["internal", "public"], Query(description="'public': what a customer may read")]
TypedWords = Annotated[str, Query(max_length=200, description="what was typed so far")]
LanguageFilter = Annotated[str | None, Query(max_length=35, description="only articles in this language")]


class TagResponse(StrictModel):
    """A product or a tag with the number of its articles."""

    name: str = Field(examples=["waermestrom"])
    articles: int = Field(examples=[12])


class ProductResponse(TagResponse):
    """A product with what people call it."""

    names: dict[str, str] = Field(
        description="by language: de, en", examples=[{"de": "Wärmestrom", "en": "Heating electricity"}]
    )


class TopicsResponse(StrictModel):
    """Products and tags, by name."""

    articles: int = Field(examples=[183])
    products: list[ProductResponse]
    tags: list[TagResponse]


class SearchResponse(StrictModel):
    """The best first; ``total`` counts those that the limit cut off too."""

    total: int = Field(examples=[1])
    articles: list[FrontMatterResponse]


def router(library: Library, access: Access, products: Products) -> APIRouter:
    """The endpoints for browsing."""
    routes = APIRouter(prefix="/api/v1", tags=["articles"], dependencies=[Depends(access.require("agent"))])

    @routes.get("/topics", summary="Products and tags", **answers(TopicsResponse, 422))
    def topics(language: LanguageFilter = None, audience: AudienceFilter = "internal") -> PlainJSONResponse:
        """Every product and every tag with the number of its articles; products with what people call them."""
        today = library.today()
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(Filter(today, audience, language))
        about = Counter(name for row in rows for name in row.products)
        tags = Counter(name for row in rows for name in row.tags)
        named = [product | {"names": _names(products.names(), product["name"])} for product in _counted(about)]
        return PlainJSONResponse({"articles": len(rows), "products": named, "tags": _counted(tags)})

    @routes.get("/search", summary="Search as you type", **answers(SearchResponse, 422))
    def search(
        q: TypedWords = "",
        language: LanguageFilter = None,
        audience: AudienceFilter = "internal",
        product: Annotated[str | None, Query(max_length=200, description="only articles about this product")] = None,
        tag: Annotated[str | None, Query(max_length=200, description="only articles with this tag")] = None,
        limit: Annotated[int, Query(ge=1, le=_MAX_LISTED, description="how many at most")] = 50,
    ) -> PlainJSONResponse:
        """Articles whose title, alias, tag or text holds what was typed; without words, all by title. Not logged."""
        today = library.today()
        where = Filter(today, audience, language)
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(where)
            rows = [row for row in rows if product in (None, *row.products) and tag in (None, *row.tags)]
            rows = _matching(snapshot, rows, q, where) if q.strip() else rows
        return PlainJSONResponse({"total": len(rows), "articles": [front(row, library, today) for row in rows[:limit]]})

    return routes


def _counted(tally: Counter[str]) -> list[dict[str, Any]]:
    return [{"name": name, "articles": number} for name, number in sorted(tally.items())]


def _names(names: ProductNames, product: str) -> dict[str, str]:
    """The names of a product; a product without one is called as it is written."""
    return names.get(product, {"de": product, "en": product})


def _matching(snapshot: Snapshot, rows: list[ArticleRow], words: str, where: Filter) -> list[ArticleRow]:
    """Those that hold every word in their names, then those that the full text finds."""
    typed = re.findall(r"\w+", words.casefold())
    named = [row for row in rows if _holds(row, typed)]
    begins = [row for row in named if row.title.casefold().startswith(" ".join(typed))]
    language = where.language or understand(words).language
    hits = snapshot.search_text(words, language, _MAX_PASSAGES, where)
    chunks = snapshot.chunks([rowid for rowid, _ in hits])
    by_rowid = {row.rowid: row for row in rows}
    by_text = [by_rowid.get(chunks[rowid].article) for rowid, _ in hits]
    return list({row.rowid: row for row in (*begins, *named, *by_text) if row is not None}.values())


def _holds(row: ArticleRow, typed: list[str]) -> bool:
    held = re.findall(r"\w+", " ".join((row.title, *row.aliases, *row.tags, *row.products)).casefold())
    return all(any(word.startswith(part) for word in held) for part in typed)
