"""The file of an export: what kind it is and how its text is encoded, told from its bytes."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, TextIO, TypeAlias

from kb.errors import UsageError

Kind: TypeAlias = Literal["csv", "jsonl", "json"]

DELIMITERS = ",;\t|"
MOST_CHARACTERS = 1_000_000
"""Of a field, a line or an object: a ticket with its whole conversation has a tenth of it."""

_PART_BYTES = 1 << 20
_SAMPLE_ROWS = 50

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed",
    b"SQLite format 3": "a database",
}
_EXPORT = "Export the tickets as CSV, JSON Lines or JSON, and unpack what is packed."


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written. ``skip`` lines stand before the header of a table."""

    kind: Kind
    encoding: str
    delimiter: str = ""
    skip: int = 0


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row or an object as texts by column, with the number of its first line; ``problem`` says why it has none."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def sniff(file: BinaryIO, encoding: str | None = None, delimiter: str | None = None) -> Form:
    """Tell the form of a seekable file, reading it through once. What is given is not told.

    Raises UsageError for an empty file, for one that is no text, and for an encoding that does not exist.
    """
    start = file.read(_PART_BYTES)
    if not start.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise UsageError("The file is empty.", "Give an export with at least one ticket.")
    for signature, what in _SIGNATURES.items():
        if start.startswith(signature):
            raise UsageError(f"The file is {what}, no table of tickets.", _EXPORT)
    encoding = _known(encoding) if encoding else _encoding(file, start)
    try:
        sample = codecs.getincrementaldecoder(encoding)("replace").decode(start)
    except (UnicodeError, LookupError):
        raise UsageError(f"The file is not {encoding}.", "Name its encoding with --encoding.") from None
    kind = _kind(sample)
    if kind != "csv":
        return Form(kind, encoding)
    return _table_form(sample, encoding, delimiter)


@contextlib.contextmanager
def text_of(file: BinaryIO, encoding: str) -> Iterator[TextIO]:
    """The file from its beginning as text, line ends as they are. The file itself stays open."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def lines_of(text: TextIO) -> Iterator[tuple[str, bool]]:
    """The lines with their ends, and whether one is too long: of such a one only the beginning is given."""
    while line := text.readline(MOST_CHARACTERS):
        too_long = len(line) == MOST_CHARACTERS and not line.endswith(("\n", "\r"))
        if too_long:
            while (rest := text.readline(MOST_CHARACTERS)) and not rest.endswith(("\n", "\r")):
                pass
        yield line, too_long


def _known(encoding: str) -> str:
    try:
        b"text".decode(encoding, "replace")  # unlike a look-up, refuses what makes no text of bytes, such as base64
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise UsageError(f"There is no encoding '{encoding}'.", "Use utf-8, utf-16, cp1252 or latin-1.") from None


def _encoding(file: BinaryIO, start: bytes) -> str:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    zeros = Counter(place % 2 for place, byte in enumerate(start) if byte == 0)
    if zeros.total() > len(start) // 4:  # Latin letters in UTF-16 have a zero at every second place
        return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    if len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start)) > len(start) // 100:
        raise UsageError("The file is not text.", _EXPORT)
    if _is_utf8(file):
        return "utf-8"
    shown = start.decode("utf-8", "replace")
    wrong = shown.count("\ufffd")
    if wrong * 10 < sum(sign > "\x7f" for sign in shown):
        return "utf-8"  # with a few places broken; in another encoding all umlauts would be
    # Windows leaves five places of its code page empty; what uses them is Latin-1, where every byte means something.
    return "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", start) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    """Whether all of it is: one wrong byte in a million rows decides."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part := file.read(_PART_BYTES):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _kind(sample: str) -> Kind:
    text = sample.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):
        return "csv"
    first, _, rest = text.partition("\n")
    if not (first.startswith("{") and first.rstrip().endswith("}")):
        return "json"
    return "json" if not rest.strip() and _wraps(first) else "jsonl"


def _wraps(line: str) -> bool:
    """Whether a single object is no ticket, but holds a list of them."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    lists = (value for value in found.values() if isinstance(value, list))
    return "id" not in found and any(isinstance(value[0], dict) for value in lists if value)


def _table_form(sample: str, encoding: str, delimiter: str | None) -> Form:
    lines = sample.lstrip("\ufeff").splitlines(keepends=True)
    skip = 0
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    told = re.fullmatch(r'"?sep=(.)"?\s*', lines[skip]) if skip < len(lines) else None  # Excel's own first line
    if told:
        skip += 1
    if delimiter is not None:
        found = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if len(found) != 1 or found in '"\r\n':
            raise UsageError(f"'{delimiter}' is no delimiter.", "Use one character, such as ; or tab.")
    else:
        found = told[1] if told else max(DELIMITERS, key=lambda sign: _fit(lines[skip:], sign))
    return Form("csv", encoding, found, skip)


def _fit(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """How well a delimiter fits: the share of rows with as many columns as the first one, and how many those are."""
    rows = []
    try:
        for row in csv.reader(iter(lines), delimiter=delimiter):
            if row:
                rows.append(len(row))
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if not rows or rows[0] < 2:
        return 0.0, 0
    return sum(width == rows[0] for width in rows) / len(rows), rows[0]
