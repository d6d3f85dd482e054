"""What asking gives back, in the shape of the contract (`kb ask --json`, `POST /api/v1/ask`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from assistant.answering.generation.grounding import Dropped
from assistant.retrieval.ranking import Ranked
from kb.articles.article import ArticleKey, Lines
from kb.articles.freshness import Freshness
from kb.text.language import InLanguage


@dataclass(frozen=True, slots=True)
class Citation(InLanguage):
    """A passage that the answer quotes; ``quote`` is verbatim from the file ``path``, on ``lines``."""

    number: int
    article_id: str
    language: str
    title: str
    section: str
    anchor: str
    path: str
    lines: Lines
    quote: str
    score: float
    reviewed_on: date | None
    freshness: Freshness

    @property
    def key(self) -> ArticleKey:
        """What names the article."""
        return ArticleKey(self.article_id, self.language)


@dataclass(frozen=True, slots=True)
class NearestArticle(InLanguage):
    """An article in the ranking, one row an article; ``score`` is the fused one, 0..1, best first.

    ``same_as`` is the id of an article above it whose passage says the same; in JSON it is left out
    where there is none.
    """

    article_id: str
    language: str
    title: str
    score: float
    same_as: str | None = None

    @classmethod
    def of(cls, ranked: Ranked) -> NearestArticle:
        """The row of an article in a ranking."""
        article = ranked.article
        return cls(article.id, article.language, article.title, ranked.score, ranked.same_as)

    def to_json(self) -> dict[str, Any]:
        """The contract's shape, the score rounded."""
        copied = {"same_as": self.same_as} if self.same_as else {}
        return {"article_id": self.article_id, "language": self.language, "title": self.title} | {
            "score": round(self.score, 4),
            **copied,
        }


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds: ``embed`` the question, ``search`` from then to the ranking, ``answer`` from then to the answer.

    ``answer`` holds evidence, judging and citing, and a language model's time where one writes. ``total`` is all of
    them and what lies between; logging is not counted.
    """

    embed: float
    search: float
    answer: float
    total: float

    @classmethod
    def between(cls, started: float, understood: float, embedded: float, ranked: float, finished: float) -> Timings:
        """From the moments (seconds) at which the steps of ``ask`` were reached."""
        seconds = embedded - understood, ranked - embedded, finished - ranked, finished - started
        return cls(*(1000 * step for step in seconds))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its citations, or an abstention with a reason; both with the nearest articles.

    ``dropped`` are sentences of a language model that no passage supports; nothing of them is in the answer.
    """

    question_id: str
    question: str
    language: str
    status: Literal["answered", "abstained"]
    confidence: float
    answer: str
    reason: str | None
    citations: tuple[Citation, ...]
    nearest: tuple[NearestArticle, ...]
    timings_ms: Timings
    dropped: tuple[Dropped, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract's shape: plain types, dates as ISO text, rounded numbers."""
        data = asdict(self)
        data["confidence"] = round(self.confidence, 4)
        for citation in data["citations"]:
            citation["lines"] = list(citation["lines"])
            citation["score"] = round(citation["score"], 4)
            citation["reviewed_on"] = citation["reviewed_on"].isoformat() if citation["reviewed_on"] else None
        data["citations"] = list(data["citations"])
        data["nearest"] = [near.to_json() for near in self.nearest]
        if not self.dropped:  # where no language model writes, there is nothing to say about it
            del data["dropped"]
        data["timings_ms"] = {name: round(value, 1) for name, value in data["timings_ms"].items()}
        return data
