"""Replay: questions of another system or another day, asked and logged as if they had been asked here, then."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, BinaryIO

from assistant.answering.reply import Reply
from assistant.ask import Asker, AskFilters, ask
from assistant.replay.deferred_log import DeferredLog, DeferredVectors
from assistant.replay.embedding_cache import CachingLibrary
from assistant.retrieval.query import understand
from kb.embedding.onnx import processors
from kb.errors import MissingPartError, UsageError
from kb.events.rows import clean, utc
from kb.library import Library
from kb.runtime.lines import numbered
from kb.text import redaction

_LOG = logging.getLogger(__name__)

_AT_ONCE = 128
"""Lines that are read, and questions that are embedded and logged, together."""

_MOST_BYTES = 1_000_000
"""Of a line: far more than the longest question takes, escapes included."""

_MOST_WORKERS = 8
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SHAPE = 'Write one JSON object a line: {"id": "q1", "text": "Wie melde ich meinen Umzug?"}'


@dataclass(frozen=True, slots=True)
class ReplayLine:
    """A question with the number of its line. ``question_id`` is the same whenever the same line is replayed."""

    number: int
    question_id: str
    id: str
    text: str
    language: str | None
    asked_at: datetime
    actor: str
    session: str


@dataclass(frozen=True, slots=True)
class ReplayProblem:
    """A line that could not be asked: what is wrong with it, and what to do."""

    number: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A question and what came of it."""

    line: ReplayLine
    reply: Reply

    def to_json(self) -> dict[str, Any]:
        """The contract's shape: what `kb ask --json` gives, without the answer, with the caller's id."""
        data = self.reply.to_json()
        del data["answer"]
        return {"id": self.line.id, **data}


class _Library(CachingLibrary):
    """Logs what was asked when ``write`` is called."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.events = self._log = DeferredLog(self.database)
        self.question_cache = self._vectors = DeferredVectors(self.question_vectors_file, self.embedder)

    def write(self) -> None:
        """Log what was asked since the last time. A log that cannot be written is a warning, as in ``ask``."""
        self._vectors.write()
        try:
            self._log.write()
        except MissingPartError as error:
            _LOG.warning("%s %s", error.message, error.hint)


def replay(
    library: Library, file: BinaryIO, audience: str = "internal", workers: int | None = None
) -> Iterator[Replayed | ReplayProblem]:
    """Ask every question in ``file``, JSON Lines, as `kb ask` would have at its time, and log it; in the file's order.

    1. Read some lines; one that cannot be asked is a problem, the others go on. 2. Embed their questions in
    batches. 3. Ask each, on ``workers`` threads (default: one a processor). 4. Log them in one transaction, and see
    that all were: who interrupts a replay loses none that was asked, who kills it those since the last transaction.

    A line's time is the question's: freshness is that of its day. Where a line names none, it is asked now. The same
    line again takes the place of what was logged for it, so a replay may be repeated. Raises MissingPartError where
    there is no index or the log cannot be written, UsageError for an unknown audience.
    """
    library.events.counts()  # a log that is out of reach is said before anything is asked
    own = _Library(library)
    lines = numbered(file, _MOST_BYTES)
    workers = workers or min(processors(), _MOST_WORKERS)
    threads = ThreadPoolExecutor(workers, "replay")
    try:
        while part := list(islice(lines, _AT_ONCE)):
            # 1
            read = [_read(own, number, raw) for number, raw in part if raw is None or raw.strip()]
            asked = [line for line in read if isinstance(line, ReplayLine)]
            # 2
            list(threads.map(partial(_embed, own), (asked[share::workers] for share in range(workers))))
            # 3
            replies = threads.map(partial(_ask, own, audience), asked)
            for line in read:
                yield line if isinstance(line, ReplayProblem) else Replayed(line, next(replies))
            # 4
            own.write()
            _check_logged(own, asked)
    finally:
        threads.shutdown(cancel_futures=True)
        own.write()
        own.close()


def _ask(library: Library, audience: str, line: ReplayLine) -> Reply:
    asker = Asker(line.actor, line.session, "replay", line.id, line.question_id)
    return ask(library, line.text, AskFilters(audience, spoken=line.language), asker, line.asked_at)


def _embed(library: Library, lines: Sequence[ReplayLine]) -> None:
    """Have the embedders remember the questions, which they embed faster together."""
    queries = [understand(line.text, line.language) for line in lines]
    library.embedder.embed_queries([query.text for query in queries])
    if library.english is not None:
        library.english.embed_queries([query.text for query in queries if query.primary_language == "en"])


def _check_logged(library: Library, lines: Sequence[ReplayLine]) -> None:
    """An answer does not need the log; a replay is there for it."""
    logged = library.events.questions_for([line.question_id for line in lines])
    lost = [line.number for line in lines if line.question_id not in logged]
    if lost:
        raise MissingPartError(
            f"{len(lost)} questions from line {lost[0]} on were asked but not logged.",
            "See the warnings above, mend the log, and run this again: nothing is logged twice.",
        )


def _read(library: Library, number: int, raw: bytes | None) -> ReplayLine | ReplayProblem:
    try:
        return _line(number, _object(raw), library.settings.server.max_question_characters)
    except UsageError as error:
        return ReplayProblem(number, error.message, error.hint)


def _object(raw: bytes | None) -> dict[str, Any]:
    if raw is None:
        raise UsageError(f"The line is longer than {_MOST_BYTES:,} bytes.", _SHAPE)
    try:
        data = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError("The line is not UTF-8.", "Save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The line is not JSON: {error}.", _SHAPE) from None
    if not isinstance(data, dict):
        raise UsageError("The line is not a JSON object.", _SHAPE)
    return data


def _line(number: int, data: dict[str, Any], most_characters: int) -> ReplayLine:
    own_id, text = _text(data, "id", required=True), _text(data, "text", required=True)
    if len(text) > most_characters:
        raise UsageError(f"The question has {len(text):,} characters; {most_characters:,} are allowed.", "Shorten it.")
    language = _text(data, "language")
    if language and not _TAG.fullmatch(language):
        raise UsageError(
            f"'{language[:40]}' is not a language.", "Write a tag such as de, en or de-AT, or leave it out."
        )
    given = _text(data, "asked_at")
    moment = _moment(given) if given else datetime.now(UTC)
    # Redacted, so that nobody can try out which data stood in it.
    identity = json.dumps([own_id, redaction.redact(text).text, moment.isoformat() if given else ""])
    question_id = hashlib.sha256(identity.encode()).hexdigest()[:32]
    return ReplayLine(
        number, question_id, own_id, text, language or None, moment, _text(data, "actor"), _text(data, "session")
    )


def _text(data: dict[str, Any], key: str, *, required: bool = False) -> str:
    value = data.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise UsageError(f'"{key}" is not a text.', f'Write "{key}" in quotation marks.')
    if required and not (value or "").strip():
        raise UsageError(f'"{key}" is missing or empty.', _SHAPE)
    return clean(value or "")


def _moment(text: str) -> datetime:
    """A time with its zone, or a day, which begins at midnight UTC. Raises UsageError: a zone is never guessed."""
    try:
        moment = datetime.fromisoformat(text)
        return utc(moment.replace(tzinfo=UTC) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else moment)
    except (ValueError, OverflowError):
        hint = "Write 2026-05-20T09:30:00+02:00, 2026-05-20T07:30:00Z or 2026-05-20."
        raise UsageError(f"'{text[:40]}' is no time.", hint) from None
