"""Rules on the front matter of one article."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from kb.articles.front_matter import KEYS
from kb.text.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kb.checks.finding import Finding, Severity
    from kb.checks.page import Page

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NEEDED: dict[str, Severity] = {
    "id": "error",
    "title": "error",
    "language": "error",
    "status": "warning",
    "audience": "warning",
    "owner": "warning",
}
_FIXES = {
    "bad-date": "Write an existing day as YYYY-MM-DD.",
    "bad-name": "Rename it.",
    "bad-front-matter": "Make it valid YAML: quote texts that hold a colon, indent with blanks, close every bracket.",
    "bad-value": "Use one of the values that the message names.",
    "binary": "Save the file as UTF-8 text, or remove it.",
    "duplicate-key": "Keep one of the two lines.",
    "empty": "Write the article, or remove the file.",
    "invalid-encoding": "Save the file as UTF-8.",
    "language-mismatch": "Correct `language`, or move the text to the article in its language.",
    "not-markdown": "Convert it to Markdown, or add it to articles.ignore.",
    "outside-root": "Put the file itself into the folder.",
    "too-large": "Split it, or raise articles.max_bytes.",
    "unreadable": "Give yourself permission to read the file.",
    "wrong-type": "Write a single text, or a list as [first, second].",
}
_SEVERITIES: dict[str, Severity] = {"language-mismatch": "warning", "not-markdown": "info"}
"""All others are errors."""


def reading_problems(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """What keeps a file from being taken, and what reading it brought up: encoding, YAML, dates, values, types."""
    for problem in page.problems:
        severity = _SEVERITIES.get(problem.code, "error")
        yield page.finding(severity, problem.code, problem.line, problem.message, _FIXES[problem.code])
    for complaint in page.front.loose:
        yield page.finding("error", complaint.code, complaint.line, complaint.message, _FIXES[complaint.code])


def unknown_key(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """Keys the schema does not know, mostly typing errors: ``reviewd_on``."""
    if _is_broken(page):
        return
    for key in page.front.foreign:
        yield page.finding("error", "unknown-key", page.front.line_of(key), f"unknown key `{key}`", _nearest_key(key))


@cache
def _nearest_key(key: str) -> str:
    near = get_close_matches(key.lower().replace("-", "_"), KEYS, n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`? Otherwise remove the line." if near else f"Remove it. Keys: {', '.join(KEYS)}."


def missing_key(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """Keys an article needs: what names it, who may see it, who keeps it, when it was looked at."""
    if page.article is None or _is_broken(page):
        return
    if not page.front.present:
        fix = (
            "Begin the file with `---`, the keys id, title, language, status, audience, owner, reviewed_on, and `---`."
        )
        yield page.finding("error", "missing-key", 1, "the article has no front matter", fix)
        return
    values = page.front.values
    for key, severity in _NEEDED.items():
        if key not in page.front.lines or not (getattr(values, key) or _complained(page, key)):
            yield page.finding(severity, "missing-key", 1, f"`{key}` is missing", f"Add `{key}:` to the front matter.")
    dates = ("created_on", "reviewed_on")
    if not any(getattr(values, key) or _complained(page, key) for key in dates):
        fix = "Add `reviewed_on:` with the day on which somebody last vouched for the article."
        yield page.finding("warning", "missing-key", 1, "neither `reviewed_on` nor `created_on` is given", fix)


def future_date(page: Page, today: date) -> Iterator[Finding]:
    """Nobody can have written or reviewed an article in the future."""
    for key in ("created_on", "reviewed_on"):
        day: date | None = getattr(page.front.values, key)
        if day and day > today:
            message = f"`{key}` is {day.isoformat()}, after today ({today.isoformat()})"
            yield page.finding("error", "future-date", page.front.line_of(key), message, "Write the day it happened.")


def bad_slug(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """Ids stand in links, file names and reports: small letters, digits, hyphens."""
    given = page.front.values.id
    if given and not SLUG.fullmatch(given):
        fix = f"Write `id: {slug(given) or 'some-short-name'}`."
        yield page.finding("error", "bad-slug", page.front.line_of("id"), f"`{given}` is not a slug", fix)


def id_not_file_name(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """Who reads an id in a report finds the file by it."""
    given, stem = page.front.values.id, PurePath(page.file).stem
    if given and given != stem:
        message = f"the id is `{given}`, the file is named `{stem}`"
        fix = f"Rename the file to {given}{PurePath(page.file).suffix}, or change the id."
        yield page.finding("warning", "id-not-file-name", page.front.line_of("id"), message, fix)


def _is_broken(page: Page) -> bool:
    return any(problem.code == "bad-front-matter" for problem in page.problems)


def _complained(page: Page, key: str) -> bool:
    """Whether something is said about ``key`` already."""
    return any(complaint.key == key for complaint in page.front.complaints)
