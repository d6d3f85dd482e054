"""An article on its way into the index: as it was read, and as it was cut."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.plan import PlannedFile
from kb.articles.article import Article, Problem
from kb.catalog import NewChunk, NewName


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """An article, the file it was read from, and what its author should know."""

    file: PlannedFile
    article: Article
    problems: tuple[Problem, ...]

    def is_committed(self, recipe: str) -> bool:
        """Whether the index has it just so: a file is read again as long as another one holds its id."""
        row = self.file.row
        return row is not None and (row.sha256, row.recipe, row.key) == (self.file.sha256, recipe, self.article.key)


@dataclass(frozen=True, slots=True)
class ChunkedArticle:
    """An article with its chunks and the names it goes by, ready to be embedded and committed."""

    parsed: ParsedArticle
    chunks: list[NewChunk]
    names: list[NewName]
