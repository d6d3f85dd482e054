"""Types of answering: the question in its context, the evidence of an article, the verdict on it, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.answering.context import ScoredUnit
from assistant.retrieval.ranking import Ranked
from kb.catalog import ArticleRow, ChunkRow, UnitRow

if TYPE_CHECKING:
    from assistant.answering.generation.grounding import Dropped
    from assistant.answering.question_terms import QuestionTerms
    from assistant.answering.reply import Citation


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
