"""Rules on how articles refer to each other: ids, translations, successors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.checks.library import Library, Page
    from kb.checks.model import Finding

_LANGUAGES = ("de", "en")


def duplicate_id(library: Library) -> Iterator[Finding]:
    """Two files with the same id and language: one would hide the other."""
    first: dict[str, Page] = {}
    for page in library.pages:
        if page.article is None:
            continue
        other = first.setdefault(page.article.key, page)
        if other is not page:
            message = f"`{page.article.id}` ({page.article.language}) is already the id of {other.shown}"
            line = page.front.line_of("id")
            yield page.finding("error", "duplicate-id", line, message, "Give one of them another id, or merge the two.")


def unknown_related(library: Library) -> Iterator[Finding]:
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


def superseded_published(library: Library) -> Iterator[Finding]:
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


def missing_translation(library: Library) -> Iterator[Finding]:
    """A published article without its counterpart, where the library is kept in German and English."""
    if not library.languages.issuperset(_LANGUAGES):
        return
    for same_id in library.by_id.values():
        have = {page.article.language.partition("-")[0] for page in same_id if page.article}
        page = same_id[0]
        if page.article is None or page.article.status != "published" or not have & set(_LANGUAGES):
            continue
        for language in _LANGUAGES:
            if language not in have:
                message = f"`{page.article.id}` has no article in language '{language}'"
                fix = "Translate it, or leave it: a question in that language is answered from this one."
                yield page.finding("info", "missing-translation", page.front.line_of("id"), message, fix)
