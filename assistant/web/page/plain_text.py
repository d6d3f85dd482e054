"""Sanitised HTML as plain text: what is copied out of the page into a chat, a mail or a ticket."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(("p", "div", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl"))
_SKIPPED = frozenset(("button", "script", "style"))


def plain(html: str) -> str:
    """Paragraphs apart by an empty line, list items with number or dash, table rows on a line each, no citations."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._lists: list[int | None] = []
        self._skipping = 0

    def text(self) -> str:
        """The text of all that was fed."""
        self._end()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag in {"ul", "ol"}:
            self._end()
            start = dict(attrs).get("start") or "1"
            self._lists.append(int(start) if tag == "ol" and start.isdecimal() else 1 if tag == "ol" else None)
        elif tag == "li":
            self._end()
            number = self._lists[-1] if self._lists else None
            self._line = "  " * max(0, len(self._lists) - 1) + (f"{number}. " if number is not None else "- ")
            if number is not None:
                self._lists[-1] = number + 1
        elif tag in {"br", "tr"}:
            self._end()
        elif tag in {"td", "th"} and self._line.strip():
            self._line += " | "
        elif tag in _BLOCKS:
            self._block()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag in {"ul", "ol"}:
            self._end()
            if self._lists:
                self._lists.pop()
            if not self._lists:
                self._lines.append("")
        elif tag in {"li", "tr"}:
            self._end()
        elif tag in _BLOCKS:
            self._block()

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        folded = re.sub(r"\s+", " ", data)
        self._line += folded.lstrip() if not self._line.strip() or self._line.endswith(" ") else folded

    def _block(self) -> None:
        """A block ends or begins: an empty line, but inside a list its item goes on."""
        if self._lists:
            if self._line.strip(" -.0123456789"):
                self._end()
            return
        self._end()
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _end(self) -> None:
        if self._line.strip():
            self._lines.append(self._line.rstrip())
        self._line = ""
