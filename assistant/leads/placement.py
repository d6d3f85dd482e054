"""Which article a gap is about, and where a new one belongs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kb.articles.article import ArticleKey
from kb.backlog import FoundGap
from kb.catalog import ArticleRow
from kb.library import Library
from kb.text.language import primary_language

_NEAR = 3
"""Nearest articles of which a new one takes what most of them have."""


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """An article of the index with the text it has there."""

    row: ArticleRow
    source: str

    @property
    def file(self) -> Path:
        """The file it was read from."""
        return Path(self.row.root, self.row.path)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What articles near a gap have in common."""

    owner: str
    audience: str
    products: tuple[str, ...]


def indexed(library: Library, article_id: str, language: str | None = None) -> IndexedArticle | None:
    """An article of the index by its id, in ``language`` where it is given and there; None where there is none."""
    with library.catalog.snapshot() as snapshot:
        articles = [IndexedArticle(row, source) for row, source in snapshot.find(article_id)]
    exact = [article for article in articles if language in {None, article.row.language}]
    return next(iter(exact or articles), None)


def article_of(library: Library, gap: FoundGap) -> IndexedArticle | None:
    """The article that the gap is about: the one its evidence names, else the nearest one."""
    proven = gap.evidence.get("article")
    named = [proven, *gap.nearest] if isinstance(proven, dict) else list(gap.nearest)
    for row in named:
        article = indexed(library, str(row.get("article_id", "")), row.get("language"))
        if article is not None:
            return article
    return None


def near(library: Library, gap: FoundGap) -> list[IndexedArticle]:
    """The nearest articles of a gap that are in the index, best first."""
    articles = (indexed(library, str(row.get("article_id", "")), row.get("language")) for row in gap.nearest[:_NEAR])
    return [article for article in articles if article is not None]


def defaults(articles: Sequence[IndexedArticle], otherwise: str) -> Defaults:
    """The owner of the nearest article, the audience most have, the products that more than half are about.

    Without an article: the owner ``otherwise``, and nothing that a customer might see.
    """
    if not articles:
        return Defaults(otherwise, "internal", ())
    rows = [article.row for article in articles]
    public = sum(row.audience == "public" for row in rows)
    return Defaults(
        next((row.owner for row in rows if row.owner), otherwise),
        "public" if 2 * public > len(rows) else "internal",
        most_have([row.products for row in rows]),
    )


def most_have(each: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What more than half of several lists hold, sorted."""
    often = Counter(item for items in each for item in set(items))
    return tuple(sorted(item for item, times in often.items() if 2 * times > len(each)))


def folder_for(library: Library, language: str, articles: Iterable[IndexedArticle]) -> Path:
    """Where a new article in ``language`` belongs: beside the nearest one, in the folder of its language.

    Without one whose folder is still there, the first folder of the setting ``articles.paths``.
    """
    for article in articles:
        parts = list(PurePosixPath(article.row.path).parent.parts)
        if article.row.primary_language != primary_language(language):
            if article.row.language not in parts:
                continue
            parts[parts.index(article.row.language)] = primary_language(language)
        if Path(article.row.root).is_dir():
            return Path(article.row.root, *parts)
    return Path(library.settings.articles.paths[0]) / primary_language(language)


def shown(article: ArticleKey) -> str:
    """An article for a message."""
    return f"{article.article_id} ({article.language})"
