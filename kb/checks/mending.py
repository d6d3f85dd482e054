"""Mend the files of a folder: only those with a finding that can be mended, and never at the cost of another one."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from kb.articles.files import MAX_BYTES
from kb.checks import check
from kb.checks.corpus import find
from kb.checks.fix import FIXABLE, mended, write

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

_NAMING = frozenset(("missing-key", "unknown-key"))
"""Edits that may give an article a name, or references to others: those of which other files can feel something."""


def mend(
    paths: Sequence[Path],
    today: date,
    ignore: Sequence[str] = (),
    only: Collection[Path] | None = None,
    max_bytes: int = MAX_BYTES,
) -> list[tuple[str, tuple[str, ...]]]:
    """Mend what is mechanical in the articles at or below ``paths``; (path as shown, code of each edit) in order.

    ``only``: absolute paths of the files that may be mended; None for all.

    1. Check. 2. Mend each file with a finding that may be mended. 3. Check again. 4. Put back what brought an error, in
    its own file or, as an id that another article has, elsewhere. Raises UsageError for a file that cannot be written.
    """
    before = _codes(paths, today, ignore, max_bytes)
    old: dict[str, tuple[Path, bytes]] = {}
    done: dict[str, tuple[str, ...]] = {}
    for job in find(paths, ignore):
        shown, file = job.shown, Path(job.file)
        allowed = job.wanted and (only is None or file in only)
        if not allowed or not FIXABLE.intersection(before.get(shown, ())):
            continue
        try:
            raw = file.read_bytes()
        except OSError:
            continue  # the check says so
        result = mended(file.relative_to(job.root).as_posix(), raw)
        if result.raw != raw:
            old[shown] = file, raw
            done[shown] = result.codes
            write(file, result.raw)
    after = _codes(paths, today, ignore, max_bytes) if done else {}
    gained = {shown for shown, codes in after.items() if codes - before.get(shown, Counter())}
    if not gained <= set(old):
        gained |= {shown for shown, codes in done.items() if _NAMING.intersection(codes)}
    for shown in gained & set(old):
        write(*old[shown])
        del done[shown]
    return sorted(done.items())


def _codes(paths: Sequence[Path], today: date, ignore: Sequence[str], max_bytes: int) -> dict[str, Counter[str]]:
    """How often which code that is an error, or may be mended, was found, by path."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in check(paths, today, ignore=ignore, max_bytes=max_bytes).findings:
        if finding.severity == "error" or finding.code in FIXABLE:
            found[finding.path][finding.code] += 1
    return found
