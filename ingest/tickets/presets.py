"""Whose columns mean what, as ``presets.toml`` says: the exports of help desks, and names that any might use."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIELDS: Final = (
    "id", "created_at", "subject", "text", "language", "product", "category", "channel", "priority", "status",
    "first_response_at", "first_response_time", "resolved_at", "resolution_time", "satisfaction", "escalated", "agent",
    "resolution", "articles", "requester",
)  # fmt: skip
"""What a column can be mapped to. ``requester`` is never stored: that name is hidden where it stands in a text."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A help desk: columns that only it has, its columns by field, and its codes for values, by field."""

    name: str
    marks: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, str]]


def _load() -> dict[str, Preset]:
    data = tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))
    return {
        name: Preset(
            name,
            tuple(one["marks"]),
            {key: tuple(columns) for key, columns in one["columns"].items()},
            one.get("words", {}),
        )
        for name, one in data.items()
    }


_ALL = _load()
GENERIC: Final = _ALL["import"]
PRESETS: Final = {name: one for name, one in _ALL.items() if one is not GENERIC}
