"""Rules on review dates. Only published articles grow old: nobody is answered from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.articles.freshness import days_overdue, freshness, is_expired, review_due_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.checks.corpus import Corpus
    from kb.checks.finding import Finding

_REVIEW = "Read the article, mend it, set `reviewed_on` to that day."


def review_dates(library: Corpus, due_days: int) -> Iterator[Finding]:
    """Articles to look at again: soon, now, or too late."""
    for page in library.pages:
        article = page.article
        if article is None or article.status != "published" or review_due_on(article) is None:
            continue
        day = review_due_on(article)
        line = page.front.line_of("reviewed_on" if article.reviewed_on else "created_on")
        if is_expired(article, library.today):
            message = f"expired on {article.expires_on}"
            fix = "Archive it, or extend `expires_on` once somebody has checked it."
            yield page.finding("warning", "expired", page.front.line_of("expires_on"), message, fix)
            continue
        state = freshness(article, library.today, due_days)
        if state == "overdue":
            message = f"review was due on {day}, {days_overdue(article, library.today)} days ago"
            yield page.finding("warning", "review-overdue", line, message, _REVIEW)
        elif state == "due":
            yield page.finding("info", "review-due", line, f"review is due by {day}", _REVIEW)
