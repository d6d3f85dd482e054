"""A record becomes a ticket, or is refused with the reason; what an optional column has wrong is left out and noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ingest.tickets.dates import Moment, Reader
from ingest.tickets.mapping import ColumnMap
from ingest.tickets.source import SourceRow
from ingest.tickets.values import MOST_TEXT, duration, listed, plain, satisfaction, word, yes
from kb.events.pseudonyms import Pseudonyms
from kb.text.language import detect_question
from kb.text.lexicons import either
from kb.tickets import Ticket

DATES = ("created_at", "first_response_at", "resolved_at")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_LANGUAGES = {"deutsch": "de", "german": "de", "englisch": "en", "english": "en"}
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’.-]*){0,3}")
_NO_NAME = re.compile(rf"\b{either('tickets.no_names')}\b", re.IGNORECASE)

OnNote: TypeAlias = Callable[[str, int, str], None]
"""Called with a field that something is wrong with, the line, and what."""


class RowRefusedError(Exception):
    """The record is no ticket; the text says why."""


@dataclass(frozen=True, slots=True)
class Converter:
    """Makes tickets of records. ``hide_names``: those of requester and agent do not stay in the texts."""

    columns: ColumnMap
    source: str
    readers: Mapping[str, Reader]
    scale: tuple[float, float] | None
    pseudonyms: Pseudonyms
    hide_names: bool
    note: OnNote
    zone_told: bool = False

    def ticket(self, record: SourceRow) -> Ticket:
        """The ticket of a record. Raises RefusedError."""
        if record.problem:
            raise RowRefusedError(record.problem)
        own_id = word(self._value(record, "id"))
        if not own_id:
            raise RowRefusedError("it has no id")
        created = self._created(record)
        subject, text, resolution = self._texts(record)
        if not subject and not text:
            raise RowRefusedError("it has neither subject nor text")
        rated, says = satisfaction(self._value(record, "satisfaction"), self.scale)
        if says and rated is None:
            self.note("satisfaction", record.line, "the scale of the mark is unknown; --satisfaction-scale names it")
        return Ticket(
            ticket_id=f"{self.source}:{own_id}",
            source=self.source,
            created_at=created,
            subject=subject,
            text=text,
            language=self._language(record, f"{subject}\n{text}"),
            product=self._word(record, "product"),
            category=self._word(record, "category"),
            channel=self._word(record, "channel"),
            priority=self._word(record, "priority"),
            status=self._word(record, "status"),
            first_response_at=self._later(record, "first_response_at", "first_response_time", created),
            resolved_at=self._later(record, "resolved_at", "resolution_time", created),
            satisfaction=rated,
            escalated=self._yes(record, "escalated"),
            agent=self.pseudonyms.of(self._value(record, "agent")),
            resolution=resolution,
            article_ids=listed(self._value(record, "articles")),
        )

    def _value(self, record: SourceRow, field: str) -> str:
        return record.values.get(self.columns.columns.get(field, ""), "")

    def _word(self, record: SourceRow, field: str) -> str:
        value = word(self._value(record, field))
        return self.columns.preset.words.get(field, {}).get(value, value)

    def _yes(self, record: SourceRow, field: str) -> bool | None:
        value = self._value(record, field).strip()
        found = yes(value)
        if value and found is None:
            self.note(field, record.line, f"'{value[:40]}' is neither yes nor no")
        return found

    def _created(self, record: SourceRow) -> datetime:
        value = self._value(record, "created_at").strip()
        if not value:
            raise RowRefusedError("it has no time")
        try:
            found = self.readers["created_at"].read(value)
        except ValueError as error:
            raise RowRefusedError(str(error)) from None
        if not found.zone_given and not self.zone_told:
            self.note("created_at", record.line, "the time names no zone and is read as UTC; --time-zone changes that")
        return found.at

    def _later(self, record: SourceRow, field: str, lasting: str, created: datetime) -> datetime | None:
        """A moment after ``created``, from its own column or from how long it took; None where neither tells it."""
        value = self._value(record, field).strip()
        if value:
            found = self._moment(record, field, value)
            if found is not None and found.day_only:
                self.note(field, record.line, "a day without a time measures nothing")
            elif found is not None and found.at < created:
                self.note(field, record.line, "it is before the ticket was created")
            elif found is not None:
                return found.at
        took = self._value(record, lasting).strip()
        if not took:
            return None
        length = duration(took, self.columns.columns[lasting])
        if length is None:
            self.note(lasting, record.line, f"'{took[:40]}' is no duration whose unit is known")
            return None
        return created + length

    def _moment(self, record: SourceRow, field: str, value: str) -> Moment | None:
        try:
            return self.readers[field].read(value)
        except ValueError as error:
            self.note(field, record.line, str(error))
            return None

    def _language(self, record: SourceRow, text: str) -> str:
        value = self._value(record, "language").strip()
        told = _LANGUAGES.get(value.casefold(), value)
        return told.replace("_", "-") if _TAG.fullmatch(told) else detect_question(text)

    def _texts(self, record: SourceRow) -> tuple[str, str, str]:
        """Subject, text and resolution."""
        hide = _hider(*(self._value(record, field) for field in ("requester", "agent"))) if self.hide_names else str
        found = []
        for field, most in (("subject", 500), ("text", MOST_TEXT), ("resolution", MOST_TEXT)):
            text = plain(self._value(record, field))
            if len(text) > most:
                self.note(field, record.line, f"only its first {most:,} characters are kept")
            found.append(hide(text[:most]))
        return found[0], found[1], found[2]


def _hider(*names: str) -> Callable[[str], str]:
    """Hides people's names, whole and in their parts, where a text has them."""
    words = sorted({part for name in names for part in _parts(name)}, key=len, reverse=True)
    if not words:
        return str
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
    return lambda text: re.sub(r"\[name\](?:\s\[name\])+", "[name]", pattern.sub("[name]", text))


def _parts(name: str) -> Iterator[str]:
    name = " ".join(name.replace(",", " ").split())
    if not _NAME.fullmatch(name) or _NO_NAME.search(name):
        return
    yield name
    yield from (part for part in name.split() if len(part) >= 3 and part[0].isupper())
