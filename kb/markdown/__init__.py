"""Markdown to sections, blocks and quotable units: the only package that knows the Markdown parser.

Reading order: ``parsed`` (what comes out), ``source`` (positions), ``engine`` (the parser), ``inline``, ``blocks``, and
``parse`` here, which cuts the blocks into sections.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kb.articles.article import Block, Section
from kb.markdown.anchors import AnchorNames, explicit_ids, slug
from kb.markdown.blocks import BlockReader, nodes
from kb.markdown.engine import block_tokens
from kb.markdown.parsed import Heading, Link, ParsedBody
from kb.markdown.source import BodyLines, plain

__all__ = ["Heading", "Link", "ParsedBody", "parse", "slug"]


def parse(body: str, first_line: int = 1, title: str = "") -> ParsedBody:
    """Read a Markdown body (without front matter) that begins at line ``first_line`` of its file.

    ``title`` is the article's title where it is known. The first h1 opens no heading path when it is that title, or
    when no title is known; an h1 that says something else stays a heading, so that its words are not lost. Any text
    is accepted: what is not Markdown is a paragraph.
    """
    source = BodyLines(body, first_line)
    env: dict[str, Any] = {}
    outline = _Outline(BlockReader(source, env), source, title)
    for node in nodes(block_tokens(source.masked, env)):
        if node[0].type == "heading_open":
            outline.open(int(node[0].tag[1:]), node)
        else:
            outline.blocks += outline.reader.read(node)
    return outline.close()


@dataclass
class _Outline:
    """The sections so far, and the one that is being filled."""

    reader: BlockReader
    source: BodyLines
    title: str
    sections: list[Section] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    anchors: AnchorNames = field(default_factory=AnchorNames)
    path: list[tuple[int, str]] = field(default_factory=list)
    anchor: str = ""
    level: int = 0
    lines: tuple[int, int] | None = None

    def open(self, level: int, node: list[Any]) -> None:
        """Begin the section of a heading."""
        self._end_section()
        text = self.reader.inline(node[1]).text
        start, end = self.source.block_span(*(node[0].map or (0, 1)))
        self.reader.anchors += explicit_ids(self.source.body[start:end])
        anchor = self.anchors.name(text)
        self.lines = self.source.lines_of(start, end)
        is_title = level == 1 and self._is_title(text)
        self.headings.append(Heading(level, text, self.lines[0], is_title))
        self.path = [(above, name) for above, name in self.path if above < level]
        if is_title:
            self.anchor, self.level = "", 0
            return
        self.path.append((level, text))
        self.anchor, self.level = anchor, level

    def _is_title(self, text: str) -> bool:
        first = not any(heading.level == 1 for heading in self.headings)
        return first and (not self.title or plain(self.title).casefold() == text.casefold())

    def _end_section(self) -> None:
        if self.blocks or (self.level and self.lines):
            first = (self.lines or self.blocks[0].lines)[0]
            last = self.blocks[-1].lines[1] if self.blocks else (self.lines or (first, first))[1]
            names = tuple(name for _, name in self.path if name)
            self.sections.append(Section(names, self.anchor, self.level, (first, last), tuple(self.blocks)))
        self.blocks = []

    def close(self) -> ParsedBody:
        """Everything that was read."""
        self._end_section()
        top = [heading.text for heading in self.headings if heading.level == 1 and heading.text]
        named = top or [heading.text for heading in self.headings if heading.text]
        anchors = self.anchors.taken | frozenset(self.reader.anchors)
        links = tuple(self.reader.links)
        return ParsedBody(named[0] if named else "", tuple(self.sections), tuple(self.headings), links, anchors)
