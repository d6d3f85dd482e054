"""The tables of the log in the events database, and what all its tables share.

To change a table, here or in another module that adds to ``metadata``, add a revision to ``kb/migrations`` and set
``HEAD``; ``kb/migrations/env.py`` names those modules.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

HEAD = "0005"
"""The newest revision. Written down so that opening an up-to-date log need not import Alembic; a test compares."""


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone and PostgreSQL answers in the session's: both come back as UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """What the database gave, as a moment in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

questions = sa.Table(
    "questions",
    metadata,
    sa.Column("question_id", sa.Text, primary_key=True),
    sa.Column("caller_id", sa.Text, nullable=False),
    sa.Column("asked_at", UTCDateTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("filters", sa.JSON, nullable=False),
    sa.Column("citations", sa.JSON, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
    sa.Column("timings_ms", sa.JSON, nullable=False),
    sa.Column("redacted", sa.JSON, nullable=False),
    sa.Index(None, "asked_at", "question_id"),
    sa.Index(None, "caller_id"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("feedback_id", sa.Integer, primary_key=True),
    sa.Column("question_id", sa.Text, sa.ForeignKey("questions.question_id"), nullable=False),
    sa.Column("given_at", UTCDateTime, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Index(None, "question_id"),
)

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("action_id", sa.Integer, primary_key=True),
    sa.Column("question_id", sa.Text, sa.ForeignKey("questions.question_id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Index(None, "question_id"),
)
