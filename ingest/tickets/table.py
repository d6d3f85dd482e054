"""Rows of a CSV file as records, however long its lines are and whatever stands in them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from ingest.tickets.source import MOST_CHARACTERS, Form, SourceRow, lines_of, text_of
from kb.errors import UsageError


def records(file: BinaryIO, form: Form) -> Iterator[SourceRow]:
    """The rows below the header. A row with more columns than the header, or one that cannot be read, is a problem.

    Of two columns with the same name, the second one is called "name (2)". Raises UsageError for a file without a
    header or with one alone.
    """
    with text_of(file, form.encoding) as text:
        yield from _records(text, form)


def _records(text: TextIO, form: Form) -> Iterator[SourceRow]:
    lines = _Lines(text, form.skip)
    limit = csv.field_size_limit(MOST_CHARACTERS)
    try:
        reader = csv.reader(lines, delimiter=form.delimiter)
        header = _header(reader)
        count = 0
        while True:
            line = lines.number + 1
            lines.cut = False
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                count += 1
                yield SourceRow(line, problem=f"the row cannot be read: {error}")
                continue
            if any(cell.strip() for cell in row):
                count += 1
                yield _record(line, row, header, cut=lines.cut)
        if not count:
            raise UsageError("The file has a header and no row below it.", "Give an export with at least one ticket.")
    finally:
        csv.field_size_limit(limit)


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        row = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error as error:
        raise UsageError(
            f"The header cannot be read: {error}.", "Give a table whose first row names its columns."
        ) from None
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(row, 1):
        name = cell.strip().lstrip("\ufeff") or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _record(line: int, row: list[str], header: list[str], *, cut: bool) -> SourceRow:
    if cut:
        return SourceRow(line, problem=f"a line has more than {MOST_CHARACTERS:,} characters")
    if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
        return SourceRow(line, problem=f"the row has {len(row)} columns, the header {len(header)}")
    return SourceRow(line, dict.fromkeys(header, "") | dict(zip(header, row, strict=False)))


class _Lines:
    """Lines for a CSV reader without the first ``skip``, the number of the last one, and whether one was ``cut``."""

    def __init__(self, text: TextIO, skip: int) -> None:
        self._lines = lines_of(text)
        self._skip = skip
        self.number = 0
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line, too_long = next(self._lines)
            self.number += 1
            if self.number > self._skip:
                break
        if not too_long:
            return line
        self.cut = True
        return line.replace('"', "") + "\n"  # so that no quotation mark swallows the lines behind it
