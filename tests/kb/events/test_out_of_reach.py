"""A log that cannot be made, read or written says why and names the remedy."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from kb.events import EventLog, EventLogUnavailableError, Feedback
from tests.kb.events.questions import NOON, asked


class TestOutOfReach:
    def test_a_new_log_is_for_its_owner_only_and_in_wal_mode(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            log.log_question(asked())
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
            assert set(modes.values()) == {0o600}
            assert f"{file.name}-wal" in modes

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file, not a folder")
        with pytest.raises(EventLogUnavailableError, match="taken") as caught:
            EventLog.open(f"sqlite:///{tmp_path}/taken/events.sqlite3")
        assert "--home" in caught.value.hint

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_read_only_folder_is_named(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(EventLogUnavailableError):
            EventLog.open(f"sqlite:///{tmp_path}/events.sqlite3")

    def test_a_full_disk_is_told_from_a_mistake_and_writing_goes_on_when_there_is_room(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            big = asked(filters={"x": "y" * 1_000_000})
            engine = log._store._engine
            full = lambda connection, *_: connection.execute("PRAGMA max_page_count=20")  # noqa: E731
            sa.event.listen(engine, "checkout", full)
            with pytest.raises(EventLogUnavailableError, match="full") as caught:
                log.log_question(big)
            assert "room" in caught.value.hint
            assert asked().text not in str(caught.value)
            sa.event.remove(engine, "checkout", full)
            engine.dispose()
            log.log_question(big)

    def test_a_read_only_database_is_told_from_a_mistake(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            log.log_question(asked())
            sa.event.listen(
                log._store._engine, "checkout", lambda connection, *_: connection.execute("PRAGMA query_only=ON")
            )
            with pytest.raises(EventLogUnavailableError, match="readonly"):
                log.rate(Feedback("q1", NOON, "helpful"))
            assert log.question("q1")

    def test_a_damaged_file_names_the_remedy(self, tmp_path: Path) -> None:
        (tmp_path / "events.sqlite3").write_bytes(b"this is not a database, it only has its name" * 100)
        with pytest.raises(EventLogUnavailableError, match="not a database") as caught:
            EventLog.open(f"sqlite:///{tmp_path}/events.sqlite3")
        assert "backup" in caught.value.hint

    def test_a_server_that_is_down_is_named_without_its_password(self, tmp_path: Path) -> None:
        pytest.importorskip("psycopg", reason="psycopg is not installed")
        with pytest.raises(EventLogUnavailableError) as caught:
            EventLog.open(f"postgresql+psycopg://lotse:geheim@/x?host={tmp_path}")
        assert "geheim" not in str(caught.value)
        assert "KB_EVENTS__URL" in caught.value.hint

    def test_a_driver_that_is_missing_names_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(EventLogUnavailableError, match="psycopg") as caught:
            EventLog.open("postgresql://lotse@/x")
        assert "lotse-kb[postgres]" in caught.value.hint
