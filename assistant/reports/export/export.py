"""Writing the tables of an export, each as CSV and as Parquet, with their data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.reports.export.data_dictionary import dictionary
from assistant.reports.export.tidy_tables import Field, Table, tables
from assistant.reports.figures.gather import gather
from assistant.reports.figures.period import Period
from assistant.reports.rendering import csv
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.library import Library


def export_tables(library: Library, folder: Path, period: Period, made_on: date) -> list[Path]:
    """Write the tidy tables of ``period`` and their data dictionary to ``folder``, as CSV and Parquet; the files."""
    data = gather(library, period, made_on)
    entries = library.backlog.entries(period.since, period.until)
    made = tables(period, data, library.backlog.gaps(), entries, library.settings.reports.min_group)
    return write(folder, [*made, dictionary(made)])


def write(folder: Path, exported: Sequence[Table]) -> list[Path]:
    """Write every table to ``folder``, which is made where it is missing; the files, in order. Raises UsageError.

    Texts in CSV are made safe for spreadsheets; in Parquet they are as they are.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [file for table in exported for file in (_csv(folder, table), _parquet(folder, table))]
    except OSError as error:
        raise UsageError(
            f"The tables cannot be written to {folder}: {error.strerror}.", "Name a folder that you may write."
        ) from None


def _csv(folder: Path, table: Table) -> Path:
    file = folder / f"{table.name}.csv"
    rows = [[cell.isoformat() if isinstance(cell, date) else cell for cell in row] for row in table.rows]
    file.write_bytes(csv.table(table.columns, rows).encode())
    return file


def _parquet(folder: Path, table: Table) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    kinds: dict[str, Any] = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "day": pa.date32(),
        "flag": pa.bool_(),
    }
    types = [kinds[kind] for kind in table.kinds]
    cells: list[list[Field]] = [[row[at] for row in table.rows] for at in range(len(types))]
    schema = pa.schema(list(zip(table.columns, types, strict=True)))
    arrays = [pa.array(column, kind) for column, kind in zip(cells, types, strict=True)]
    file = folder / f"{table.name}.parquet"
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), file)
    return file
