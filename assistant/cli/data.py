"""Commands that bring in data besides the articles: tickets import, demo."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from assistant.cli.app import Result, app, command, tickets_app
from assistant.cli.options import ProgressBar, day_or_today, open_file
from kb.errors import UsageError
from kb.library import Library

if TYPE_CHECKING:
    from ingest.tickets import ImportReport

_SHOWN = 20
"""Refused rows that are printed; `--json` has more."""


@command(
    tickets_app,
    "import",
    "kb tickets import zendesk.csv --time-zone Europe/Berlin",
    "kb tickets import export.json --preset freshdesk --dry-run",
    'kb tickets import tickets.csv --map id=Nr --map created_at="Eingang am" --map text=Anliegen',
)
def import_command(
    library: Library,
    file: Annotated[str, typer.Argument(help="CSV, JSON Lines or JSON; '-' reads standard input.")],
    source: Annotated[
        str | None, typer.Option(help="What the tickets' ids begin with (default: the help desk).")
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="zendesk, freshdesk, salesforce, hubspot, jitbit or zoho (default: told from the columns)."),
    ] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column a field is (repeatable).")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding (default: told from the bytes).")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What separates columns (default: told).")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of times that name none, such as Europe/Berlin (default: UTC).")
    ] = None,
    date_format: Annotated[str, typer.Option(help="How dates are written, such as %d/%m/%Y %H:%M.")] = "",
    satisfaction_scale: Annotated[
        str | None, typer.Option(metavar="WORST-BEST", help="Scale of marks that are bare numbers, such as 1-5.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and store nothing.")] = False,
) -> Result:
    """Import an export of your help desk; a ticket that is there is brought up to date. Exit code 1: rows were refused.

    Personal data is taken out, agents become pseudonyms, customers' names are not stored. Fields are id, created_at,
    subject, text, language, product, category, channel, priority, status, first_response_at, first_response_time,
    resolved_at, resolution_time, satisfaction, escalated, agent, resolution, articles and requester.
    """
    from ingest.tickets import Options, import_tickets

    options = Options(
        source,
        preset,
        dict(map(_pair, mapped or ())),
        encoding,
        delimiter,
        time_zone,
        date_format,
        _scale(satisfaction_scale),
        dry_run,
    )
    with open_file(file) as opened, _seekable(opened) as export, ProgressBar("Importing") as hooks:
        report = import_tickets(library, export, options, hooks)
    return Result(report.to_json(), _import_lines(report, file), (1 if report.tickets else 2) if report.rejected else 0)


@command(app, "demo", "kb --home .kb-sample ingest articles", "kb --home .kb-sample demo")
def demo_command(
    library: Library,
    today: Annotated[str | None, typer.Option(help="The day after the last one, YYYY-MM-DD (default: today).")] = None,
) -> Result:
    """Fill an empty log with invented questions, ratings and tickets of the last eight weeks, marked as samples."""
    from assistant.demo import load

    written = load(library, day_or_today(today, library))
    counts = ", ".join(f"{number} {name}" for name, number in written.items())
    return Result(written, [f"Wrote {counts}. All of it is invented; ids begin with 'sample'."])


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals or not column:
        raise UsageError(f"'{text}' maps nothing.", "Write --map FIELD=COLUMN, such as --map created_at=Eingang.")
    return field.strip(), column.strip()


def _scale(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    values = re.fullmatch(r"(\d{1,3})\s?[-–]\s?(\d{1,3})", text.strip())
    if not values or values[1] == values[2]:
        raise UsageError(f"'{text}' is no scale.", "Write the worst and the best mark, such as 1-5, or 6-1.")
    return float(values[1]), float(values[2])


@contextlib.contextmanager
def _seekable(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file, or a copy of what can be read only once: it is read several times."""
    if file.seekable():
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        yield copy


def _import_lines(report: ImportReport, file: str) -> Iterator[str]:
    """The report; refused rows go to stderr."""
    form, added = report.form, report.added
    told = f"{form.kind}, {form.encoding}" + (f", delimiter {form.delimiter!r}" if form.delimiter else "")
    yield f"{file}: {told}; preset {report.columns.preset.name}."
    yield "Columns: " + ", ".join(f"{field} = {column}" for field, column in report.columns.columns.items()) + "."
    if report.columns.unmapped:
        yield f"Not used: {', '.join(report.columns.unmapped)}."
    if report.tickets:
        yield "Known: " + ", ".join(f"{name} {number:,}" for name, number in report.known.items()) + "."
    for name, note in report.notes.items():
        yield f"{name}: {note.rows:,} rows, first in line {note.line}: {note.reason}."
    for line, reason in report.refused[:_SHOWN]:
        print(f"{file}:{line}: {reason}", file=sys.stderr)
    if report.rejected > _SHOWN:
        print(f"{report.rejected - _SHOWN:,} more rows were refused; --json lists them.", file=sys.stderr)
    done = "would be " if report.dry_run else ""
    yield (
        f"{added.added:,} tickets {done}added, {added.updated:,} updated, {added.unchanged:,} unchanged,"
        f" {report.rejected:,} rows refused, in {report.seconds:.1f} s."
    )
