"""What an ingest has to do: the files found against the manifest of the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.discovery import Discovered, FoundFile
from kb.articles.article import Problem
from kb.articles.files import unreadable
from kb.catalog import FileRow


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that has to be read: its bytes and their SHA-256, and its row in the manifest where it has one."""

    found: FoundFile
    raw: bytes
    sha256: str
    row: FileRow | None


@dataclass(slots=True)
class Plan:
    """Files ``to_read``, ``unchanged`` to leave, ``gone`` to remove; ``unreadable`` could not even be opened."""

    to_read: list[PlannedFile] = field(default_factory=list)
    unchanged: list[FileRow] = field(default_factory=list)
    gone: list[FileRow] = field(default_factory=list)
    unreadable: list[Problem] = field(default_factory=list)


def plan(discovered: Discovered, manifest: Sequence[FileRow], recipe: str, *, force: bool = False) -> Plan:
    """Sort files by what has to happen to them. What the index has of files that were passed over stays.

    A file counts as unchanged when its bytes and the recipe are those of the last time, and its id is its own.
    """
    rows = {(row.root, row.path): row for row in manifest}
    result = Plan()
    seen = {*discovered.files, *((root, problem.path) for root, problem in discovered.passed_over)}
    for location, file in discovered.files.items():
        row = rows.get(location)
        try:
            raw = file.file.read_bytes()
        except OSError as error:
            result.unreadable.append(unreadable(str(Path(*location)), str(error.strerror)))
            continue
        sha256 = hashlib.sha256(raw).hexdigest()
        if row and not force and (row.sha256, row.recipe) == (sha256, recipe) and not _is_duplicate(row):
            result.unchanged.append(row)
        else:
            result.to_read.append(PlannedFile(file, raw, sha256, row))
    for location, row in rows.items():
        if location not in seen and any(scope.covers(*location) for scope in discovered.scopes):
            result.gone.append(row)
    return result


def _is_duplicate(row: FileRow) -> bool:
    """Whether its id was taken by another file; it is read again each time, since that one may have gone."""
    return any(code == "duplicate-id" for _, code, _ in row.problems)
