"""What Alembic runs: the revisions on the connection that ``kb.migrations.config`` was given, in its transaction."""

from __future__ import annotations

from alembic import context

from kb.accounts import schema as _accounts  # noqa: F401  adds its tables to the metadata
from kb.backlog import schema as _backlog  # noqa: F401  adds its tables to the metadata
from kb.events.schema import metadata
from kb.reviews import schema as _reviews  # noqa: F401  adds its table to the metadata
from kb.tickets import schema as _tickets  # noqa: F401  adds its table to the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can undo changes of tables; Alembic takes care not to rely on it because most drivers commit before them.
    # Ours does not (see kb.events.store), so a revision is there as a whole or not at all.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
