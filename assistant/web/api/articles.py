"""Articles over REST: the list, and one article with its HTML, sections and translations."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query

from assistant.answering.reply import Reply
from assistant.retrieval.relevance_feedback import lessons
from assistant.web.page.safe_html import Resolve, article_html, links_of, nowhere
from assistant.web.security.authorization import Access
from kb import markdown
from kb.articles import front_matter
from kb.articles.freshness import freshness
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.errors import MissingPartError, NotFoundError
from kb.library import Library

_LOG = logging.getLogger(__name__)


def router(library: Library, access: Access) -> APIRouter:
    """The endpoints on articles."""
    routes = APIRouter(dependencies=[Depends(access.require("agent"))])

    @routes.get("/api/v1/articles", tags=["articles"], summary="List the articles")
    def list_articles(
        language: Annotated[str | None, Query(description="only articles in this language")] = None,
        audience: Annotated[
            Literal["internal", "public"], Query(description="'public': what a customer may read")
        ] = "internal",
        product: Annotated[list[str] | None, Query(description="only articles about one of these")] = None,
    ) -> dict[str, Any]:
        """All published articles by title, without their text."""
        today = library.today()
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(Filter(today, audience, language, tuple(product or ())))
        return {"articles": [front(row, library, today) for row in rows]}

    @routes.get("/api/v1/articles/{article_id:path}", tags=["articles"], summary="Read an article")
    def read_article(
        article_id: Annotated[
            str, Path(description="its id, as citations and lists give it", examples=["report-move"])
        ],
        language: Annotated[str | None, Query(description="which translation; without it, the first one")] = None,
    ) -> dict[str, Any]:
        """An article: front matter, Markdown as it stands, sanitised HTML, and sections with their lines."""
        return article(library, article_id, language)

    return routes


def article(library: Library, article_id: str, language: str | None) -> dict[str, Any]:
    """One article as `GET articles/{id}` gives it. Raises NotFoundError; archived and expired ones can be read too."""
    today = library.today()
    with library.catalog.snapshot() as snapshot:
        found = snapshot.find(article_id)
        chosen = next((item for item in found if language in (None, item[0].language)), None)
        if chosen is None:
            where = f" in {language}" if found and language else ""
            raise NotFoundError(
                f"There is no article '{article_id}'{where}.", "GET /api/v1/articles lists the articles."
            )
        row, source = chosen
        places = _places(snapshot, row.root)
        related = [item for key in row.related for item in _in_language(snapshot.find(key), row.language)]
    _, start, first_line = front_matter.split(source)
    body = source[start:]
    parsed = markdown.parse(body, first_line, row.title)
    return {
        **front(row, library, today),
        "languages": [other.language for other, _ in found],
        "related": [{"article_id": item.id, "language": item.language, "title": item.title} for item in related],
        "learned": _learned(library, row),
        "markdown": source,
        "html": article_html(body, first_line, links_of(places, row.path)),
        "sections": [
            {"headings": list(one.headings), "anchor": one.anchor, "level": one.level, "lines": list(one.lines)}
            for one in parsed.sections
        ],
    }


def marks(library: Library, reply: Reply) -> dict[int, dict[str, Any]]:
    """What stands by the number of a citation besides its freshness: who may read it, and what supersedes it."""
    if not reply.citations:
        return {}
    with library.catalog.snapshot() as snapshot:
        superseded = snapshot.superseded(Filter(library.today()))
        found = {one.article_id: snapshot.find(one.article_id) for one in reply.citations}
    audiences = {(row.id, row.language): row.audience for rows in found.values() for row, _ in rows}
    return {
        one.number: {
            "audience": audiences.get((one.article_id, one.language), "internal"),
            "superseded": one.article_id in superseded,
        }
        for one in reply.citations
    }


def resolver(library: Library, reply: Reply) -> Resolve:
    """Resolves the links that an answer has taken over from its article."""
    if "](" not in reply.answer or not reply.citations:
        return nowhere
    cited = reply.citations[0]
    with library.catalog.snapshot() as snapshot:
        rows = [row for row, _ in snapshot.find(cited.article_id) if row.language == cited.language]
        return links_of(_places(snapshot, rows[0].root), rows[0].path) if rows else nowhere


def titles(library: Library) -> dict[str, str]:
    """What the articles that may answer are called, by ``id@language``."""
    with library.catalog.snapshot() as snapshot:
        return {f"{row.id}@{row.language}": row.title for row in snapshot.listing(Filter(library.today()))}


def front(row: ArticleRow, library: Library, today: date) -> dict[str, Any]:
    """An article's front matter, under the names that the front matter uses, with its freshness."""
    return {
        "id": row.id,
        "language": row.language,
        "title": row.title,
        "status": row.status,
        "audience": row.audience,
        "owner": row.owner,
        "products": list(row.products),
        "tags": list(row.tags),
        "aliases": list(row.aliases),
        "created_on": row.created_on,
        "reviewed_on": row.reviewed_on,
        "expires_on": row.expires_on,
        "review_every_days": row.review_every_days,
        "supersedes": list(row.supersedes),
        "freshness": freshness(row, today, library.settings.articles.due_days),
    }


def _places(snapshot: Snapshot, root: str) -> dict[str, tuple[str, str]]:
    """The articles of one root by their path, as (id, language)."""
    keys = ((file.path, file.key.rpartition("@")) for file in snapshot.files() if file.root == root)
    return {path: (key[0], key[2]) for path, key in keys}


def _learned(library: Library, row: ArticleRow) -> list[dict[str, Any]]:
    """What ratings taught about an article. It can be read without its log."""
    try:
        return [one.to_json() for one in lessons(library, row.id) if one.language == row.language]
    except MissingPartError as error:
        _LOG.warning("What was learned cannot be shown. %s %s", error.message, error.hint)
        return []


def _in_language(found: Sequence[tuple[ArticleRow, str]], language: str) -> list[ArticleRow]:
    rows = [row for row, _ in found]
    return [row for row in rows if row.language == language][:1] or rows[:1]
