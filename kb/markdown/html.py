"""HTML inside Markdown: the visible text, links, anchors. A reader of tags, never a renderer."""

from __future__ import annotations

import re
from html import unescape

from kb.markdown.parsed import Link
from kb.markdown.source import plain

_BLOCK_TAGS = (
    "address article aside blockquote br button caption center dd details dialog div dl dt fieldset figcaption figure"
    " footer form h[1-6] header hr iframe img li main nav ol option p pre section summary table tbody td tfoot th thead"
    " title tr ul video"
).replace(" ", "|")
_INVISIBLE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<[!?][^<>]*>", re.DOTALL | re.IGNORECASE
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_TAGS})\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ATTRIBUTE = r"""\b{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))"""
_HREF = re.compile(r"<a\b[^<>]*?" + _ATTRIBUTE.format(name="href"), re.IGNORECASE)
_SRC = re.compile(r"<img\b[^<>]*?" + _ATTRIBUTE.format(name="src"), re.IGNORECASE)
_NAME = re.compile(r"<[A-Za-z][^<>]*?" + _ATTRIBUTE.format(name="(?:id|name)"), re.IGNORECASE)
_ALT = re.compile(r"<img\b[^<>]*?" + _ATTRIBUTE.format(name="alt"), re.IGNORECASE)


def _value(match: re.Match[str]) -> str:
    return unescape(match[1] or match[2] or match[3] or "")


def tag_text(tag: str) -> str:
    """What a single tag within a line shows: alternative text of an image, a blank for a break, else nothing."""
    if alt := _ALT.match(tag):
        return _value(alt)
    return " " if _BLOCK_TAG.match(tag) else ""


def tag_links(html: str) -> list[Link]:
    """Targets of ``<a href>`` and ``<img src>``, line 0: the caller knows where it stands."""
    links = [Link(_value(match), "", 0) for match in _HREF.finditer(html)]
    return links + [Link(_value(match), "", 0, is_image=True) for match in _SRC.finditer(html)]


def tag_anchors(html: str) -> list[str]:
    """Values of ``id`` and ``name``: places a link can point at."""
    return [_value(match) for match in _NAME.finditer(html)]


def visible_ranges(html: str) -> list[tuple[int, int]]:
    """Ranges of ``html`` with running text: between block tags, outside comments, scripts and styles."""
    ranges: list[tuple[int, int]] = []
    start = 0
    cuts = sorted(m.span() for pattern in (_INVISIBLE, _BLOCK_TAG) for m in pattern.finditer(html))
    for left, right in [*cuts, (len(html), len(html))]:
        if left > start and visible_text(html[start:left]):
            ranges.append((start, left))
        start = max(start, right)
    return ranges


def visible_text(html: str) -> str:
    """``html`` without tags, entities decoded."""
    return plain(unescape(_TAG.sub("", html)))
