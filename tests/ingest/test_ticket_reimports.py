"""The same tickets again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from kb.library import Library
from kb.tickets import Added
from tests.ingest.ticket_files import ROOT, ROW, imported, table


class TestAgain:
    def test_the_same_file_again_changes_nothing(self, library: Library) -> None:
        rows = [f"{number};2026-01-15T09:30Z;Abschlag;Herr Müller {number}" for number in range(1500)]
        assert imported(library, table(*rows)).added == Added(added=1500)
        assert imported(library, table(*rows)).added == Added(unchanged=1500)
        changed = table(*rows[:-1], "1499;2026-01-15T09:30Z;Abschlag;neu", "1500;2026-01-15T09:30Z;Abschlag;neu")
        assert imported(library, changed).added == Added(added=1, updated=1, unchanged=1499)

    def test_a_dry_run_says_what_would_happen_and_stores_nothing(self, library: Library) -> None:
        assert imported(library, table(ROW), dry_run=True).added == Added(added=1)
        assert not library.home.exists()
        imported(library, table(ROW))
        assert imported(library, table(ROW, "2" + ROW[1:]), dry_run=True).added == Added(added=1, unchanged=1)
        assert library.tickets.counts() == {"import": 1}

    def test_an_import_that_is_killed_loses_nothing_and_is_finished_by_another(
        self, library: Library, tmp_path: Path
    ) -> None:
        rows = [f"{number};2026-01-15T09:30Z;Abschlag;Wie ändere ich {number}?" for number in range(6000)]
        file = tmp_path / "tickets.csv"
        file.write_text(table(*rows), encoding="utf-8")
        code = "from assistant.cli import main; main()"
        run = subprocess.Popen(
            [sys.executable, "-c", code, "--home", str(library.home), "tickets", "import", str(file)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not library.events_file.exists() or not library.tickets.counts():
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        begun = library.tickets.counts()["import"]
        assert begun % 1000 == 0
        assert imported(library, file.read_bytes()).added == Added(added=6000 - begun, unchanged=begun)
