"""Import: an export of a help desk into the events database, in bounded memory, one transaction a thousand tickets."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import BinaryIO

from ingest.pipeline import Hooks, Quiet
from ingest.tickets import objects, table
from ingest.tickets.convert import DATES, Converter, RowRefusedError
from ingest.tickets.dates import Reader, day_first, zone_named
from ingest.tickets.mapping import ColumnMap, choose
from ingest.tickets.presets import GENERIC
from ingest.tickets.report import KNOWN, ImportReport
from ingest.tickets.source import Form, SourceRow, sniff
from kb.errors import UsageError
from kb.events.pseudonyms import Pseudonyms
from kb.library import Library
from kb.tickets import Added, Ticket

_BATCH = 1000
_MOST_COLUMNS = 10_000
"""Objects may each have their own; nobody's export has a tenth of that."""

_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


@dataclass(frozen=True, slots=True)
class Options:
    """What is told about a file; all of it can be left out.

    ``source`` begins the tickets' ids (default: the help desk's name). ``preset`` names the help desk, ``columns`` maps
    fields to columns. ``time_zone`` is that of times that name none (default UTC); ``date_format`` is strptime's;
    ``scale`` are the worst and the best mark of satisfaction.
    """

    source: str | None = None
    preset: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    time_zone: str | None = None
    date_format: str = ""
    scale: tuple[float, float] | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Survey:
    """What reading a file through told: its columns, how many records, what its columns of dates prove."""

    columns: ColumnMap
    records: int
    day_first: Mapping[str, bool | None]


def import_tickets(
    library: Library, file: BinaryIO, options: Options | None = None, hooks: Hooks | None = None
) -> ImportReport:
    """Import the tickets in a seekable file; one that is there already is brought up to date.

    1. Tell the form of the file. 2. Read it through: columns, and what the dates prove. 3. Read it again, record by
    record: a ticket, or refused with a reason. 4. Store, redacted, a thousand at a time.

    Killed in between, the thousands that were stored stay, and running again stores the rest. Raises UsageError where
    the file as a whole cannot be read or its columns are unknown, MissingPartError where the database is out of reach.
    """
    started = time.monotonic()
    options, hooks = options or Options(), hooks or Quiet()
    zone = zone_named(options.time_zone) if options.time_zone else UTC
    # 1
    form = sniff(file, options.encoding, options.delimiter)
    # 2
    survey = _survey(file, form, options)
    # 3
    report = ImportReport(form, survey.columns, _source(options, survey.columns), options.dry_run)
    converter = _converter(library, survey, options, zone, report)
    batch: list[Ticket] = []
    for number, record in enumerate(_records(file, form), 1):
        if (ticket := _ticket(converter, record, report)) is not None:
            batch.append(ticket)
        # 4
        if len(batch) == _BATCH or number == survey.records:
            report.added += _store(library, batch, dry_run=options.dry_run)
            batch = []
            hooks.progress(number, survey.records)
    report.seconds = time.monotonic() - started
    return report


def _records(file: BinaryIO, form: Form) -> Iterator[SourceRow]:
    return table.records(file, form) if form.kind == "csv" else objects.records(file, form)


def _survey(file: BinaryIO, form: Form, options: Options) -> _Survey:
    columns = choose(_columns(file, form), options.preset, options.columns)
    proofs: dict[str, set[bool]] = {name: set() for name in DATES if name in columns.columns}
    count = 0
    for record in _records(file, form):
        count += 1
        for name, found in proofs.items():
            if (proof := day_first(record.values.get(columns.columns[name], ""))) is not None:
                found.add(proof)
    # Where a column holds proof of both, it proves nothing.
    return _Survey(columns, count, {name: found.pop() if len(found) == 1 else None for name, found in proofs.items()})


def _columns(file: BinaryIO, form: Form) -> list[str]:
    """The columns of the file, in the order in which they appear. Raises UsageError where it has none."""
    seen: dict[str, None] = {}
    problem = ""
    for record in _records(file, form):
        if len(seen) < _MOST_COLUMNS:
            seen.update(dict.fromkeys(record.values))
        problem = problem or (record.problem and f" Line {record.line}: {record.problem}.")
        if seen and form.kind == "csv":
            break
    if not seen:
        raise UsageError(f"No row of the file can be read.{problem}", "Export the tickets as CSV, JSON Lines or JSON.")
    return list(seen)


def _source(options: Options, columns: ColumnMap) -> str:
    source = options.source or columns.preset.name or GENERIC.name
    if not _SOURCE.fullmatch(source):
        raise UsageError(
            f"'{source[:60]}' cannot be a source.", "Use letters, digits, dots and dashes, such as zendesk-de."
        )
    return source


def _converter(library: Library, survey: _Survey, options: Options, zone: tzinfo, report: ImportReport) -> Converter:
    readers = {name: Reader(zone, proof, options.date_format) for name, proof in survey.day_first.items()}
    return Converter(
        survey.columns,
        report.source,
        readers,
        options.scale,
        Pseudonyms(library.home / "pseudonyms.key", keep=not options.dry_run),
        library.settings.events.redact,
        report.note,
        zone_told=options.time_zone is not None,
    )


def _ticket(converter: Converter, record: SourceRow, report: ImportReport) -> Ticket | None:
    try:
        ticket = converter.ticket(record)
    except RowRefusedError as error:
        report.refuse(record.line, str(error))
        return None
    for name in KNOWN:
        report.known[name] += getattr(ticket, name) not in ("", None)
    return ticket


def _store(library: Library, tickets: list[Ticket], *, dry_run: bool) -> Added:
    redact = library.settings.events.redact
    if not tickets:
        return Added()
    if not dry_run:
        return library.tickets.add(tickets, redact=redact)
    if not library.has_log:
        return Added(added=len({ticket.ticket_id for ticket in tickets}))
    return library.tickets.compare(tickets, redact=redact)
