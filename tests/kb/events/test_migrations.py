"""The tables are brought up to date, all or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from kb.errors import MissingPartError
from kb.events import EventLog, schema, store
from kb.migrations import config
from tests.kb.events.questions import ROOT, asked


class TestMigrations:
    def test_the_revisions_lead_to_the_tables_of_the_schema(self, url: str) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        EventLog.open(url).close()
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, schema.metadata) == []
            assert context.get_current_revision() == schema.HEAD
        engine.dispose()

    def test_the_revision_written_down_is_the_newest_one(self) -> None:
        from alembic.script import ScriptDirectory

        assert ScriptDirectory.from_config(config()).get_heads() == [schema.HEAD]

    def test_every_revision_can_be_undone(self, file: Path) -> None:
        from alembic import command

        EventLog.open(f"sqlite:///{file}").close()
        engine = sa.create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            command.downgrade(config(connection), "base")
            assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        engine.dispose()

    def test_a_broken_revision_leaves_nothing_behind(self, url: str) -> None:
        class Broken(store.Store):
            def _upgrade(self, connection: sa.Connection) -> None:
                super()._upgrade(connection)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Broken(url)
        engine = sa.create_engine(url)
        assert sa.inspect(engine).get_table_names() == []
        engine.dispose()
        with EventLog.open(url) as log:
            log.log_question(asked())

    def test_a_log_of_a_newer_version_is_left_alone(self, url: str) -> None:
        EventLog.open(url).close()
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(MissingPartError, match="9999") as caught:
            EventLog.open(url)
        assert "pip install --upgrade" in caught.value.hint

    def test_a_log_that_is_up_to_date_opens_fast_and_without_the_migration_machinery(self, file: Path) -> None:
        url = f"sqlite:///{file}"
        EventLog.open(url).close()
        program = (
            "import sys, time, kb.events\n"
            "start = time.perf_counter()\n"
            f"kb.events.EventLog.open({url!r})\n"
            "print(time.perf_counter() - start, 'alembic' in sys.modules)\n"
        )
        runs = [subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).split() for _ in range(3)]
        assert min(float(seconds) for seconds, _ in runs) < 0.05
        assert {alembic for _, alembic in runs} == {"False"}
