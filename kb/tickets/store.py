"""Tickets in the events database: added or brought up to date by their id, read back oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kb.events.rows import clean, utc
from kb.events.store import DatabasePart, batches, upsert
from kb.text import redaction
from kb.tickets import schema
from kb.tickets.rows import Ticket


@dataclass(frozen=True, slots=True)
class Added:
    """How many tickets were new, how many were there and have changed, how many were there as they are."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(self.added + other.added, self.updated + other.updated, self.unchanged + other.unchanged)


class TicketStore(DatabasePart):
    """The tickets of one database. Safe to use from several threads; several processes may share the database.

    Raises EventLogUnavailableError (a MissingPartError) where the database cannot be reached, read or written.
    """

    def add(self, tickets: Iterable[Ticket], *, redact: bool = True) -> Added:
        """Store tickets, redacted, in one transaction, all or none; one whose id is there takes the other's place.

        Of the same id twice among ``tickets``, the last one counts. ``redact=False`` stores texts as they were given.
        """
        # Redacting comes before the transaction: other writers wait only for the writing itself.
        rows = _rows(tickets, redact=redact)
        total = Added()
        with self._store.write() as connection:
            for batch in batches(rows.values()):
                total += _add(connection, batch)
        return total

    def compare(self, tickets: Iterable[Ticket], *, redact: bool = True) -> Added:
        """What ``add`` would come to, without adding anything."""
        rows = _rows(tickets, redact=redact)
        total = Added()
        with self._store.read() as connection:
            for batch in batches(rows.values()):
                total += _compare(connection, batch)[0]
        return total

    def tickets(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Ticket]:
        """The tickets created from ``since`` on and before ``until``, oldest first.

        Read batch by batch, so that a slow reader holds nothing up. Raises UsageError for times without a time zone.
        """
        columns = schema.tickets.c
        query = sa.select(schema.tickets)
        if since is not None:
            query = query.where(columns.created_at >= utc(since))
        if until is not None:
            query = query.where(columns.created_at < utc(until))
        return map(_ticket, self._store.pages(query, columns.created_at, columns.ticket_id))

    def tickets_for(self, ticket_ids: Iterable[str]) -> dict[str, Ticket]:
        """Tickets by their id. Those that were not imported have no entry."""
        found: dict[str, Ticket] = {}
        for ids in batches(map(clean, ticket_ids)):
            rows = self._store.rows(sa.select(schema.tickets).where(schema.tickets.c.ticket_id.in_(ids)))
            found.update((row["ticket_id"], _ticket(row)) for row in rows)
        return found

    def counts(self) -> dict[str, int]:
        """How many tickets there are of each source, by name."""
        source = schema.tickets.c.source
        rows = self._store.rows(sa.select(source, sa.func.count().label("tickets")).group_by(source).order_by(source))
        return {row["source"]: row["tickets"] for row in rows}


def _add(connection: sa.Connection, rows: list[dict[str, Any]]) -> Added:
    total, changed = _compare(connection, rows)
    if changed:
        upsert(connection, schema.tickets, changed)
    return total


def _compare(connection: sa.Connection, rows: list[dict[str, Any]]) -> tuple[Added, list[dict[str, Any]]]:
    """What adding ``rows`` comes to, and those that are new or differ from what is there."""
    table = schema.tickets
    query = sa.select(table).where(table.c.ticket_id.in_([row["ticket_id"] for row in rows]))
    known = {row["ticket_id"]: _row(_ticket(row)) for row in connection.execute(query).mappings()}
    changed = [row for row in rows if row != known.get(row["ticket_id"])]
    added = sum(row["ticket_id"] not in known for row in changed)
    return Added(added, len(changed) - added, len(rows) - len(changed)), changed


def _rows(tickets: Iterable[Ticket], *, redact: bool) -> dict[str, dict[str, Any]]:
    """Rows by their id, the last one of each."""
    return {ticket.ticket_id: _row(_redacted(ticket) if redact else ticket) for ticket in tickets}


def _redacted(ticket: Ticket) -> Ticket:
    subject, text, resolution = (
        redaction.redact(part).text for part in (ticket.subject, ticket.text, ticket.resolution)
    )
    return replace(ticket, subject=subject, text=text, resolution=resolution)


def _row(ticket: Ticket) -> dict[str, Any]:
    return {part.name: getattr(ticket, part.name) for part in fields(ticket)}


def _ticket(row: sa.RowMapping) -> Ticket:
    return Ticket(**{**row, "article_ids": tuple(row["article_ids"])})
