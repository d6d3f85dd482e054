"""The history of the events database, applied by ``kb.events`` when a log is opened.

To change the tables: change ``kb.events.schema``, add a revision file to ``versions`` by hand or with
``alembic.command.revision(config(connection), "what changes", autogenerate=True)``, and set ``schema.HEAD`` to it.
A revision that was released is never edited: databases that hold people's data have been through it.
"""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection

FOLDER = Path(__file__).parent


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for these revisions; ``env.py`` runs them on ``connection``, in its transaction."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
