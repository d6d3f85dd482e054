"""Types of answering: the question in its context, the evidence of an article, the verdict on it, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assistant.answering.parameters import ANSWERING, AnswerParameters
from assistant.retrieval.model import Ranked
from assistant.retrieval.query import Query
from kb.catalog import ArticleRow, ChunkRow, Snapshot, UnitRow
from kb.embedding.protocol import FloatMatrix

if TYPE_CHECKING:
    from assistant.answering.generation.grounding import Dropped
    from assistant.answering.question_terms import QuestionTerms
    from assistant.answering.reply import Citation
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


@dataclass(frozen=True, slots=True)
class Quote:
    """Neighbouring units of one block, quoted together: ``source`` is verbatim once white space is folded."""

    chunk: ChunkRow
    units: tuple[UnitRow, ...]
    score: float

    @property
    def source(self) -> str:
        return ("\n" if self.is_list else " ").join(unit.source for unit in self.units)

    @property
    def is_list(self) -> bool:
        """Whether each unit stands on a line of its own."""
        return self.units[0].kind in {"step", "item", "row", "code"}

    @property
    def is_steps(self) -> bool:
        return self.units[0].kind == "step"


@dataclass(frozen=True, slots=True)
class ArticleEvidence:
    """What an article has for a question: its units, best first, and those that an answer would quote.

    ``ranked`` is the ranking whose first article it is, ``terms`` are the question's words.
    """

    ranked: Sequence[Ranked]
    terms: QuestionTerms
    units: tuple[ScoredUnit, ...]
    quotes: tuple[Quote, ...]

    @property
    def article(self) -> ArticleRow:
        return self.ranked[0].article


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """How sure an article's evidence answers: ``confidence`` is p(answers right), 0..1.

    ``answers``: whether that passes the threshold. ``measured`` are the features that the confidence was computed from,
    ``case`` names its model. Without any article, ``evidence`` is None.
    """

    evidence: ArticleEvidence | None = None
    confidence: float = 0.0
    answers: bool = False
    measured: Mapping[str, float] = field(default_factory=dict)
    case: str = ""

    @property
    def units(self) -> tuple[ScoredUnit, ...]:
        """The units of the evidence, best first."""
        return self.evidence.units if self.evidence else ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as Markdown with its citations; or, where ``text`` is empty, the ``reason`` for abstaining.

    ``is_steps``: it is a step list. ``dropped`` are sentences of a language model that no passage supports.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    is_steps: bool = False
    dropped: tuple[Dropped, ...] = ()
