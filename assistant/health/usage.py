"""What the event log tells of each article: how often it grounded an answer, and how those answers were rated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from assistant.health.parameters import DAMAGE, USE
from kb.articles.article import ArticleKey
from kb.articles.front_matter import text_sha256
from kb.catalog import Survey
from kb.library import Library
from kb.runtime.days import midnight


@dataclass(frozen=True, slots=True)
class ArticleHistory:
    """What happened to one article in a year.

    ``answers`` quoted it. ``ratings`` are those of answers that quoted its present text first, since its last review,
    oldest first: what each weighs against the article, 0 to 1.
    """

    answers: int = 0
    ratings: tuple[float, ...] = ()
    last_used: date | None = None

    @property
    def rated(self) -> int:
        """How many ratings count."""
        return len(self.ratings)

    @property
    def bad(self) -> float:
        """What all ratings weigh against the article."""
        return sum(self.ratings)


@dataclass(frozen=True, slots=True)
class Usage:
    """Every article's use, and how many questions there were; ``since`` is the day of the first one."""

    questions: int = 0
    since: date | None = None
    articles: Mapping[ArticleKey, ArticleHistory] = field(default_factory=dict)

    def of(self, key: ArticleKey) -> ArticleHistory:
        """The use of an article."""
        return self.articles.get(key, ArticleHistory())


def usage(library: Library, survey: Survey, today: date) -> Usage:
    """Read the log of the year up to and including ``today``. A library that nobody asked has none, and gets none."""
    if not library.has_log:
        return Usage()
    end = midnight(library.settings.reports.time_zone, today + timedelta(days=1))
    asked = list(library.events.questions(end - timedelta(days=USE.period_days), end))
    answers = [event for event in asked if event.citations]
    ratings = library.events.feedback_for(event.question_id for event in answers)
    texts = {row.key: (text_sha256(survey.sources[rowid]), row.reviewed_on) for rowid, row in survey.articles.items()}
    found: dict[ArticleKey, ArticleHistory] = {}
    for event in answers:
        day = library.day_of(event.asked_at)
        quoted = list(dict.fromkeys(map(ArticleKey.of, event.citations)))
        for key in quoted:
            use = found.get(key, ArticleHistory())
            found[key] = replace(use, answers=use.answers + 1, last_used=max(day, use.last_used or day))
        text, reviewed = texts.get(quoted[0], ("", None))
        is_of_this_text = event.citations[0].get("sha256", text) == text and (reviewed is None or day > reviewed)
        if is_of_this_text and event.question_id in ratings:
            last = ratings[event.question_id][-1]
            use = found[quoted[0]]
            bad = DAMAGE.rating[last.reason] if last.verdict == "not_helpful" else 0.0
            found[quoted[0]] = replace(use, ratings=(*use.ratings, bad))
    return Usage(len(asked), library.day_of(asked[0].asked_at) if asked else None, found)
