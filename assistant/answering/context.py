"""A question with all that answering reads, and a unit of an article with its score for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.answering.parameters import ANSWERING, AnswerParameters
from assistant.retrieval.query import Query
from kb.catalog import ChunkRow, Snapshot, UnitRow
from kb.embedding.protocol import FloatMatrix

if TYPE_CHECKING:
    from kb.library import Library
    from kb.settings import AnswerSettings


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question with what answering reads: the state of the index, the question's vector (d,), and the day."""

    library: Library
    snapshot: Snapshot
    query: Query
    vector: FloatMatrix
    today: date
    parameters: AnswerParameters = ANSWERING

    @property
    def settings(self) -> AnswerSettings:
        """When and how much is answered."""
        return self.library.settings.answer


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A sentence, step or row of an article with its score for the question, 0 to about 2.

    ``matched`` holds the question's words that occur in it, with their worth (0..1). ``cosine`` and ``english`` are
    those of the question with the unit by itself, by both encoders, -1..1; None: not compared.
    """

    unit: UnitRow
    chunk: ChunkRow
    score: float
    matched: Mapping[str, float]
    cosine: float | None = None
    english: float | None = None
