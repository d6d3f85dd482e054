"""Block tokens to the domain's blocks and units, each with its verbatim slice of the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from kb.articles.article import Block, Unit
from kb.markdown.engine import MAX_NESTING
from kb.markdown.html import tag_anchors, tag_links, visible_ranges, visible_text
from kb.markdown.inline import InlineText, parse_inline
from kb.markdown.source import HIDDEN, BodyLines, plain
from kb.text import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.token import Token

    from kb.articles.article import BlockKind, UnitKind
    from kb.markdown.parsed import Link

_ALERT = re.compile(r"\[!([A-Za-z]+)(?:[ ][^\]\n]{0,500})?\][ \t]*(?:\n|$)")
_LIST_MARKER_PREFIX = re.compile(r"(?:[ \t>]|\[\^[^\]\s]+\]:)*")
_EMPTY_TAIL = re.compile(r"(?:[\r\n][ \t>]*)+\Z")
_QUOTE_PREFIX = re.compile(r"[ \t>]*")
_MARKERS = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])+", re.MULTILINE)


def nodes(tokens: list[Token]) -> Iterator[list[Token]]:
    """Sibling blocks of a token list: each a single token or everything from its opening to its closing one."""
    start = 0
    depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[start : index + 1]
            start = index + 1


class BlockReader:
    """Turns block tokens of one body into blocks; collects the links and anchors it comes by."""

    def __init__(self, source: BodyLines, env: dict[str, Any]) -> None:
        self._source = source
        self._env = env
        self.links: list[Link] = []
        self.anchors: list[str] = []
        self._readers: dict[str, Callable[[list[Token]], list[Block]]] = {
            "paragraph_open": self._paragraph,
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "table_open": self._table,
            "fence": self._code,
            "code_block": self._code,
            "blockquote_open": self._quote,
            "html_block": self._html,
            "footnote_reference_open": self._footnote,
        }

    def read(self, node: list[Token]) -> list[Block]:
        """Blocks of one node: none where nothing is visible, several for a footnote of several paragraphs."""
        read = self._readers.get(node[0].type)
        return read(node) if read else []

    def _footnote(self, node: list[Token]) -> list[Block]:
        return [block for inner in nodes(node[1:-1]) for block in self.read(inner)]

    def inline(self, token: Token) -> InlineText:
        """Visible text of an ``inline`` token whose position within its line does not matter."""
        line = (token.map or [0])[0]
        text = parse_inline(token.content, self._env)
        self._collect(text, token.content, line)
        return text

    def _collect(self, text: InlineText, content: str, line: int) -> None:
        number, counted = line + self._source.first_line, 0
        for position, link in text.links:
            number += content.count("\n", counted, position)
            counted = max(counted, position)
            if HIDDEN not in link.target:  # a template or a pasted image makes it: nothing to follow
                self.links.append(replace(link, line=number))
        self.anchors += text.anchors

    def _block(self, kind: BlockKind, node: list[Token], text: str, units: list[Unit]) -> list[Block]:
        if not text and not units:
            return []
        start, end = self._source.block_span(*(node[0].map or (0, 1)))
        return [Block(kind, self._source.body[start:end], text, self._source.lines_of(start, end), tuple(units))]

    def _unit(self, kind: UnitKind, start: int, end: int, text: str) -> Unit:
        return Unit(kind, self._source.body[start:end], text, self._source.lines_of(start, end))

    def _paragraph(self, node: list[Token]) -> list[Block]:
        text, units = self._sentences(node[1])
        return self._block("paragraph", node, text, units)

    def _sentences(self, token: Token, skip: int = 0) -> tuple[str, list[Unit]]:
        """Text and sentences of a paragraph's ``inline`` token from its character ``skip`` on."""
        content = token.content
        offsets = self._offsets(token)
        original = self._original(content, offsets)
        inline = parse_inline(content, self._env, original)
        self._collect(inline, content, (token.map or [0])[0])
        text = inline.between(skip, len(content))
        if not offsets:
            start, end = self._source.block_span(*(token.map or (0, 1)))
            return text, [self._unit("sentence", start, end, text)] if text else []
        units: list[Unit] = []
        for left, right in sentences.split(content[skip:]):
            start, end = _position(offsets, left + skip), _position(offsets, right + skip - 1) + 1
            sentence = inline.between(left + skip, right + skip)
            if sentence:
                units.append(self._unit("sentence", start, end, sentence))
        return text, units

    def _offsets(self, token: Token) -> list[tuple[int, int]]:
        """Pairs (position in the content, position in the body) at which the content's lines begin.

        The parser takes indents and quote marks away, so each line of the content is the end of a line of the body.
        Empty where that does not hold (a tab that stands for a part of an indent).
        """
        offsets: list[tuple[int, int]] = []
        position = 0
        line = (token.map or [0])[0]
        for index, content_line in enumerate(token.content.split("\n")):
            if line + index >= self._source.line_count:
                return []
            start, end = self._source.span(line + index)
            bare = content_line.strip()
            body_line = self._source.masked[start:end].rstrip()
            if not body_line.endswith(bare):
                return []
            lead = len(content_line) - len(content_line.lstrip())
            offsets.append((position + lead, start + len(body_line) - len(bare)))
            position += len(content_line) + 1
        return offsets

    def _original(self, content: str, offsets: list[tuple[int, int]]) -> str | None:
        """``content`` with the hidden characters shown again; None where nothing is hidden."""
        if HIDDEN not in content or not offsets:
            return None
        body = self._source.body
        return "".join(
            body[_position(offsets, index)] if char == HIDDEN else char for index, char in enumerate(content)
        )

    def _list(self, node: list[Token]) -> list[Block]:
        ordered = node[0].type == "ordered_list_open"
        units: list[Unit] = []
        for item in nodes(node[1:-1]):
            first, after = item[0].map or (0, 1)
            start, end = self._source.block_span(first, after)
            prefix = _LIST_MARKER_PREFIX.match(self._source.body, self._source.start_of(first), max(end, start))
            start = max(start, prefix.end()) if prefix else start
            end = start + len(_EMPTY_TAIL.sub("", self._source.body[start:end]))
            text = self._flat(item[1:-1], start, end)
            if text:
                units.append(self._unit("step" if ordered else "item", start, end, text))
        return self._block("steps" if ordered else "list", node, "\n".join(unit.text for unit in units), units)

    def _flat(self, tokens: list[Token], start: int, end: int) -> str:
        """Visible text of everything inside a list item, a line for each paragraph, item, row or line of code."""
        if any(token.level >= MAX_NESTING - 1 for token in tokens):  # the parser dropped what is nested deeper
            return plain(_MARKERS.sub("", self._source.masked[start:end]))
        lines: list[str] = []
        for token in tokens:
            if token.type == "inline":
                lines.append(self.inline(token).text)
            elif token.type in ("fence", "code_block"):
                lines.append(normalize("NFC", token.content.replace(HIDDEN, "").rstrip()))
            elif token.type == "html_block":
                lines.append(visible_text(token.content))
        return "\n".join(line for line in lines if line)

    def _table(self, node: list[Token]) -> list[Block]:
        header: list[str] = []
        units: list[Unit] = []
        cells: list[str] = []
        line = 0
        for token in node:
            if token.type == "tr_open":
                cells, line = [], (token.map or [0])[0]
            elif token.type == "inline":
                cells.append(self.inline(token).text)
            elif token.type == "thead_close":
                header = cells
            elif token.type == "tr_close" and header:
                text = _row_text(header, cells)
                if text:
                    units.append(self._row(line, text))
        text = "\n".join(unit.text for unit in units) or " | ".join(name for name in header if name)
        return self._block("table", node, text, units)

    def _row(self, line: int, text: str) -> Unit:
        start, end = self._source.block_span(line, line + 1)
        prefix = _QUOTE_PREFIX.match(self._source.body, start, end)
        return self._unit("row", prefix.end() if prefix else start, end, text)

    def _code(self, node: list[Token]) -> list[Block]:
        token = node[0]
        start, end = self._source.block_span(*(token.map or (0, 1)))
        if token.type == "code_block":  # the indent of the first line is part of the code
            start = self._source.start_of((token.map or [0])[0])
        text = self._shown_code(token)
        return self._block("code", node, text, [self._unit("code", start, end, text)] if text else [])

    def _shown_code(self, token: Token) -> str:
        """The code as written; template tags inside it are part of it."""
        if HIDDEN not in token.content:
            return normalize("NFC", token.content.strip("\n"))
        first, after = token.map or (0, 1)
        fenced = token.type == "fence"
        lines = [self._source.body[slice(*self._source.span(line))] for line in range(first + fenced, after - fenced)]
        return normalize("NFC", "\n".join(lines).strip("\n"))

    def _quote(self, node: list[Token]) -> list[Block]:
        kind: BlockKind = "quote"
        texts: list[str] = []
        units: list[Unit] = []
        for index, inner in enumerate(nodes(node[1:-1])):
            alert = _ALERT.match(inner[1].content) if index == 0 and inner[0].type == "paragraph_open" else None
            if alert:
                kind = "admonition"
                text, found = self._sentences(inner[1], alert.end())
                texts.append(text)
                units += found
                continue
            for block in self.read(inner):
                texts.append(block.text)
                units += block.units
        if any(token.level >= MAX_NESTING - 1 for token in node):
            start, end = self._source.block_span(*(node[0].map or (0, 1)))
            text = plain(_MARKERS.sub("", self._source.masked[start:end]))
            return self._block(kind, node, text, [self._unit("sentence", start, end, text)] if text else [])
        return self._block(kind, node, "\n".join(text for text in texts if text), units)

    def _html(self, node: list[Token]) -> list[Block]:
        token = node[0]
        start, end = self._source.block_span(*(token.map or (0, 1)))
        html = self._source.masked[start:end]
        line = self._source.line_at(start)
        self.links += [replace(link, line=line) for link in tag_links(html) if HIDDEN not in link.target]
        self.anchors += tag_anchors(html)
        units: list[Unit] = []
        for left, right in visible_ranges(html):
            for a, b in sentences.split(html[left:right]):
                text = visible_text(html[left + a : left + b])
                if text:
                    units.append(self._unit("sentence", start + left + a, start + left + b, text))
        return self._block("html", node, "\n".join(unit.text for unit in units), units)


def _position(offsets: list[tuple[int, int]], position: int) -> int:
    """Position in the body of a position in the content; white space taken away by the parser falls on the line."""
    content_start, body_start = offsets[max(bisect_right(offsets, position, key=itemgetter(0)) - 1, 0)]
    return body_start + max(position - content_start, 0)


def _row_text(header: list[str], cells: list[str]) -> str:
    """``Header: cell; Header2: cell``; empty cells are left out."""
    named = zip(header, cells, strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)
