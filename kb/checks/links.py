"""Rules on links between files. Links to other hosts are never followed: a check works offline and is repeatable."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kb.articles.files import is_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.checks.corpus import Corpus
    from kb.checks.finding import Finding
    from kb.checks.page import Page
    from kb.markdown import Link

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/", re.IGNORECASE)
"""Another scheme or host, or a path from the site's root, which is not known here."""


def links(library: Corpus) -> Iterator[Finding]:
    """Links and images whose file does not exist, anchors that no heading makes."""
    exists = cache(os.path.exists)
    for page in library.pages:
        for link in page.body.links if page.wanted else ():
            if _ELSEWHERE.match(link.target):
                continue
            path, _, anchor = link.target.partition("#")
            file = _below(page, path) if path else page.file
            found = next(
                (name for name in (file, f"{file}.md", unicodedata.normalize("NFC", file)) if exists(name)), ""
            )
            if not link.target or not found:
                yield _dead(library, page, link, file)
                continue
            yield from _archived(library, page, link, found)
            if anchor and not link.is_image and is_markdown(found):
                yield from _anchor(library, page, link, found, unquote(anchor))


def _below(page: Page, path: str) -> str:
    """Absolute path of a link's path, which counts from the folder of its page."""
    return os.path.normpath(os.path.join(os.path.dirname(page.file), unquote(path.partition("?")[0])))  # noqa: PTH118, PTH120


def _dead(library: Corpus, page: Page, link: Link, file: str) -> Finding:
    code = "dead-image" if link.is_image else "dead-link"
    if not link.target:
        return page.finding(
            "error", code, link.line, f"“{link.text}” leads nowhere", "Give it a target, or make it plain text."
        )
    folder, name = os.path.split(file)
    near = library.nearest(name, _names(folder))
    fix = f"Did you mean {near}?" if near else "Correct the path, or remove the link."
    return page.finding("error", code, link.line, f"there is no file {link.target}", fix)


def _names(folder: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(os.listdir(folder)))  # noqa: PTH208
    except OSError:
        return ()


def _archived(library: Corpus, page: Page, link: Link, file: str) -> Iterator[Finding]:
    """A link from a published article to an archived one, but for the one it supersedes."""
    target = library.by_file.get(file)
    if target is None or target.article is None or target.article.status != "archived" or target is page:
        return
    if page.article and page.article.status == "published" and target.article.id not in page.article.supersedes:
        message = f"{link.target} is archived"
        fix = "Link to the article that took its place, or remove the link."
        yield page.finding("warning", "archived-link", link.line, message, fix)


def _anchor(library: Corpus, page: Page, link: Link, file: str, anchor: str) -> Iterator[Finding]:
    known = library.anchors_of(file)
    wanted = unicodedata.normalize("NFC", anchor)
    if known is None or wanted in known:
        return
    near = library.nearest(wanted.lower(), sorted(known))
    fix = f"Did you mean #{near}?" if near else "Correct the part behind #, or remove it."
    where = "this article" if file == page.file else os.path.basename(file)  # noqa: PTH119
    yield page.finding("error", "dead-anchor", link.line, f"no heading in {where} makes the anchor #{anchor}", fix)
