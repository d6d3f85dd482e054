"""Files of tickets, and what comes of importing them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ingest.tickets import ImportReport, Options, import_tickets
from kb.library import Library
from kb.tickets import Ticket

ROOT = Path(__file__).parents[2]


HEADER = "id;created_at;subject;text"


def imported(library: Library, content: str | bytes, **options: Any) -> ImportReport:
    data = content.encode() if isinstance(content, str) else content
    return import_tickets(library, io.BytesIO(data), Options(**options))


def stored(library: Library) -> list[Ticket]:
    return list(library.tickets.tickets())


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


ROW = "1;2026-01-15T09:30:00Z;Abschlag;Wie ändere ich meinen Abschlag?"
