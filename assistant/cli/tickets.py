"""Commands on tickets: import."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, examples, open_file, open_library
from assistant.terminal import ProgressBar, print_json
from kb.errors import UsageError

if TYPE_CHECKING:
    from ingest.tickets import ImportReport

_SHOWN = 20
"""Refused rows that are printed; `--json` has more."""

tickets_app = typer.Typer(help="Tickets of your help desk.", no_args_is_help=True)
app.add_typer(tickets_app, name="tickets")


@tickets_app.command(
    "import",
    epilog=examples(
        "kb tickets import zendesk.csv --time-zone Europe/Berlin",
        "kb tickets import export.json --preset freshdesk --dry-run",
        'kb tickets import tickets.csv --map id=Nr --map created_at="Eingang am" --map text=Anliegen',
    ),
)
def import_command(
    file: Annotated[str, typer.Argument(help="CSV, JSON Lines or JSON; '-' reads standard input.")],
    source: Annotated[
        str | None, typer.Option(help="What the tickets' ids begin with (default: the help desk).", show_default=False)
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
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Import an export of your help desk; a ticket that is there is brought up to date. Exit code 1: rows were refused.

    Personal data is taken out, agents become pseudonyms, customers' names are not stored. Fields are id, created_at,
    subject, text, language, product, category, channel, priority, status, first_response_at, first_response_time,
    resolved_at, resolution_time, satisfaction, escalated, agent, resolution, articles and requester.
    """
    from ingest.tickets import Options, import_tickets

    library = open_library(home, config)
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
    print_json(report.to_json()) if as_json else _print(report, file)
    if report.rejected:
        raise typer.Exit(1 if report.tickets else 2)


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


def _print(report: ImportReport, file: str) -> None:
    form, added = report.form, report.added
    told = f"{form.kind}, {form.encoding}" + (f", delimiter {form.delimiter!r}" if form.delimiter else "")
    print(f"{file}: {told}; preset {report.columns.preset.name}.")
    print("Columns: " + ", ".join(f"{field} = {column}" for field, column in report.columns.columns.items()) + ".")
    if report.columns.unmapped:
        print(f"Not used: {', '.join(report.columns.unmapped)}.")
    if report.tickets:
        print("Known: " + ", ".join(f"{name} {number:,}" for name, number in report.known.items()) + ".")
    for name, note in report.notes.items():
        print(f"{name}: {note.rows:,} rows, first in line {note.line}: {note.reason}.")
    for line, reason in report.refused[:_SHOWN]:
        print(f"{file}:{line}: {reason}", file=sys.stderr)
    if report.rejected > _SHOWN:
        print(f"{report.rejected - _SHOWN:,} more rows were refused; --json lists them.", file=sys.stderr)
    done = "would be " if report.dry_run else ""
    print(
        f"{added.added:,} tickets {done}added, {added.updated:,} updated, {added.unchanged:,} unchanged,"
        f" {report.rejected:,} rows refused, in {report.seconds:.1f} s."
    )
