"""What an import came to: how the file was read, what became of its rows, and why some did not become tickets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingest.tickets.mapping import ColumnMap
from ingest.tickets.source import Form
from kb.tickets import Added

MOST_LISTED = 1000
"""Refused rows that are listed; more are counted."""

KNOWN = ("first_response_at", "resolved_at", "satisfaction", "escalated", "agent", "resolution", "product", "category")


@dataclass(slots=True)
class Note:
    """In how many rows something is wrong with a field that need not be there, and what in the first of them."""

    rows: int
    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """An import. ``known`` counts for each field how many tickets have it, ``notes`` what was left out of them."""

    form: Form
    columns: ColumnMap
    source: str
    dry_run: bool
    added: Added = field(default_factory=Added)
    rejected: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KNOWN, 0))
    seconds: float = 0.0

    @property
    def tickets(self) -> int:
        """How many rows are tickets."""
        return self.added.added + self.added.updated + self.added.unchanged

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that is no ticket."""
        self.rejected += 1
        if len(self.refused) < MOST_LISTED:
            self.refused.append((line, reason))

    def note(self, name: str, line: int, reason: str) -> None:
        """Count a row with something wrong in the field ``name``."""
        self.notes.setdefault(name, Note(0, line, reason)).rows += 1

    def to_json(self) -> dict[str, Any]:
        """Plain types, in a fixed order."""
        return {
            "format": {
                "kind": self.form.kind,
                "encoding": self.form.encoding,
                "delimiter": self.form.delimiter or None,
            },
            "preset": self.columns.preset.name,
            "source": self.source,
            "mapping": dict(self.columns.columns),
            "unmapped": list(self.columns.unmapped),
            "dry_run": self.dry_run,
            "tickets": {
                "added": self.added.added,
                "updated": self.added.updated,
                "unchanged": self.added.unchanged,
                "rejected": self.rejected,
            },
            "known": dict(self.known),
            "rejected": [{"line": line, "reason": reason} for line, reason in self.refused],
            "notes": [
                {"field": name, "rows": one.rows, "line": one.line, "reason": one.reason}
                for name, one in self.notes.items()
            ],
            "seconds": round(self.seconds, 2),
        }
