"""What retrieval speaks of: a passage, an article with its passages, the ranking, and the candidates they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.retrieval.fusion import Signals
from kb.catalog import ArticleRow, ChunkRow


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found, what is known of it, and what each signal gave to its ``score`` (0..1)."""

    chunk: int
    article: int
    signals: Signals
    shares: Mapping[str, float]
    score: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article with the passages that found it, best first; its score is its best passage's.

    ``same_as`` is the id of an article before it whose best passage says the same.
    """

    article: ArticleRow
    passages: tuple[Passage, ...]
    score: float
    same_as: str | None = None

    @property
    def cosine(self) -> float:
        """That of the passage nearest to the question, -1..1."""
        return max(passage.signals.cosine for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What retrieval found: articles best first, one row an id; ``distinct`` are those that are no copies."""

    articles: list[Ranked]

    @property
    def distinct(self) -> list[Ranked]:
        return [item for item in self.articles if item.same_as is None]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What vectors and full text found together: chunks and their articles by row, and what is known of each chunk."""

    chunks: Mapping[int, ChunkRow]
    articles: Mapping[int, ArticleRow]
    signals: Mapping[int, Signals]
