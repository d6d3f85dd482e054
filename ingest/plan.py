"""What an ingest has to do: the files found against the manifest of the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.discovery import Found, PathScope
from kb.articles.article import Problem
from kb.articles.files import unreadable
from kb.catalog import FileRow


@dataclass(frozen=True, slots=True)
class Todo:
    """A file that has to be read: its bytes and their SHA-256, and its row in the manifest where it has one."""

    found: Found
    raw: bytes
    sha256: str
    row: FileRow | None


@dataclass(slots=True)
class Plan:
    """``todo`` to read, ``unchanged`` to leave, ``gone`` to remove; ``unreadable`` could not even be opened."""

    todo: list[Todo] = field(default_factory=list)
    unchanged: list[FileRow] = field(default_factory=list)
    gone: list[FileRow] = field(default_factory=list)
    unreadable: list[Problem] = field(default_factory=list)


def plan(
    found: Iterable[Found],
    passed_over: Iterable[tuple[str, str]],
    manifest: list[FileRow],
    scopes: list[PathScope],
    recipe: str,
    *,
    force: bool,
) -> Plan:
    """Sort files by what has to happen to them.

    ``passed_over`` are (root, path) of files that exist and were not taken: what the index has of them stays.
    A file counts as unchanged when its bytes and the recipe are those of the last time, and its id is its own.
    """
    rows = {(row.root, row.path): row for row in manifest}
    result = Plan()
    seen = set(passed_over)
    for file in found:
        place = (str(file.root), file.path)
        seen.add(place)
        row = rows.get(place)
        try:
            raw = file.file.read_bytes()
        except OSError as error:
            result.unreadable.append(unreadable(_full(place), str(error.strerror)))
            continue
        sha256 = hashlib.sha256(raw).hexdigest()
        if row and not force and (row.sha256, row.recipe) == (sha256, recipe) and not _is_duplicate(row):
            result.unchanged.append(row)
        else:
            result.todo.append(Todo(file, raw, sha256, row))
    for place, row in rows.items():
        if place not in seen and any(scope.covers(*place) for scope in scopes):
            result.gone.append(row)
    return result


def _is_duplicate(row: FileRow) -> bool:
    """Whether its id was taken by another file; it is read again each time, since that one may have gone."""
    return any(code == "duplicate-id" for _, code, _ in row.problems)


def _full(place: tuple[str, str]) -> str:
    return str(Path(*place))
