"""A report as plain blocks of text and tables, written as HTML or as Markdown. Texts are data, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assistant.reports.rendering.charts import Chart


@dataclass(frozen=True, slots=True)
class InternalLink:
    """A text that leads to a section of the same report."""

    text: str
    target: str


Cell: TypeAlias = str | InternalLink


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of ``level`` 2 or 3. ``target`` names it for links; ``new_page``: it begins a page in print."""

    title: str
    level: int = 2
    target: str = ""
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``quiet`` ones say how something is to be read."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what belongs to them."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, the heads of its columns, its rows. ``numeric`` are the places of columns of figures.

    ``whole`` are the places of columns whose cells stay on one line, as ids and dates. Without ``captioned`` the
    caption is only read out, not shown: a heading says the same.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    captioned: bool = True


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart. Its values stand in a table of the same report, for those who cannot see it."""

    chart: Chart


Block: TypeAlias = Section | Paragraph | Bullets | Facts | Grid | ChartBlock


@dataclass(frozen=True, slots=True)
class Document:
    """A report: ``title``, what it is about, and where it comes from."""

    language: str
    title: str
    subtitle: str
    origin: str
    blocks: Sequence[Block]
