"""Gaps with their evidence and history, escalations, and the questions that verified gaps keep answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_index("ix_questions_caller_id", "questions", ["caller_id"])
    _gaps()
    _gap_questions()
    _gap_history()
    _escalations()
    _regression_questions()
    turns = op.create_table(
        "backlog_turns",
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_backlog_turns"),
    )
    op.bulk_insert(turns, [{"name": "writer"}])


def downgrade() -> None:
    """Drop them, and all that leads have done."""
    for table in ("backlog_turns", "regression_questions", "escalations", "gap_history", "gap_questions", "gaps"):
        op.drop_table(table)
    op.drop_index("ix_questions_caller_id", "questions")


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("snoozed_until", sa.Date),
        sa.Column("linked_id", sa.Text),
        sa.Column("linked_language", sa.Text),
        sa.Column("merged_into", sa.Integer),
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
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_gaps"),
        sa.ForeignKeyConstraint(["merged_into"], ["gaps.number"], name="fk_gaps_merged_into"),
    )


def _gap_questions() -> None:
    op.create_table(
        "gap_questions",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("gap", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("signals", sa.JSON, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("kind", "question_id", name="pk_gap_questions"),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_gap_questions_gap"),
    )
    op.create_index("ix_gap_questions_gap", "gap_questions", ["gap"])


def _gap_history() -> None:
    op.create_table(
        "gap_history",
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("gap", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_gap_history"),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_gap_history_gap"),
    )
    op.create_index("ix_gap_history_gap", "gap_history", ["gap"])


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("linked_id", sa.Text),
        sa.Column("linked_language", sa.Text),
        sa.PrimaryKeyConstraint("number", name="pk_escalations"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.question_id"], name="fk_escalations_question_id"),
    )


def _regression_questions() -> None:
    op.create_table(
        "regression_questions",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("gap", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("filters", sa.JSON, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("article_language", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "question_id", name="pk_regression_questions"),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_regression_questions_gap"),
    )
    op.create_index("ix_regression_questions_gap", "regression_questions", ["gap"])
