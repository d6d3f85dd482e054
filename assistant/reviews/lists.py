"""What must be reviewed, by owner, and the reminders that say so: one text for each owner, not one for each article."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from assistant.messages import text
from kb.articles.freshness import days_overdue, freshness, is_expired, review_due_on
from kb.checks.corpus import find
from kb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kb.articles.article import Article, ArticleKey
    from kb.reviews import Review

State: TypeAlias = Literal["expired", "overdue", "due"]
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Due:
    """An article to review: ``due_on`` is None where it bears no date at all; ``path`` can be opened from here."""

    owner: str
    article_id: str
    language: str
    title: str
    path: str
    state: State
    due_on: date | None
    days_late: int
    reviewed_on: date | None
    reviewed_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "article_id": self.article_id,
            "language": self.language,
            "title": self.title,
            "path": self.path,
            "state": self.state,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "days_late": self.days_late,
            "reviewed_on": self.reviewed_on.isoformat() if self.reviewed_on else None,
            "reviewed_by": self.reviewed_by,
        }


def due(
    paths: Sequence[Path],
    today: date,
    ignore: Sequence[str] = (),
    *,
    days: int = WEEK_DAYS,
    owner: str | None = None,
    last: Mapping[ArticleKey, Review] | None = None,
) -> dict[str, list[Due]]:
    """The published articles whose review is late, or due within ``days``, by owner in order, the latest first.

    ``last`` are the reviews on record by article, to say who did the one before. Articles without an owner stand under
    the empty name.
    """
    found: dict[str, list[Due]] = defaultdict(list)
    for job in find(paths, ignore):
        article = job.read().article if job.wanted else None
        if article is None or article.status != "published" or owner not in (None, article.owner):
            continue
        state = _state(article, today, days)
        if state:
            before = (last or {}).get(article.key)
            found[article.owner].append(
                Due(
                    article.owner,
                    article.id,
                    article.language,
                    article.title,
                    job.shown,
                    state,
                    review_due_on(article),
                    days_overdue(article, today),
                    article.reviewed_on,
                    before.actor if before else "",
                )
            )
    order = {"expired": 0, "overdue": 1, "due": 2}
    return {
        name: sorted(found[name], key=lambda item: (order[item.state], -item.days_late, str(item.due_on), item.path))
        for name in sorted(found)
    }


def _state(article: Article, today: date, days: int) -> State | None:
    if is_expired(article, today):
        return "expired"
    state = freshness(article, today, days)
    return None if state == "fresh" else state


def listing(found: Mapping[str, Sequence[Due]], language: str) -> str:
    """All owners' articles as one Markdown text with boxes to tick."""
    parts = [_section(name, items, language) for name, items in found.items()]
    return "\n\n".join(parts) if parts else text("reviews.nothing", language)


def _section(name: str, items: Sequence[Due], language: str) -> str:
    lines = [f"- [ ] {_line(article, language)}" for article in items]
    return "\n".join([f"## {name or text('reviews.nobody', language)} ({len(items)})", "", *lines])


def _line(article: Due, language: str) -> str:
    when = {"day": _day(article.due_on, language), "days": str(article.days_late)}
    state = text("reviews.undated" if article.due_on is None else f"reviews.state_{article.state}", language, **when)
    by = text("reviews.last_by", language, name=article.reviewed_by) if article.reviewed_by else ""
    return f"{article.title} ({article.language}) – {state}{by} – {article.path}"


def _day(day: date | None, language: str) -> str:
    if day is None:
        return ""
    return f"{day.day}.{day.month}.{day.year}" if language == "de" else day.isoformat()


def reminders(
    folder: Path, found: Mapping[str, Sequence[Due]], today: date, language: Literal["de", "en"]
) -> dict[str, Path]:
    """Write ``OWNER.txt`` into ``folder`` for each owner, and give the files by owner.

    The first line is the subject, then a blank line and the body of an e-mail. Raises UsageError where the folder
    cannot be written.
    """
    written: dict[str, Path] = {}
    for name, items in found.items():
        file = folder / f"{_file_name(name, {path.stem for path in written.values()}, language)}.txt"
        late = sum(article.state != "due" for article in items)
        subject = text("reviews.subject", language, count=str(len(items)), late=str(late), day=_day(today, language))
        lines = [f"{number}. {_line(article, language)}" for number, article in enumerate(items, start=1)]
        hello = text("reviews.hello", language, name=name or text("reviews.nobody", language))
        body = [
            subject,
            "",
            hello,
            "",
            text("reviews.intro", language),
            "",
            *lines,
            "",
            text("reviews.how", language),
            "",
        ]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(body), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}.", "Name a folder you may write.") from None
        written[name] = file
    return written


def _file_name(owner: str, taken: set[str], language: str) -> str:
    """A name from an owner's handle, unlike those ``taken``."""
    plain = re.sub(r"[^\w.-]+", "-", owner or text("reviews.nobody", language)).strip(".-") or "owner"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name
