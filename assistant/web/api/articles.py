"""Articles over REST: the list, and one article with its HTML, sections and translations."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from assistant.answering.reply import Reply
from assistant.retrieval.relevance_feedback import lessons
from assistant.web.api.models import ArticleReference, LineRange, PlainJSONResponse, StrictModel, TitledArticle, answers
from assistant.web.page.safe_html import Resolve, article_html, link_resolver, resolve_nothing
from assistant.web.security.authorization import Access
from kb import markdown
from kb.articles import front_matter
from kb.articles.article import ArticleKey
from kb.articles.freshness import Freshness, freshness
from kb.catalog import ArticleRow, Filter, Snapshot
from kb.errors import MissingPartError, NotFoundError
from kb.library import Library

_LOG = logging.getLogger(__name__)


class FrontMatterResponse(StrictModel):
    """An article's front matter, with its freshness."""

    id: str = Field(examples=["report-move"])
    language: str = Field(examples=["de"])
    title: str = Field(examples=["Umzug melden"])
    status: str = Field(description="draft, review, published or archived", examples=["published"])
    audience: str = Field(description="public or internal", examples=["public"])
    owner: str = Field(examples=["team-vertrag"])
    products: list[str] = Field(examples=[["strom", "gas"]])
    tags: list[str] = Field(examples=[["umzug", "vertrag"]])
    aliases: list[str] = Field(description="what customers call it", examples=[["ich ziehe um"]])
    created_on: str | None = Field(examples=["2024-03-12"])
    reviewed_on: str | None = Field(examples=["2026-09-12"])
    expires_on: str | None = Field(examples=[None])
    review_every_days: int = Field(examples=[365])
    supersedes: list[str] = Field(examples=[[]])
    freshness: Freshness


class ArticlesResponse(StrictModel):
    """By title, without their text."""

    articles: list[FrontMatterResponse]


class SectionResponse(StrictModel):
    """A section of an article."""

    headings: list[str] = Field(description="from the outermost to its own", examples=[["Schritte"]])
    anchor: str = Field(examples=["schritte"])
    level: int = Field(examples=[2])
    lines: LineRange


class LearnedQuestion(ArticleReference):
    """A question that ratings tie to the article."""

    pair_id: str = Field(examples=["04f727251939"])
    question: str = Field(examples=["Bis wann muss ich den Umzug melden?"])
    weight: float = Field(examples=[0.0736])
    ratings: int
    people: int
    age_days: int


class ArticleResponse(FrontMatterResponse):
    """An article as it is read: front matter, text, sections."""

    languages: list[str] = Field(description="of all its translations", examples=[["de", "en"]])
    related: list[TitledArticle]
    learned: list[LearnedQuestion]
    markdown: str = Field(description="the file as it stands", examples=["---\nid: report-move\n---\n# Umzug melden\n"])
    html: str = Field(
        description="sanitised; data-lines names the lines in the file",
        examples=['<h1 id="umzug-melden" data-lines="5-5">Umzug melden</h1>'],
    )
    sections: list[SectionResponse]


def router(library: Library, access: Access) -> APIRouter:
    """The endpoints on articles."""
    routes = APIRouter(prefix="/api/v1/articles", tags=["articles"], dependencies=[Depends(access.require("agent"))])

    @routes.get("", summary="List the articles", **answers(ArticlesResponse, 422))
    def list_articles(
        language: Annotated[str | None, Query(description="only articles in this language")] = None,
        audience: Annotated[
            Literal["internal", "public"], Query(description="'public': what a customer may read")
        ] = "internal",
        product: Annotated[list[str] | None, Query(description="only articles about one of these")] = None,
    ) -> PlainJSONResponse:
        """All published articles by title, without their text."""
        today = library.today()
        with library.catalog.snapshot() as snapshot:
            rows = snapshot.listing(Filter(today, audience, language, tuple(product or ())))
        return PlainJSONResponse({"articles": [front(row, library, today) for row in rows]})

    @routes.get("/{article_id:path}", summary="Read an article", **answers(ArticleResponse, 404, 422))
    def read_article(
        article_id: Annotated[
            str, Path(description="its id, as citations and lists give it", examples=["report-move"])
        ],
        language: Annotated[str | None, Query(description="which translation; without it, the first one")] = None,
    ) -> PlainJSONResponse:
        """An article: front matter, Markdown as it stands, sanitised HTML, and sections with their lines."""
        return PlainJSONResponse(article(library, article_id, language))

    return routes


