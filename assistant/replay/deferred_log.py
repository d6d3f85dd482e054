"""A log that is written later, many questions at once: a transaction for each costs as much as searching for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kb.embedding.protocol import Embedder, FloatMatrix
from kb.events import EventLog, QuestionEvent, redacted
from kb.events.store import Store
from kb.vectors.question_vectors import QuestionVectors


class DeferredLog(EventLog):
    """Questions are logged, in place of earlier ones with their ids, when ``write`` is called; all else at once."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._waiting: list[QuestionEvent] = []

    def log_question(self, event: QuestionEvent, *, redact: bool = True, overwrite: bool = True) -> QuestionEvent:
        """See ``EventLog``. Never raises."""
        del overwrite  # the caller's id is its own, so there is nothing else to find under it
        stored = redacted(event) if redact else event
        self._waiting.append(stored)
        return stored

    def write(self) -> None:
        """Store what waits, in one transaction. Raises EventLogUnavailableError; then it is lost."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.log_questions(waiting, redact=False, overwrite=True)


class DeferredVectors(QuestionVectors):
    """The vector of a question is kept when ``write`` is called."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        super().__init__(path, embedder)
        self._waiting: list[tuple[str, FloatMatrix]] = []

    def keep(self, text: str, vector: FloatMatrix) -> None:
        """See ``QuestionVectors``."""
        self._waiting.append((text, vector))

    def write(self) -> None:
        """Keep what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.keep_all([text for text, _ in waiting], np.stack([vector for _, vector in waiting]))
