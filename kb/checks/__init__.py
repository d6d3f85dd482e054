"""``kb check``: strict rules on a folder of articles. Needs no index, no model and no network; today is an argument.

A rule is a function that yields findings; the tuples below are all rules in the order they run. Page rules see one
article with its text, library rules see all articles without theirs.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from sys import intern
from typing import TYPE_CHECKING

from kb.articles.files import MAX_BYTES
from kb.articles.freshness import DUE_DAYS
from kb.checks.corpus import Corpus, FileToRead, find
from kb.checks.dates import review_dates
from kb.checks.finding import CheckReport, FailOn, Finding, Severity
from kb.checks.front_matter import bad_slug, future_date, id_not_file_name, missing_key, reading_problems, unknown_key
from kb.checks.links import links
from kb.checks.page import Page
from kb.checks.promises import expired_promise
from kb.checks.relations import (
    archived_related,
    duplicate_id,
    missing_translation,
    supersede_loop,
    superseded_published,
    translations,
    unknown_related,
)
from kb.checks.structure import empty_section, heading_jump, long_paragraph, todo_left
from kb.checks.suppression import apply, suppressions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

__all__ = ["CheckReport", "FailOn", "Finding", "Severity", "check"]

PARALLEL_FROM = 500
"""Files; below that, starting processes costs more than it saves."""

MAX_PROCESSES = 8

PAGE_RULES: tuple[Callable[[Page, date], Iterable[Finding]], ...] = (
    reading_problems,
    unknown_key,
    missing_key,
    future_date,
    bad_slug,
    id_not_file_name,
    heading_jump,
    empty_section,
    long_paragraph,
    todo_left,
    expired_promise,
)
LIBRARY_RULES: tuple[Callable[[Corpus], Iterable[Finding]], ...] = (
    links,
    duplicate_id,
    unknown_related,
    superseded_published,
    supersede_loop,
    archived_related,
    missing_translation,
    translations,
)


def check(
    paths: Sequence[Path],
    today: date,
    due_days: int = DUE_DAYS,
    ignore: Sequence[str] = (),
    *,
    owner: str = "",
    here: Path | None = None,
    more: Sequence[Callable[[Corpus], Iterable[Finding]]] = (),
    max_bytes: int = MAX_BYTES,
    parallel_from: int = PARALLEL_FROM,
) -> CheckReport:
    """Check the Markdown files at or below ``paths`` as they are on the day ``today``.

    ``due_days``: an article is due so many days before its review date. ``ignore``: patterns of file names to pass
    over. ``owner``: only the findings of that owner's articles. ``here``: where shown paths count from, by default the
    current folder. ``more``: rules to add, such as those that need a network. ``max_bytes``: larger files are a
    finding, and not read. ``parallel_from``: with so many files, several processes read. A single file is checked
    against the other articles of its folder, which get no findings of their own. Raises NotFoundError for a path
    that does not exist.
    """
    findings: list[Finding] = []
    read: list[Page] = []
    collecting = gc.isenabled()
    gc.disable()  # reading makes many small objects and no cycles: a tenth of the time
    try:
        for page, found in _each(partial(_examine, today=today), find(paths, ignore, here, max_bytes), parallel_from):
            read.append(page)
            findings += map(_shared, found)
    finally:
        if collecting:
            gc.enable()
    library = Corpus(read, today)
    of_library = chain(review_dates(library, due_days), *(rule(library) for rule in (*LIBRARY_RULES, *more)))
    findings = apply(chain(findings, of_library), read)
    wanted = {page.shown: page for page in read if page.wanted and (not owner or page.front.values.owner == owner)}
    findings = [finding for finding in findings if finding.path in wanted]
    findings.sort(key=lambda finding: (finding.path, finding.line, finding.code, finding.message))
    return CheckReport(tuple(findings), sum(page.article is not None for page in wanted.values()))


def _examine(job: FileToRead, today: date) -> tuple[Page, list[Finding]]:
    """Read a file and run the page rules on it; the text is not needed any more after that."""
    page = job.read()
    rules = PAGE_RULES if page.wanted else ()
    findings = [finding for rule in rules for finding in rule(page, today)]
    return replace(page.without_text(), suppressions=suppressions(page)), findings


def _shared(finding: Finding) -> Finding:
    """The finding with one copy of each text: what came from another process repeats them for every file."""
    return Finding(
        finding.severity,
        finding.code,
        intern(finding.path),
        finding.line,
        intern(finding.message),
        intern(finding.fix),
    )


def _each(
    work: Callable[[FileToRead], tuple[Page, list[Finding]]], jobs: list[FileToRead], parallel_from: int
) -> Iterator[tuple[Page, list[Finding]]]:
    """``work`` on every job in order, in several processes where that pays and is safe (no thread beside this one)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(jobs) < parallel_from or cores == 1 or threading.active_count() > 1:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(min(cores, MAX_PROCESSES), multiprocessing.get_context("fork")) as pool:
        yield from pool.map(work, jobs, chunksize=64)
