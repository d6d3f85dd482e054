"""Markdown to HTML that is safe to put into a page: everything an article or a question brings is sanitised here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import nh3

from kb.markdown.render import to_html

if TYPE_CHECKING:
    from assistant.answering.reply import Citation

Resolve = Callable[[str], str | None]
"""From a link as an article writes it to a link of this server; None where nothing is known behind it."""

# fmt: off
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}
# fmt: on
_LINES = "data-lines"
_ATTRIBUTES = {
    "*": {_LINES},
    "a": {"href", "title"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
    "ol": {"start"},
    **{cell: {"colspan", "rowspan", "style"} for cell in ("td", "th")},
}
_CLASSES = {
    "blockquote": {"admonition", "note", "tip", "important", "warning", "caution"},
    "div": {"footnote"},
    "span": {"image"},
}
_OUTWARD = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_ALIGNMENT = re.compile(r"text-align:\s?(left|right|center)")
_LINES_VALUE = re.compile(r"\d+-\d+")
_OPEN, _CLOSE = "\ue100", "\ue101"
"""Stand around a citation's number while the answer is rendered; private-use characters that no article needs."""

_MARKED_NUMBER = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


def article_html(body: str, first_line: int, resolve: Resolve) -> str:
    """An article's body as sanitised HTML with anchors and lines; links to other articles lead to this server."""
    return _clean(to_html(body, first_line), resolve)


def answer_html(answer: str, citations: Sequence[Citation], resolve: Resolve) -> str:
    """An answer as sanitised HTML whose citation numbers are buttons, ``data-cite`` the number."""
    html = _clean(to_html(_mark_citations(answer, citations)), resolve)
    html = re.sub(rf' {_LINES}="[^"]*"', "", html)
    return _MARKED_NUMBER.sub(r'<button type="button" class="cite" data-cite="\1">\1</button>', html)


def plain_text(markdown: str) -> str:
    """The text of a piece of Markdown as a reader sees it, white space folded."""
    cleaned = nh3.clean(to_html(markdown), tags=set(), attributes={}, strip_comments=True)
    return " ".join(unescape(cleaned).split())


def _mark_citations(answer: str, citations: Sequence[Citation]) -> str:
    """``answer`` with the number behind each quote between two marks, found in order: a quote may say [1] itself."""
    answer = answer.replace(_OPEN, "").replace(_CLOSE, "")
    marked, rest = "", answer
    for citation in citations:
        number = rf"\[{citation.number}\]"
        match = re.search(number + r"(?=\s*(?:\n\n|\Z))", rest) or re.search(number, rest)
        if match is None:
            continue
        marked += rest[: match.start()] + f"{_OPEN}{citation.number}{_CLOSE}"
        rest = rest[match.end() :]
    return marked + rest


def _clean(html: str, resolve: Resolve) -> str:
    def attribute(_: str, name: str, value: str) -> str | None:
        if name == "href":
            return _href(value, resolve)
        if name == "style":
            match = _ALIGNMENT.fullmatch(value.strip())
            return f"text-align: {match[1]}" if match else None
        if name == _LINES:
            return value if _LINES_VALUE.fullmatch(value) else None
        return value

    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )


def _href(target: str, resolve: Resolve) -> str | None:
    target = target.strip()
    if target.startswith("#") or _OUTWARD.match(target):
        return target
    return resolve(target)


def resolve_nothing(_: str) -> str | None:
    """No link leads to this server."""
    return None


def link_resolver(articles: Mapping[str, tuple[str, str]], path: str) -> Resolve:
    """Resolves links of the article at ``path``; ``articles`` maps the paths of its root to (article id, language)."""

    def resolve(target: str) -> str | None:
        file, _, anchor = target.partition("#")
        article = articles.get(normpath(join(dirname(path), unquote(file))))
        if article is None:
            return None
        article_id, language = article
        return f"/?article={quote(article_id, safe='')}&language={quote(language)}" + (f"#{anchor}" if anchor else "")

    return resolve
