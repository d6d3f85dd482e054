"""Mend the files of a folder: only those with a finding that can be mended, and never at the cost of another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.checks import check
from kb.checks.fix import FIXABLE, mended, write
from kb.checks.library import find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


def mend(paths: Sequence[Path], today: date, ignore: Sequence[str] = ()) -> list[tuple[str, tuple[str, ...]]]:
    """Mend what is mechanical in the articles at or below ``paths``; (path as shown, code of each edit) in order.

    1. Check. 2. Mend each file with a finding that may be mended. 3. Check again; a file that gained an error, such as
    an id that another one has, is put back as it was. Raises UsageError for a file that may not be written.
    """
    before = _errors(paths, today, ignore)
    old: dict[str, tuple[Path, bytes]] = {}
    done: dict[str, tuple[str, ...]] = {}
    for job in find(paths, ignore):
        shown, file = job.shown, Path(job.file)
        if not job.wanted or not FIXABLE.intersection(before.get(shown, ())):
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
    after = _errors(paths, today, ignore) if done else {}
    for shown, (file, raw) in old.items():
        if set(after.get(shown, ())) - set(before[shown]):
            write(file, raw)
            del done[shown]
    return sorted(done.items())


def _errors(paths: Sequence[Path], today: date, ignore: Sequence[str]) -> Mapping[str, list[str]]:
    """Codes that are errors, or may be mended, by path."""
    found: dict[str, list[str]] = {}
    for finding in check(paths, today, ignore=ignore).findings:
        if finding.severity == "error" or finding.code in FIXABLE:
            found.setdefault(finding.path, []).append(finding.code)
    return found
