"""A library: one home folder with its settings, and the parts in it, each opened when it is first needed."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb import settings
from kb.errors import LockedError, MissingPartError
from kb.runtime import lock
from kb.runtime.days import zone_of
from kb.settings import Origins, Settings

if TYPE_CHECKING:
    from kb.accounts import Accounts
    from kb.backlog import Backlog, Escalations
    from kb.catalog import Catalog
    from kb.embedding import Embedder
    from kb.embedding.protocol import FloatMatrix
    from kb.events import EventLog
    from kb.events.store import Store
    from kb.reviews import ReviewStore
    from kb.tickets import TicketStore
    from kb.vectors.chroma import ChromaVectors
    from kb.vectors.question_vectors import QuestionVectors

__all__ = ["Library"]

DEFAULT_HOME = ".kb"
_READER_WAIT_S = 30.0
"""How long a question waits for an ingest of another process, and an ingest for questions: both take seconds."""

_WRITER_WAIT_S = 0.5
CHROMA_STATE = "chroma"
"""The catalog's note on whether Chroma holds all that the articles name: "complete" or "behind"."""

_STORE_RESTS_S = 30.0
"""How long a store that failed is not asked again, so that not every question waits for its failure."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LanguageEncoder:
    """An embedder and the language (``en``) whose texts it embeds; None: all."""

    embedder: Embedder
    language: str | None


class Library:
    """Everything below one home.

    ``index.sqlite3`` and ``chroma/`` can be made again from the articles, ``question-vectors.sqlite3`` from the log;
    ``events.sqlite3`` and ``pseudonyms.key`` cannot, so nothing ever deletes them. Chroma in a folder serves one
    process at a time (chroma #7040), hence ``reading`` and ``writing``. With ``exact`` set, Chroma is not opened for
    questions: every vector of the catalog is compared, under no lock. For one question that is faster than opening it.
    ``threads`` is how many a model may use for one piece of work (0: all processors), set before the models are opened.
    """

    def __init__(self, home: Path, config: Settings, origins: Origins | None = None) -> None:
        self.home = home.absolute()
        self.settings = config
        self.origins = origins or {}
        self.exact = False
        self.threads = 0
        self._holds_lock = False
        self._store_rests_until_s = 0.0
        self._one_writer = threading.Lock()

    @classmethod
    def open(cls, home: Path | None = None, config: Path | None = None) -> Library:
        """The library in ``home`` (default: KB_HOME, else ``.kb``) with the settings of the current folder."""
        values, origins = settings.load(config or _path_from("KB_CONFIG"))
        return cls(home or _path_from("KB_HOME") or Path(DEFAULT_HOME), values, origins)

    def local(self, moment: datetime) -> datetime:
        """A moment (aware) on the team's clock. Raises UsageError where ``reports.time_zone`` is no time zone."""
        return moment.astimezone(zone_of(self.settings.reports.time_zone))

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment (aware) falls, by the team's calendar."""
        return self.local(moment).date()

    def today(self) -> date:
        """The day it is, by the team's calendar."""
        return self.day_of(datetime.now(UTC))

    @property
    def lock_path(self) -> Path:
        """The lock file of the index."""
        return self.home / "lock"

    @property
    def chroma_place(self) -> Path | str:
        """Where vectors are: a folder below the home, or the URL of a server."""
        return self.settings.vectors.url or self.home / "chroma"

    @property
    def events_file(self) -> Path:
        """The log where no other place is set; it is made when it is first needed."""
        return self.home / "events.sqlite3"

    @property
    def has_log(self) -> bool:
        """Whether there is a log; opening one that is missing makes it."""
        return bool(self.settings.events.url) or self.events_file.exists()

    @property
    def has_index(self) -> bool:
        """Whether there is an index; opening one that is missing makes it."""
        return self._index_file.exists()

    @property
    def _index_file(self) -> Path:
        return self.home / "index.sqlite3"

    @property
    def question_vectors_file(self) -> Path:
        """The vectors of logged questions; it may go at any time."""
        return self.home / "question-vectors.sqlite3"

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog in ``index.sqlite3``."""
        from kb.catalog import Catalog

        return Catalog(self._index_file)

    @cached_property
    def embedder(self) -> Embedder:
        """The configured model."""
        from kb.embedding import open_embedder

        part = self.settings.embedding
        return open_embedder(part.model, part.url, part.api_key.get_secret_value(), self._model_cache, self.threads)

    @cached_property
    def english(self) -> Embedder | None:
        """The second encoder, for what is written in English; None where it is switched off or not installed."""
        from kb.embedding import open_english

        return open_english(self._model_cache, self.threads) if self.settings.embedding.english else None

    @property
    def encoders(self) -> tuple[LanguageEncoder, ...]:
        """All encoders with the language whose texts they embed; the first one reads every language."""
        main = LanguageEncoder(self.embedder, None)
        return (main, LanguageEncoder(self.english, "en")) if self.english else (main,)

    @property
    def _model_cache(self) -> Path:
        from kb.embedding.conversion.convert import default_cache

        own = self.home / "models"
        return own if own.is_dir() else default_cache()

    @cached_property
    def vectors(self) -> ChromaVectors:
        """The vector store for the configured model."""
        from kb.vectors.chroma import ChromaVectors

        return ChromaVectors(self.chroma_place, self.embedder.fingerprint, self.embedder.dimensions)

    @cached_property
    def database(self) -> Store:
        """The events database, which the log and everything else that no file can bring back share."""
        from kb.events.store import Store

        return Store(self.settings.events.url or f"sqlite:///{self.events_file}")

    @cached_property
    def events(self) -> EventLog:
        """The log of questions and ratings."""
        from kb.events import EventLog

        return EventLog(self.database)

    @cached_property
    def tickets(self) -> TicketStore:
        """The tickets that were imported from the team's help desk."""
        from kb.tickets import TicketStore

        return TicketStore(self.database)

    @cached_property
    def backlog(self) -> Backlog:
        """The gaps that leads work off."""
        from kb.backlog import Backlog

        return Backlog(self.database, self.settings.reports.time_zone)

    @cached_property
    def escalations(self) -> Escalations:
        """The questions that agents handed to leads."""
        from kb.backlog import Escalations

        return Escalations(self.database)

    @cached_property
    def reviews(self) -> ReviewStore:
        """Who vouched for which article."""
        from kb.reviews import ReviewStore

        return ReviewStore(self.database)

    @cached_property
    def question_cache(self) -> QuestionVectors:
        """The vectors of logged questions, as far as they are kept."""
        from kb.vectors.question_vectors import QuestionVectors

        return QuestionVectors(self.question_vectors_file, self.embedder)

    def question_vectors(self, texts: Sequence[str]) -> FloatMatrix:
        """Vectors of questions as the log has them, shape (len(texts), dimensions); missing ones are made and kept."""
        return self.question_cache.of(texts)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may do what; in the same database as the log."""
        from kb.accounts import Accounts

        part = self.settings.accounts
        return Accounts(self.database, part.failures, part.locked_minutes)

    def require_index(self) -> None:
        """Raise MissingPartError where there is no index, or one that another model has made."""
        made_with = self.catalog.noted("fingerprint")
        if made_with is None:
            raise MissingPartError(f"There is no index in {self.home}.", "Make one: kb ingest FOLDER")
        if made_with != self.embedder.fingerprint:
            raise MissingPartError(
                f"The index in {self.home} was made with another model than {self.embedder.name}.",
                "Run `kb ingest` to embed the articles with this one, or set embedding.model back.",
            )

    def nearest(self, vector: FloatMatrix, limit: int) -> list[tuple[str, float]] | None:
        """The ``limit`` vectors nearest to ``vector`` (d,) with their cosine, as Chroma knows them, best first.

        None where the catalog's own vectors have to be compared: with ``exact``, while Chroma cannot serve, or where an
        ingest was killed while it filled Chroma anew.
        """
        if self.exact or time.monotonic() < self._store_rests_until_s or self.catalog.noted(CHROMA_STATE) == "behind":
            return None
        try:
            return self.vectors.search(vector, limit) or None
        except MissingPartError as error:
            _LOG.warning("Comparing all vectors of the catalog instead. %s %s", error.message, error.hint)
            self._store_rests_until_s = time.monotonic() + _STORE_RESTS_S
            return None

    @contextlib.contextmanager
    def writing(self, role: str) -> Iterator[None]:
        """Keep every other writer out of the index while the body runs. Raises LockedError naming the holder."""
        if not self._one_writer.acquire(timeout=_WRITER_WAIT_S):
            raise LockedError(
                f"The index in {self.home} is being written by this server.", "Wait until it has finished."
            )
        try:
            if self._holds_lock:
                yield
            else:
                with lock.hold(self.lock_path, role, wait_s=_WRITER_WAIT_S, readers_wait_s=_READER_WAIT_S):
                    yield
        finally:
            self._one_writer.release()

    @contextlib.contextmanager
    def serving(self, role: str) -> Iterator[int]:
        """Hold the index for as long as a server runs; its own threads may then read and write."""
        with lock.hold(self.lock_path, role, wait_s=_WRITER_WAIT_S, readers_wait_s=_READER_WAIT_S) as descriptor:
            self._holds_lock = True
            try:
                yield descriptor
            finally:
                self._holds_lock = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Keep writers of other processes out while the body runs; with a Chroma server nobody needs to wait."""
        if self._holds_lock or self.settings.vectors.url:
            yield
            return
        with lock.hold(self.lock_path, "a reader", shared=True, wait_s=_READER_WAIT_S):
            yield

    def close(self) -> None:
        """Let go of the files that were opened."""
        for name in (
            "vectors",
            "catalog",
            "events",
            "tickets",
            "backlog",
            "escalations",
            "accounts",
            "reviews",
            "database",
        ):
            self.let_go(name)

    def let_go(self, name: str) -> None:
        """Close one part; it is opened again when it is next needed."""
        part = self.__dict__.pop(name, None)
        if part is not None:
            part.close()


def _path_from(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None
