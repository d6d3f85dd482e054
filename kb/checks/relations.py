"""Rules on how articles refer to each other: ids, translations, successors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.articles.article import Article, ArticleKey
    from kb.checks.corpus import Corpus
    from kb.checks.finding import Finding
    from kb.checks.page import Page

_LANGUAGES = ("de", "en")

OLDER_DAYS = 30
"""Two languages of an article are seldom reviewed on the same day; a month apart, one was forgotten."""


def duplicate_id(library: Corpus) -> Iterator[Finding]:
    """Two files with the same id and language: one would hide the other."""
    first: dict[ArticleKey, Page] = {}
    for page in library.pages:
        if page.article is None:
            continue
        other = first.setdefault(page.article.key, page)
        if other is not page:
            message = f"`{page.article.id}` ({page.article.language}) is already the id of {other.shown}"
            line = page.front.line_of("id")
            yield page.finding("error", "duplicate-id", line, message, "Give one of them another id, or merge the two.")


def unknown_related(library: Corpus) -> Iterator[Finding]:
    """Ids in ``related`` and ``supersedes`` that no article has."""
    for page in library.pages:
        for key in ("related", "supersedes"):
            for name in getattr(page.front.values, key):
                if name in library.by_id:
                    continue
                near = library.nearest(name, library.by_id)
                fix = f"Did you mean `{near}`?" if near else f"Remove it from `{key}`."
                message = f"`{key}` names `{name}`, and no article has that id"
                yield page.finding("error", "unknown-related", page.front.line_of(key), message, fix)


def superseded_published(library: Corpus) -> Iterator[Finding]:
    """An article still answers although a published one in its language supersedes it."""
    for page in library.pages:
        if page.article is None or page.article.status != "published":
            continue
        for name in page.article.supersedes:
            for old in library.by_id.get(name, ()):
                outdated = old.article
                if outdated is None or outdated.status != "published" or outdated.language != page.article.language:
                    continue
                message = f"published, although `{page.article.id}` supersedes it"
                line = old.front.line_of("status")
                yield old.finding("warning", "superseded-published", line, message, "Set `status: archived`.")


def missing_translation(library: Corpus) -> Iterator[Finding]:
    """A published article without its counterpart, where the library is kept in German and English."""
    if not library.languages.issuperset(_LANGUAGES):
        return
    for same_id in library.by_id.values():
        have = {page.article.primary_language for page in same_id if page.article}
        page = same_id[0]
        if page.article is None or page.article.status != "published" or not have & set(_LANGUAGES):
            continue
        for language in _LANGUAGES:
            if language not in have:
                message = f"`{page.article.id}` has no article in language '{language}'"
                fix = "Translate it, or leave it: a question in that language is answered from this one."
                yield page.finding("info", "missing-translation", page.front.line_of("id"), message, fix)


def archived_related(library: Corpus) -> Iterator[Finding]:
    """A published article whose ``related`` names one that is archived in every language it has."""
    for page in library.pages:
        if page.article is None or page.article.status != "published":
            continue
        for name in page.article.related:
            known = library.by_id.get(name, ())
            if known and all(old.article is not None and old.article.status == "archived" for old in known):
                message = f"`related` names `{name}`, which is archived"
                fix = "Name the article that took its place, or remove it."
                yield page.finding("warning", "archived-link", page.front.line_of("related"), message, fix)


def supersede_loop(library: Corpus) -> Iterator[Finding]:
    """Articles that supersede each other, or themselves; told once a loop, at the article whose id comes first."""
    after = {name: _superseded(pages) for name, pages in library.by_id.items()}
    done: set[str] = set()
    for start in sorted(after):
        loop = _loop(start, after, done)
        if not loop:
            continue
        first = loop.index(min(loop))
        loop = [*loop[first:], *loop[:first], loop[first]]
        page = next(one for one in library.by_id[loop[0]] if one.article and loop[1] in one.article.supersedes)
        message = " supersedes ".join(f"`{name}`" for name in loop)
        fix = "Keep `supersedes` in the newest of them only."
        yield page.finding("error", "supersede-loop", page.front.line_of("supersedes"), message, fix)


def _superseded(pages: list[Page]) -> list[str]:
    return sorted({name for page in pages if page.article for name in page.article.supersedes})


def _loop(start: str, after: dict[str, list[str]], done: set[str]) -> list[str]:
    """The first loop that can be reached from ``start`` over ids that are not ``done``; marks what it saw as done."""
    path: list[str] = []
    places: dict[str, int] = {}
    stack: list[tuple[str, int]] = [(start, 0)]
    while stack:
        name, depth = stack.pop()
        for left in path[depth:]:
            del places[left]
        del path[depth:]
        if name in places:
            done.update(path)
            return path[places[name] :]
        if name in done:
            continue
        done.add(name)
        places[name] = depth
        path.append(name)
        stack += [(below, depth + 1) for below in reversed(after.get(name, ()))]
    return []


def translations(library: Corpus) -> Iterator[Finding]:
    """Published articles whose other language was withdrawn, or was reviewed long after this one."""
    for same_id in library.by_id.values():
        for page in same_id if len(same_id) > 1 else ():
            article = page.article
            if article is None or article.status != "published":
                continue
            read = [other.article for other in same_id if other.article]
            others = [other for other in read if other.language != article.language]
            yield from _withdrawn(page, others)
            yield from _older(page, article, others)


def _withdrawn(page: Page, others: list[Article]) -> Iterator[Finding]:
    if others and all(other.status == "archived" for other in others):
        message = f"published, while its version in '{others[0].language}' is archived"
        fix = "Archive it too, or publish the other one again."
        yield page.finding("warning", "orphan-translation", page.front.line_of("status"), message, fix)


def _older(page: Page, article: Article, others: list[Article]) -> Iterator[Finding]:
    published = [other for other in others if other.status == "published" and other.reviewed_on]
    newest = max(published, key=lambda other: (str(other.reviewed_on), other.language), default=None)
    if newest is None or newest.reviewed_on is None or article.reviewed_on is None:
        return
    days = (newest.reviewed_on - article.reviewed_on).days
    if days > OLDER_DAYS:
        message = f"reviewed {days} days before its version in '{newest.language}' ({newest.reviewed_on})"
        fix = "Compare the two, mend this one, set `reviewed_on`."
        yield page.finding("info", "older-translation", page.front.line_of("reviewed_on"), message, fix)
