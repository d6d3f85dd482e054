"""What a Markdown body holds once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.articles.article import Section


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image. ``target`` is as written in the file, not encoded; ``line`` counts from 1 in the file."""

    target: str
    text: str
    line: int
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands in the file; ``is_title`` where it names the article instead of a section."""

    level: int
    text: str
    line: int
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """``title`` is the first h1, else the first heading, else empty.

    ``anchors`` are all names a link may put behind ``#``: those GitHub makes of headings, and those written as
    ``<a name>``, ``id=`` or ``{#id}``.
    """

    title: str
    sections: tuple[Section, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    anchors: frozenset[str]
