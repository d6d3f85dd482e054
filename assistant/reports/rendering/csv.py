"""CSV that a spreadsheet opens as data: no cell of it is ever run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
"""In front of every file: without it Excel reads UTF-8 as if it were Windows-1252."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula (OWASP, CSV Injection), in full width too."""

Scalar = str | int | float | bool | None


def safe(text: str) -> str:
    """``text`` as a cell that no spreadsheet runs: an apostrophe in front where it could begin a formula."""
    flat = " ".join(text.split()) if "\n" in text or "\r" in text or "\t" in text else text
    return f"'{flat}" if text.startswith(_STARTS) or flat.lstrip().startswith(_STARTS) else flat


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Scalar]], *, delimiter: str = ",", comma: bool = False
) -> str:
    """A CSV file with a header. ``comma``: numbers are written with a decimal comma."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([safe(column) for column in columns])
    writer.writerows([_cell(cell, comma=comma) for cell in row] for row in rows)
    return BOM + file.getvalue()


def _cell(cell: Scalar, *, comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    written = f"{cell:.4f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
    return written.replace(".", ",") if comma else written
