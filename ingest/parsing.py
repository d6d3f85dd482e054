"""Steps 3 and 4: a file becomes an article under a key that no other file has, cut into what is embedded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from ingest.chunking import chunk, names
from ingest.parsed_article import ChunkedArticle, ParsedArticle
from ingest.plan import PlannedFile
from ingest.report import IngestReport
from kb.articles.article import Article, ArticleKey, Problem
from kb.articles.paths import shown
from kb.articles.reader import id_from_path, read
from kb.library import Library
from kb.runtime.cancellation import checkpoint

Owners: TypeAlias = dict[ArticleKey, tuple[str, str]]
"""The file, as (root, path), that holds each article's key."""


def parse(file: PlannedFile, owners: Owners, report: IngestReport) -> ParsedArticle | None:
    """Read a file; None where it cannot be taken. The article's key is then its own, and ``owners`` says so."""
    checkpoint()
    location = str(file.found.root), file.found.path
    result = read(file.found.path, file.raw)
    article, problems = result.article, result.problems
    if article is not None and (owner := _other_owner(owners, article, location)):
        article, problems = _renamed(article, problems, owner)
        if _other_owner(owners, article, location):
            article = None
    if article is None:
        report.reject(location[0], *problems)
        return None
    if file.row and file.row.key != article.key:
        owners.pop(file.row.key, None)
    owners[article.key] = location
    report.tell(location[0], problems)
    return ParsedArticle(file, article, problems)


def chunked(library: Library, parsed: ParsedArticle) -> ChunkedArticle:
    """Cut an article by the tokens of the library's embedder."""
    budget = library.settings.embedding.chunk_tokens
    return ChunkedArticle(parsed, chunk(parsed.article, library.embedder, budget), names(parsed.article))


def _renamed(
    article: Article, problems: tuple[Problem, ...], owner: tuple[str, str]
) -> tuple[Article, tuple[Problem, ...]]:
    """An article whose id stands in another file goes by its path: neither replaces the other, both are found."""
    name = id_from_path(article.path)
    taken = f"The article '{article.id}' ({article.language}) already stands in {shown(*owner)}"
    message = f"{taken}; this file is kept as '{name}'."
    return replace(article, id=name), (*problems, Problem(article.path, 1, "duplicate-id", message))


def _other_owner(owners: Owners, article: Article, location: tuple[str, str]) -> tuple[str, str] | None:
    """The other file that holds this article's key and still exists."""
    owner = owners.get(article.key)
    return owner if owner and owner != location and Path(*owner).is_file() else None
