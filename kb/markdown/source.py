"""The body as characters and lines: where a line begins, what is hidden from the parser, verbatim slices."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property

HIDDEN = "\ue000"
"""Stands for every character of a template tag or pasted image while parsing, so that positions stay as they are."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_TEMPLATE = re.compile(
    r"""
    \{%.{0,400}?%\}                     # Liquid tag
    | \{\{.{0,400}?\}\}                 # Liquid value
    | \{\#[\w.:-]{1,100}\}              # kramdown heading id
    | \{:(?=[ .\#]|toc)[^{}\n]{0,200}\} # kramdown attributes
    | \bdata:[a-z]+/[a-z0-9.+-]{1,60}(?:;[a-z0-9=-]{1,60}){0,4};base64,[a-z0-9+/=_-]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


def plain(text: str) -> str:
    """``text`` for search: hidden characters gone, runs of white space one blank, Unicode NFC."""
    return unicodedata.normalize("NFC", " ".join(text.replace(HIDDEN, "").split()))


class BodyLines:
    """A body with its lines, counted from 0 as the parser does; ``first_line`` is the line in the file of line 0."""

    def __init__(self, body: str, first_line: int) -> None:
        self.body = body
        self.first_line = first_line
        self._line_ends: list[int] = []
        self._line_starts = [0]
        for match in _LINE_END.finditer(body):
            self._line_ends.append(match.start())
            self._line_starts.append(match.end())
        self._line_ends.append(len(body))

    @cached_property
    def masked(self) -> str:
        """The body for the parser: as long as the original, template tags and pasted images hidden, no NUL."""
        body = self.body.replace("\0", "\ufffd")
        if "{" not in body and "base64," not in body:
            return body
        return _TEMPLATE.sub(lambda match: HIDDEN * len(match[0]), body)

    @property
    def line_count(self) -> int:
        """Number of lines; an empty body has one."""
        return len(self._line_starts)

    def start_of(self, line: int) -> int:
        """Position of the first character of ``line``."""
        return self._line_starts[line]

    def span(self, line: int) -> tuple[int, int]:
        """Positions of ``line`` without its line end."""
        return self._line_starts[line], self._line_ends[line]

    def line_at(self, position: int) -> int:
        """Line in the file, counted from 1, of the character at ``position``."""
        return bisect_right(self._line_starts, position) - 1 + self.first_line

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """``start`` and ``end`` without the white space at both ends."""
        piece = self.body[start:end]
        inner = piece.strip()
        lead = len(piece) - len(piece.lstrip())
        return start + lead, start + lead + len(inner)

    def block_span(self, first: int, after: int) -> tuple[int, int]:
        """Positions of the lines ``first`` to ``after`` - 1 without white space at both ends."""
        last = min(after, self.line_count) - 1
        return self.trimmed(self._line_starts[first], self._line_ends[max(last, first)])

    def lines_of(self, start: int, end: int) -> tuple[int, int]:
        """First and last line in the file, counted from 1, of body[start:end]."""
        return self.line_at(start), self.line_at(max(start, end - 1))
