"""What the catalog gives and takes: its rows as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.articles.article import ArticleKey, Lines, UnitKind
from kb.text.language import InLanguage


@dataclass(frozen=True, slots=True)
class FileRow:
    """The manifest's word on one file: what was read, and by which recipe it was made into chunks."""

    article: int
    root: str
    path: str
    key: ArticleKey
    sha256: str
    recipe: str
    problems: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the last rating of a question says of the article that was quoted first.

    ``key`` is that article, ``sha256`` its text as it stood then; ``actor`` gave the rating.
    """

    question_id: str
    key: ArticleKey
    sha256: str
    actor: str
    helpful: bool
    given_on: date


@dataclass(frozen=True, slots=True)
class ArticleRow(InLanguage):
    """An article as the index knows it; ``path`` is below ``root``."""

    rowid: int
    id: str
    language: str
    title: str
    status: str
    audience: str
    owner: str
    products: tuple[str, ...]
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    created_on: date | None
    reviewed_on: date | None
    expires_on: date | None
    review_every_days: int
    supersedes: tuple[str, ...]
    related: tuple[str, ...]
    root: str
    path: str
    sha256: str

    @property
    def key(self) -> ArticleKey:
        """What names the article."""
        return ArticleKey(self.id, self.language)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A quotable unit in its chunk; units of one table or list share ``block``, the block's place in its section."""

    ordinal: int
    block: int
    kind: UnitKind
    source: str
    text: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk with its place: the row of its article, its section's headings, anchor and lines."""

    rowid: int
    article: int
    vector_id: str
    text: str
    section: int
    headings: tuple[str, ...]
    anchor: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class NewName:
    """A phrase that an article goes by, its title or an alias: a question, near enough, and embedded as one."""

    vector_id: str
    text: str


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk to be stored: ``text`` was embedded under ``vector_id``; ``body`` is it without its breadcrumb."""

    vector_id: str
    section: int
    text: str
    body: str
    units: tuple[UnitRow, ...]