def article(library: Library, article_id: str, language: str | None) -> dict[str, Any]:
    """One article as `GET articles/{id}` gives it. Raises NotFoundError; archived and expired ones can be read too."""
    today = library.today()
    with library.catalog.snapshot() as snapshot:
        translations = snapshot.find(article_id)
        chosen = next((item for item in translations if language in (None, item[0].language)), None)
        if chosen is None:
            where = f" in {language}" if translations and language else ""
            raise NotFoundError(
                f"There is no article '{article_id}'{where}.", "GET /api/v1/articles lists the articles."
            )
        row, source = chosen
        by_path = _by_path(snapshot, row.root)
        related = [item for key in row.related for item in _in_language(snapshot.find(key), row.language)]
    _, start, first_line = front_matter.split(source)
    body = source[start:]
    parsed = markdown.parse(body, first_line, row.title)
    return {
        **front(row, library, today),
        "languages": [other.language for other, _ in translations],
        "related": [{"article_id": item.id, "language": item.language, "title": item.title} for item in related],
        "learned": _learned(library, row),
        "markdown": source,
        "html": article_html(body, first_line, link_resolver(by_path, row.path)),
        "sections": [
            {
                "headings": list(section.headings),
                "anchor": section.anchor,
                "level": section.level,
                "lines": list(section.lines),
            }
            for section in parsed.sections
        ],
    }


def marks(library: Library, reply: Reply) -> dict[int, dict[str, Any]]:
    """Audience and supersession of each citation, by its number."""
    if not reply.citations:
        return {}
    with library.catalog.snapshot() as snapshot:
        superseded = snapshot.superseded(Filter(library.today()))
        cited = {key: snapshot.find(key) for key in {citation.article_id for citation in reply.citations}}
    audiences = {(row.id, row.language): row.audience for rows in cited.values() for row, _ in rows}
    return {
        citation.number: {
            "audience": audiences.get((citation.article_id, citation.language), "internal"),
            "superseded": citation.article_id in superseded,
        }
        for citation in reply.citations
    }


def resolver(library: Library, reply: Reply) -> Resolve:
    """Resolves the links that an answer has taken over from its article."""
    if "](" not in reply.answer or not reply.citations:
        return resolve_nothing
    cited = reply.citations[0]
    with library.catalog.snapshot() as snapshot:
        rows = [row for row, _ in snapshot.find(cited.article_id) if row.language == cited.language]
        return link_resolver(_by_path(snapshot, rows[0].root), rows[0].path) if rows else resolve_nothing


def titles(library: Library) -> dict[str, str]:
    """Titles of the articles that may answer, by ``id@language``."""
    with library.catalog.snapshot() as snapshot:
        return {str(row.key): row.title for row in snapshot.listing(Filter(library.today()))}


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


def _by_path(snapshot: Snapshot, root: str) -> dict[str, ArticleKey]:
    """The articles of one root by their path."""
    return {file.path: file.key for file in snapshot.files() if file.root == root}


def _learned(library: Library, row: ArticleRow) -> list[dict[str, Any]]:
    """Questions that ratings tie to an article; none where the log cannot be read."""
    try:
        return [lesson.to_json() for lesson in lessons(library, row.id) if lesson.language == row.language]
    except MissingPartError as error:
        _LOG.warning("Learned questions cannot be shown. %s %s", error.message, error.hint)
        return []


def _in_language(translations: Sequence[tuple[ArticleRow, str]], language: str) -> list[ArticleRow]:
    rows = [row for row, _ in translations]
    return [row for row in rows if row.language == language][:1] or rows[:1]
