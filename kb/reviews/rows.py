"""A review, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias, get_args

from kb.articles.article import ArticleKey
from kb.errors import UsageError
from kb.events.rows import clean, utc

Verdict: TypeAlias = Literal["confirmed", "changed"]
"""Whether the text was right as it stood, or had to be changed."""


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody vouched for an article on the day ``reviewed_on``.

    ``sha256`` is of the text vouched for (``kb.catalog.ratings.text_sha256``, without front matter): ratings of an
    answer that quoted another text are of an earlier one. ``actor`` is a handle, empty where unknown; ``at`` is UTC.
    """

    article_id: str
    language: str
    at: datetime
    reviewed_on: date
    verdict: Verdict
    sha256: str
    actor: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Verdict):
            raise UsageError(
                f"'{self.verdict}' is no verdict of a review.", f"Use one of {', '.join(get_args(Verdict))}."
            )
        object.__setattr__(self, "at", utc(self.at))
        for name in ("article_id", "language", "sha256", "actor", "note"):
            object.__setattr__(self, name, clean(getattr(self, name)))

    @property
    def key(self) -> ArticleKey:
        """What names the article."""
        return ArticleKey(self.article_id, self.language)
