"""Inline Markdown: what a reader sees of it, and where each visible piece stands in the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kb.markdown.engine import inline_tokens
from kb.markdown.html import tag_anchors, tag_links, tag_text
from kb.markdown.parsed import Link
from kb.markdown.source import HIDDEN, plain

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from markdown_it.token import Token

WINDOW_CHARS = 5_000
"""Longer paragraphs are parsed in windows: some rules look far ahead, and a 1 MB line must not take minutes."""

_MARKUP = re.compile(r"[\\`*_\[<&~!\n]")
_WHITE_SPACE = re.compile(r"\s+")
_REST_OF_TARGET = re.compile(rf"{HIDDEN}+\S{{0,1000}}")


@dataclass(slots=True)
class InlineText:
    """The visible text of one paragraph, heading or cell, addressable by ranges of its source."""

    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    links: list[tuple[int, Link]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    def add(self, start: int, end: int, text: str) -> None:
        """Append a piece; pieces come in the order of the source."""
        self._starts.append(start)
        self._ends.append(end)
        self._texts.append(text)

    def between(self, start: int, end: int) -> str:
        """Plain text of source[start:end]. A piece that is not letter for letter (an entity) counts where it begins."""
        parts: list[str] = []
        index = max(bisect_right(self._starts, start) - 1, 0)
        while index < len(self._starts) and self._starts[index] < end:
            left, right, text = self._starts[index], self._ends[index], self._texts[index]
            if len(text) == right - left:
                parts.append(text[max(start - left, 0) : max(end - left, 0)])
            elif left >= start:
                parts.append(text)
            index += 1
        return plain("".join(parts))

    def since(self, mark: int) -> str:
        """Plain text of the pieces added after there were ``mark`` of them."""
        return plain("".join(self._texts[mark:]))

    @property
    def text(self) -> str:
        """Plain text of the whole."""
        return plain("".join(self._texts))

    def __len__(self) -> int:
        return len(self._starts)


def parse_inline(content: str, env: MutableMapping[str, Any], original: str | None = None) -> InlineText:
    """Read inline Markdown. ``original`` is ``content`` with nothing hidden: code spans show template tags."""
    result = InlineText()
    shown = content if original is None or len(original) != len(content) else original
    if not _MARKUP.search(content):
        result.add(0, len(content), content)
        return result
    start = 0
    while start < len(content):
        end = _window_end(content, start)
        _read(inline_tokens(content[start:end], env), start, shown, result)
        start = end
    return result


def _window_end(content: str, start: int) -> int:
    if len(content) - start <= WINDOW_CHARS:
        return len(content)
    limit = start + WINDOW_CHARS
    cut = limit
    for match in _WHITE_SPACE.finditer(content, limit - 1_000, limit):
        cut = match.end()
    rest = _REST_OF_TARGET.match(content, cut)  # never through a pasted image
    return rest.end() if rest else cut


def _read(tokens: list[Token], offset: int, shown: str, result: InlineText) -> None:
    open_links: list[tuple[Token, int]] = []
    for token in tokens:
        start, end = token.map or (0, 0)
        start, end = start + offset, end + offset
        kind = token.type
        if kind in ("text", "text_special"):
            result.add(start, end, token.content)
        elif kind in ("softbreak", "hardbreak"):
            result.add(start, end, " ")
        elif kind == "code_inline":
            ticks = len(token.markup)
            result.add(start, end, shown[start + ticks : end - ticks])
        elif kind == "link_open":
            open_links.append((token, len(result)))
        elif kind == "link_close" and open_links:
            opened, mark = open_links.pop()
            target = str(opened.attrs.get("href", ""))
            result.links.append((start, Link(target, result.since(mark), 0)))
        elif kind == "image":
            alt = alt_text(token)
            result.add(start, end, alt)
            result.links.append((start, Link(str(token.attrs.get("src", "")), plain(alt), 0, is_image=True)))
        elif kind == "html_inline":
            result.add(start, end, tag_text(token.content))
            result.links += [(start, link) for link in tag_links(token.content)]
            result.anchors += tag_anchors(token.content)


def alt_text(token: Token) -> str:
    """The alternative text of an image, without markup."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type == "image":
            parts.append(alt_text(child))
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "text_special", "code_inline"):
            parts.append(child.content)
    return "".join(parts)
