"""``kb check --fix``: what can be mended without knowing what the author meant to say.

Only the front matter is edited, and a Windows-1252 file saved as UTF-8: the body a reader sees stays as it is. Every
edit is read back; one that does not take its finding away, or brings another, is undone. Twice equals once.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, get_args

from kb import markdown
from kb.articles import front_matter
from kb.articles.article import Audience, Status
from kb.articles.front_matter_edit import FrontEdit, flow_list, scalar
from kb.articles.reader import decode
from kb.checks.front_matter import SLUG
from kb.errors import UsageError
from kb.text.language import detect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.articles.front_matter import Complaint, FrontMatterReading

FIXABLE = frozenset(
    (
        "bad-date",
        "bad-value",
        "duplicate-key",
        "invalid-encoding",
        "missing-key",
        "unknown-key",
        "wrong-type",
    )
)
"""Codes of which at least some findings can be mended mechanically."""

_SURE = 0.8
"""Likeness (difflib) from which a misspelt key is renamed; a suggestion is given from 0.6."""

_MAX_EDITS = 100
_DAY_FIRST = re.compile(r"(\d{1,2})\.[ ]?(\d{1,2})\.[ ]?(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{2}:\d{2}.*)?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NAMES = ("id", "title", "language")
_VALUES = {"status": get_args(Status), "audience": get_args(Audience)}


@dataclass(frozen=True, slots=True)
class Mended:
    """A file's bytes after mending, and the code of each edit; no codes where nothing was to mend."""

    raw: bytes
    codes: tuple[str, ...]


def mended(path_below_root: str, raw: bytes) -> Mended:
    """Mend what is mechanical in the file ``path_below_root`` (POSIX) with these bytes. Never raises on content."""
    text, problems = decode(path_below_root, raw)
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    edits: list[str] = []
    if text is None or "\ufffd" in text or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Mended(raw, ())
    if problems:
        edits.append("invalid-encoding")
    while len(edits) < _MAX_EDITS and (step := _edit(path_below_root, text)):
        text, code = step
        edits.append(code)
    return Mended(mark + text.encode(), tuple(edits)) if edits else Mended(raw, ())


def _edit(path: str, text: str) -> tuple[str, str] | None:
    """The text after the first edit that helps, with the code that it mended."""
    yaml_text, offset, _ = front_matter.split(text)
    before = front_matter.read(yaml_text) if yaml_text else front_matter.NOTHING
    if not before.present or any(complaint.code == "bad-front-matter" for complaint in before.complaints):
        return None
    for code, key, change in _candidates(path, text[offset:], before):
        edit = FrontEdit(text)
        if not change(edit) or not _is_better(before, edit.text, code, key):
            continue
        if edit.text[front_matter.split(edit.text)[1] :] == text[offset:]:
            return edit.text, code
    return None


def _is_better(before: FrontMatterReading, text: str, code: str, key: str) -> bool:
    """Whether the edit took its finding away, brought no other, and changed no other key's value."""
    after = front_matter.read(front_matter.split(text)[0] or "")
    old, new = _faults(before), _faults(after)
    if new - old or new[code, key] >= old[code, key]:
        return False
    names = set(front_matter.KEYS) - {key} - (set(after.lines) - set(before.lines))
    return all(getattr(before.values, name) == getattr(after.values, name) for name in names)


def _faults(reading: FrontMatterReading) -> Counter[tuple[str, str]]:
    found = Counter((complaint.code, complaint.key) for complaint in (*reading.complaints, *reading.loose))
    found.update(("unknown-key", key) for key in reading.foreign)
    found.update(("missing-key", key) for key in _NAMES if _lacks(reading, key))
    return found


def _lacks(reading: FrontMatterReading, key: str) -> bool:
    return not getattr(reading.values, key) and not any(complaint.key == key for complaint in reading.complaints)


def _candidates(
    path: str, body: str, reading: FrontMatterReading
) -> Iterator[tuple[str, str, Callable[[FrontEdit], bool]]]:
    """(code, key, edit) for everything that may be mended, in a fixed order."""
    for key in reading.foreign:
        near = get_close_matches(key.lower().replace("-", "_"), front_matter.KEYS, n=1, cutoff=_SURE)
        if near and near[0] not in reading.lines:
            yield "unknown-key", key, partial(_rename, key=key, new=near[0])
    for complaint in (*reading.complaints, *reading.loose):
        yield complaint.code, complaint.key, partial(_mend, complaint=complaint, reading=reading)
    for key, value, after in _missing(path, body, reading):
        yield "missing-key", key, partial(FrontEdit.set, key=key, value=value, after=after)


def _rename(edit: FrontEdit, key: str, new: str) -> bool:
    """Give a key its right name, and the form that this one wants."""
    if not edit.rename(key, new):
        return False
    reading = front_matter.read(front_matter.split(edit.text)[0] or "")
    texts = [complaint.key for complaint in reading.loose]
    return new not in texts or edit.set(new, flow_list(getattr(reading.values, new)))


def _mend(edit: FrontEdit, complaint: Complaint, reading: FrontMatterReading) -> bool:
    """Make the edit that a complaint calls for; False where it takes a person."""
    key = complaint.key
    value = (edit.value(key) or "").strip("\"'")
    if complaint.code == "duplicate-key":
        return edit.drop_repeated(key)
    if complaint.code == "wrong-type" and complaint in reading.loose:
        return bool(value) and edit.set(key, flow_list(getattr(reading.values, key)))
    if complaint.code == "bad-date":
        day = _day(value)
        return day is not None and edit.set(key, day.isoformat())
    if complaint.code == "bad-value" and value.strip().lower() in _VALUES.get(key, ()):
        return edit.set(key, value.strip().lower())
    return False


def _day(text: str) -> date | None:
    """The day that a date in another notation can only mean; None where it may mean two, or none."""
    readings: set[date] = set()
    notations = (_DAY_FIRST, (2, 1, 0)), (_YEAR_FIRST, (0, 1, 2)), (_SLASHES, (2, 0, 1)), (_SLASHES, (2, 1, 0))
    for pattern, order in notations:
        if match := pattern.fullmatch(text.strip()):
            with contextlib.suppress(ValueError):
                readings.add(date(*(int(match.groups()[place]) for place in order)))
    return readings.pop() if len(readings) == 1 else None


def _missing(path: str, body: str, reading: FrontMatterReading) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Keys that are missing and told by the file itself: (key, value, the keys to add it behind)."""
    stem = PurePosixPath(path).stem
    if _lacks(reading, "id") and SLUG.fullmatch(stem):
        yield "id", scalar(stem), ("",)
    if _lacks(reading, "title"):
        title = next((heading.text for heading in markdown.parse(body).headings if heading.level == 1), "")
        if title:
            yield "title", scalar(title), ("id",)
    if _lacks(reading, "language") and (language := detect(body, default="")) in ("de", "en"):
        yield "language", language, ("title", "id")


def write(file: Path, raw: bytes) -> None:
    """Replace a file's bytes in one step, its rights kept. Raises UsageError where that is not allowed."""
    real = file.resolve()
    new = real.with_name(f".{real.name}.new")
    try:
        new.write_bytes(raw)
        new.chmod(real.stat().st_mode & 0o7777)
        new.replace(real)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(new)  # noqa: PTH108
        raise UsageError(
            f"{file} cannot be written: {error.strerror}.", "Give yourself permission to write it."
        ) from None
