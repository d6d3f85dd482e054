"""The domain: an article, its sections, their blocks, and the units that an answer may quote.

Everything here is plain data without behaviour of a framework. Two texts are kept of every piece: ``source`` is the
verbatim slice of the file, so that a quote can be found in it again; ``text`` is the same without Markdown markup, in
Unicode NFC, for search and embedding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from kb.text.language import InLanguage, primary_language

Lines: TypeAlias = tuple[int, int]
"""First and last line in the file, counted from 1, both included."""

Status: TypeAlias = Literal["draft", "review", "published", "archived"]
Audience: TypeAlias = Literal["public", "internal"]
BlockKind: TypeAlias = Literal["paragraph", "steps", "list", "table", "code", "admonition", "quote", "html"]
UnitKind: TypeAlias = Literal["sentence", "step", "item", "row", "code"]

DEFAULT_REVIEW_EVERY_DAYS = 180


class ArticleKey(NamedTuple):
    """What names an article: its id and its language (a BCP 47 tag). Written, and stored, as ``id@language``."""

    article_id: str
    language: str

    def __str__(self) -> str:
        return f"{self.article_id}@{self.language}"

    @classmethod
    def parse(cls, written: str) -> ArticleKey:
        """The key that ``str`` wrote; what has no ``@`` is an id without a language."""
        article_id, _, language = written.rpartition("@")
        return cls(article_id, language) if article_id else cls(written, "")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> ArticleKey:
        """The article that a row of JSON names in its ``article_id`` and ``language``."""
        return cls(row["article_id"], row["language"])

    @property
    def primary_language(self) -> str:
        """``de`` for ``de-AT``."""
        return primary_language(self.language)


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece an answer quotes: a sentence, a step or list item, a table row, a code block."""

    kind: UnitKind
    source: str
    text: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section that is never cut apart by chunking unless it alone is over the budget.

    Tables, code and lists keep all their rows, lines and items in one block; ``lead_in`` of a list or table (the
    paragraph that ends in a colon) stays a paragraph block of its own in front of it.
    """

    kind: BlockKind
    source: str
    text: str
    lines: Lines
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it up to the next heading.

    ``headings`` is the path of headings down to this one, without the article's title; empty for the text before the
    first heading. ``anchor`` is the one GitHub would make, unique within the article; empty for that first text.
    """

    headings: tuple[str, ...]
    anchor: str
    level: int
    lines: Lines
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        return self.headings[-1] if self.headings else ""

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks if block.text)


@dataclass(frozen=True, slots=True)
class Article(InLanguage):
    """One article in one language. ``id`` and ``language`` name it; the same id in another language is its translation.

    ``path`` is POSIX, below the root it was read from. ``source`` is the decoded file as it stands, line ends and
    Unicode form untouched. ``foreign`` keeps front-matter keys that the schema does not know.
    """

    id: str
    language: str
    title: str
    path: str
    source: str
    sections: tuple[Section, ...]
    status: Status = "published"
    audience: Audience = "internal"
    owner: str = ""
    products: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    created_on: date | None = None
    reviewed_on: date | None = None
    expires_on: date | None = None
    review_every_days: int = DEFAULT_REVIEW_EVERY_DAYS
    supersedes: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    origin: str = ""
    foreign: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> ArticleKey:
        """What names this article in the catalog."""
        return ArticleKey(self.id, self.language)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a file that its author should know; ``line`` counts from 1, 0 means the file as a whole."""

    path: str
    line: int
    code: str
    message: str
