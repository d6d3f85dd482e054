"""The articles as a report sees them: how fresh they are, which of them answered, and how often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.reports.figures.measures import Figure
from assistant.reports.figures.suppression import too_few
from kb.articles.article import ArticleKey
from kb.articles.freshness import freshness, is_expired, review_due_on

if TYPE_CHECKING:
    from assistant.reports.figures.questions import QuestionCase
    from kb.catalog import Catalog

Freshness: TypeAlias = Literal["fresh", "due", "overdue", "expired"]
STATES: tuple[Freshness, ...] = ("fresh", "due", "overdue", "expired")
"""An expired article no longer answers; an overdue one does, marked."""

MOST_USED = 10
"""Articles named as the most used: what fits beside the figures, and is still read."""


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    """A published article and its state on the day of the report."""

    article_id: str
    language: str
    title: str
    state: Freshness
    due_on: date | None

    @property
    def key(self) -> ArticleKey:
        """What names it."""
        return ArticleKey(self.article_id, self.language)


@dataclass(frozen=True, slots=True)
class ArticleUse:
    """How many questions an article answered."""

    key: ArticleKey
    title: str
    questions: int


def published_articles(catalog: Catalog, today: date, due_days: int) -> list[PublishedArticle]:
    """The published articles, the longest overdue first."""
    from kb.catalog import Filter

    with catalog.snapshot() as snapshot:
        rows = snapshot.listing(Filter(today, expired=True))
    articles = [
        PublishedArticle(
            row.id,
            row.language,
            row.title,
            "expired" if is_expired(row, today) else freshness(row, today, due_days),
            review_due_on(row),
        )
        for row in rows
    ]
    return sorted(articles, key=lambda article: (article.due_on or date.max, article.article_id, article.language))


def freshness_counts(articles: Collection[PublishedArticle]) -> dict[Freshness, int]:
    """How many articles are in each state."""
    states = [article.state for article in articles]
    return {state: states.count(state) for state in STATES}


def use_values(
    questions: Sequence[QuestionCase], articles: Collection[PublishedArticle], least: int
) -> dict[str, Figure]:
    """How much of the knowledge base was used: articles that answered, and answers for each of them (KCS reuse).

    Of the articles that answered, those are counted that are still published.
    """
    people = {case.who for case in questions if case.articles}
    used = {key for case in questions for key in case.articles}
    published = {article.key for article in articles}
    answers = sum(len(case.articles) for case in questions)
    values = {
        "articles_used": Figure("count", float(len(used & published)), len(published), len(published)),
        "answers_per_article": Figure("number", answers / len(used) if used else None, answers, answers),
    }
    return {key: value.conceal() for key, value in values.items()} if too_few(people, least) else values


def most_used(questions: Sequence[QuestionCase], titles: Mapping[ArticleKey, str], least: int) -> list[ArticleUse]:
    """The articles that answered most questions, of at least ``least`` people each. One may stand beside another."""
    cases: dict[ArticleKey, list[QuestionCase]] = defaultdict(list)
    for case in questions:
        for key in case.articles:
            cases[key].append(case)
    uses = [
        ArticleUse(key, titles.get(key, str(key)), len(items))
        for key, items in cases.items()
        if not too_few({case.who for case in items}, least)
    ]
    return sorted(uses, key=lambda use: (-use.questions, use.key))[:MOST_USED]
