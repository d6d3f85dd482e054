"""Which column of a file is which field: by the help desk it comes from, by general names, or as it is told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.tickets.presets import FIELDS, GENERIC, PRESETS, Preset
from kb.errors import UsageError

_MARKS_NEEDED = 2
_ONE_OF = ("subject", "text")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns of a file by field, the preset that named them, and the columns that nothing is made of."""

    preset: Preset
    columns: Mapping[str, str]
    unmapped: tuple[str, ...]


def choose(columns: Sequence[str], preset: str | None = None, own: Mapping[str, str] | None = None) -> ColumnMap:
    """Map ``columns``; ``own`` maps fields to columns and counts first, ``preset`` names the help desk.

    Raises UsageError for a preset, field or column that does not exist, for one of two columns of the same name, and
    where the id, the time, or both subject and text have no column.
    """
    own = own or {}
    named = _preset(columns, preset)
    known = {_folded(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field in FIELDS:
        if field in own:
            found[field] = _own(own[field], field, columns, known)
            continue
        taken = set(own.values()) | set(found.values())
        names = (*named.columns.get(field, ()), *GENERIC.columns.get(field, ()))
        fitting = (known[name] for name in map(_folded, names) if name in known)
        if column := next((one for one in fitting if one not in taken), None):
            found[field] = column
    for field in own.keys() - set(FIELDS):
        raise UsageError(f"There is no field '{field}'.", f"Map one of: {', '.join(FIELDS)}.")
    _check(found, columns)
    return ColumnMap(named, found, tuple(column for column in columns if column not in found.values()))


def _preset(columns: Sequence[str], name: str | None) -> Preset:
    """The preset of this name, or the one whose own columns the file has most of; none where that is less than two."""
    if name is not None:
        if name not in PRESETS and name != GENERIC.name:
            raise UsageError(f"There is no preset '{name}'.", f"Use one of: {', '.join([*PRESETS, GENERIC.name])}.")
        return PRESETS.get(name, GENERIC)
    there = set(map(_folded, columns))
    marks = {one.name: len(there & set(map(_folded, one.marks))) for one in PRESETS.values()}
    best = max(marks, key=lambda one: marks[one])
    return PRESETS[best] if marks[best] >= _MARKS_NEEDED else GENERIC


def _own(column: str, field: str, columns: Sequence[str], known: Mapping[str, str]) -> str:
    exact = column if column in columns else known.get(_folded(column))
    if exact is None:
        close = difflib.get_close_matches(column, columns, n=1, cutoff=0.0)
        near = f" Did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"There is no column '{column}' for {field}.{near}", f"The file has: {_listed(columns)}.")
    return exact


def _check(found: Mapping[str, str], columns: Sequence[str]) -> None:
    for field, column in found.items():
        if f"{column} (2)" in columns:
            raise UsageError(
                f"Two columns are called '{column}', and {field} is read from one of them.",
                f"Rename one, or map the second one: --map {field}='{column} (2)'.",
            )
    missing = [field for field in ("id", "created_at") if field not in found]
    if not any(field in found for field in _ONE_OF):
        missing.append("subject or text")
    if missing:
        example = missing[0].partition(" ")[0]
        raise UsageError(
            f"No column is known to be {', '.join(missing)}. The file has: {_listed(columns)}.",
            f"Say which one it is: --map {example}=COLUMN, or name the help desk with --preset.",
        )


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(f"'{column[:60]}'" for column in columns[:40])
    return shown + (f" and {len(columns) - 40} more" if len(columns) > 40 else "")


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
