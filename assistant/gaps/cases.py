"""A case: one question of the log or one ticket, with the signals of a gap; and the articles as they are today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kb.articles.article import ArticleKey
from kb.backlog.gap import EvidenceKind
from kb.catalog import ArticleRow
from kb.embedding.protocol import FloatMatrix


@dataclass(frozen=True, slots=True)
class Case:
    """One question, or ticket, and what speaks for a gap: the names of its ``signals`` and the sum of their weights.

    ``id`` is the caller's own where one was given. ``nearest`` are ids of articles with their scores, ``cited``
    articles, as they were when it was asked; ``audience``, ``only_language``, ``products``: the filters
    it was asked with. ``feedback``: what was done afterwards, as log odds that it was answered.
    """

    id: str
    key: str
    text: str
    asked_at: datetime
    language: str
    kind: EvidenceKind = "question"
    actor: str = ""
    session: str = ""
    audience: str = "internal"
    only_language: str | None = None
    products: tuple[str, ...] = ()
    status: str = "abstained"
    confidence: float = 0.0
    nearest: tuple[tuple[str, float], ...] = ()
    cited: tuple[ArticleKey, ...] = ()
    signals: tuple[str, ...] = ()
    weight: float = 0.0
    feedback: float = 0.0

    @property
    def asker(self) -> str:
        """The actor, else the session, else the question itself: who cannot be told apart counts each time."""
        return self.actor or self.session or self.key


@dataclass(frozen=True, slots=True)
class CaseVectors:
    """All cases, oldest questions first, with their ``vectors`` (n, d) of length 1.

    ``centred`` are the same without what all questions of a language share (``clustering.centre``).
    """

    cases: list[Case]
    vectors: FloatMatrix
    centred: FloatMatrix


@dataclass(frozen=True, slots=True)
class ArticlesToday:
    """The articles as they are today: their rows and the hashes of their texts."""

    rows: Mapping[ArticleKey, ArticleRow]
    sha256: Mapping[ArticleKey, str]
