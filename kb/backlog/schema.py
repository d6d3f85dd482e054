"""The tables of the backlog in the events database. See ``kb.events.schema`` for how to change them."""

from __future__ import annotations

import sqlalchemy as sa

from kb.events.schema import UTCDateTime, metadata

gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("snoozed_until", sa.Date),
    sa.Column("linked_id", sa.Text),
    sa.Column("linked_language", sa.Text),
    sa.Column("merged_into", sa.Integer, sa.ForeignKey("gaps.number")),
    sa.Column("current", sa.Boolean, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("demand_questions", sa.Integer, nullable=False),
    sa.Column("demand_actors", sa.Integer, nullable=False),
    sa.Column("demand_tickets", sa.Integer, nullable=False),
    sa.Column("priority", sa.Double, nullable=False),
    sa.Column("arithmetic", sa.JSON, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("updated_at", UTCDateTime, nullable=False),
)

gap_questions = sa.Table(
    "gap_questions",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("question_id", sa.Text, primary_key=True),
    sa.Column("gap", sa.Integer, sa.ForeignKey("gaps.number"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("asked_at", UTCDateTime, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("signals", sa.JSON, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Index(None, "gap"),
)
"""A question is evidence of one gap at a time. ``settled``: a lead decided that it belongs there (see ``matching``)."""

gap_history = sa.Table(
    "gap_history",
    metadata,
    sa.Column("entry", sa.Integer, primary_key=True),
    sa.Column("gap", sa.Integer, sa.ForeignKey("gaps.number"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("from_state", sa.Text, nullable=False),
    sa.Column("to_state", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Index(None, "gap"),
)

escalations = sa.Table(
    "escalations",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("question_id", sa.Text, sa.ForeignKey("questions.question_id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("answered_by", sa.Text, nullable=False),
    sa.Column("answered_at", UTCDateTime),
    sa.Column("linked_id", sa.Text),
    sa.Column("linked_language", sa.Text),
)

regression_questions = sa.Table(
    "regression_questions",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("question_id", sa.Text, primary_key=True),
    sa.Column("gap", sa.Integer, sa.ForeignKey("gaps.number"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("filters", sa.JSON, nullable=False),
    sa.Column("article_id", sa.Text, nullable=False),
    sa.Column("article_language", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("since", UTCDateTime, nullable=False),
    sa.Index(None, "gap"),
)

backlog_turns = sa.Table(
    "backlog_turns",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
)
"""One row: who writes to the backlog locks it first, so that on PostgreSQL, as on SQLite, writers take turns."""
