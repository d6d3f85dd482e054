"""Reviews in the events database: added, and read back newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa

from kb.articles.article import ArticleKey
from kb.events.rows import clean
from kb.events.store import DatabasePart, batches
from kb.reviews import schema
from kb.reviews.rows import Review
from kb.text import redaction


class ReviewStore(DatabasePart):
    """The reviews of one database. Safe to use from several threads; several processes may share the database.

    Raises EventLogUnavailableError (a MissingPartError) where the database cannot be reached, read or written.
    """

    def add(self, review: Review, *, redact: bool = True) -> Review:
        """Store a review, personal data in its note taken out, and return it as stored."""
        stored = replace(review, note=redaction.redact(review.note).text) if redact else review
        row = {field.name: getattr(stored, field.name) for field in fields(stored)}
        with self._store.write() as connection:
            connection.execute(schema.reviews.insert(), row)
        return stored

    def history(self, article_id: str, language: str | None = None) -> list[Review]:
        """All reviews of an article, in one language or in all, newest first."""
        columns = schema.reviews.c
        query = sa.select(schema.reviews).where(columns.article_id == clean(article_id))
        if language is not None:
            query = query.where(columns.language == clean(language))
        return [_review(row) for row in self._store.rows(query.order_by(columns.at.desc(), columns.review_id.desc()))]

    def last(self, article_ids: Iterable[str] | None = None) -> dict[ArticleKey, Review]:
        """The newest review of each article by its key: of some articles, or of all."""
        columns = schema.reviews.c
        query = sa.select(schema.reviews).order_by(columns.at, columns.review_id)
        if article_ids is None:
            rows = list(self._store.rows(query))
        else:
            asked = batches(map(clean, article_ids))
            rows = [row for ids in asked for row in self._store.rows(query.where(columns.article_id.in_(ids)))]
        found = map(_review, rows)
        return {review.key: review for review in found}


def _review(row: sa.RowMapping) -> Review:
    values: dict[str, Any] = dict(row)
    del values["review_id"]
    return Review(**values)
