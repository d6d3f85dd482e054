"""A Markdown body as HTML, made by the engine that also cuts it into sections, so that anchors and lines agree."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from kb.markdown.anchors import AnchorNames
from kb.markdown.blocks import BlockReader, nodes
from kb.markdown.engine import MAX_NESTING, block_tokens, inline_tokens
from kb.markdown.inline import WINDOW_CHARS, alt_text
from kb.markdown.source import HIDDEN, BodyLines

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_ALERT = re.compile(r"\[!([A-Za-z]+)\][ \t]*([^\n]*)(?:\n|$)")
_WITH_LINES = frozenset(
    ("paragraph_open", "heading_open", "list_item_open", "tr_open", "fence", "code_block", "blockquote_open")
)
_RENDERER = RendererHTML()
_OPTIONS = OptionsDict(
    {
        "maxNesting": MAX_NESTING,
        "html": True,
        "linkify": False,
        "typographer": False,
        "quotes": "",
        "xhtmlOut": False,
        "breaks": False,
        "langPrefix": "language-",
        "highlight": None,
    }
)


def to_html(source: str, first_line: int = 1) -> str:
    """HTML of a body (without front matter) that begins at line ``first_line`` of its file; it is not sanitised.

    Headings carry the anchors of ``parse`` as ``id``; every block that a citation may point at carries
    ``data-lines="FROM-TO"``, lines of the file counted from 1. GitHub's alerts become ``blockquote`` with the classes
    ``admonition`` and their kind. Images stand as their alternative text: the index holds articles, not pictures.
    """
    env: dict[str, Any] = {}
    body = BodyLines(source, first_line)
    tokens = block_tokens(body.body.replace("\0", "\ufffd"), env)
    for node in nodes(tokens):
        if node[0].type == "blockquote_open":
            _alert(node)
    _anchored(tokens, body)
    for token in tokens:
        if token.map and token.type in _WITH_LINES:
            start, end = body.block_span(*token.map)
            first, last = body.lines_of(start, end)
            token.attrSet("data-lines", f"{first}-{last}")
        if token.type == "inline":
            token.children = _inline(token.content, env)
        elif token.type == "footnote_reference_open":
            token.tag = "div"
            token.attrSet("class", "footnote")
        elif token.type == "footnote_reference_close":
            token.tag = "div"
    return _RENDERER.render(tokens, _OPTIONS, env)


def _anchored(tokens: list[Token], body: BodyLines) -> None:
    """Give the top-level headings the anchors that ``parse`` gives them."""
    names = AnchorNames()
    reader = BlockReader(body, {})
    for node in nodes(tokens):
        if node[0].type == "heading_open":
            # Hand-written ids and template tags are no part of a heading, here as in ``parse``.
            node[1].content = BodyLines(node[1].content, 1).masked.replace(HIDDEN, "")
            node[0].attrSet("id", names.name(reader.inline(node[1]).text))


def _alert(node: list[Token]) -> None:
    """Turn a quote that begins with ``[!KIND]`` into an admonition; a title behind the kind stays, in bold."""
    first = next((token for token in node if token.type == "inline"), None)
    match = _ALERT.match(first.content) if first is not None and node[1].type == "paragraph_open" else None
    if first is None or match is None:
        return
    node[0].attrSet("class", f"admonition {match[1].lower()}")
    title = f"**{match[2].strip()}** " if match[2].strip() else ""
    first.content = title + first.content[match.end() :]


def _inline(content: str, env: MutableMapping[str, Any]) -> list[Token]:
    """The inline tokens as the renderer knows them. A paragraph beyond reason is plain text: some rules are slow."""
    if len(content) > WINDOW_CHARS:
        return [Token("text", "", 0, content=content)]
    tokens = inline_tokens(content, env)
    for token in tokens:
        if token.type == "text_special":
            token.type = "text"
        elif token.type == "image":
            token.type, token.content = "html_inline", f'<span class="image">{escape(alt_text(token))}</span>'
        elif token.type == "footnote_ref":
            token.type, token.content = "html_inline", f"<sup>{escape(str(token.meta.get('label', '')))}</sup>"
    return tokens
