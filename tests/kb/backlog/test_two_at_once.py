"""Two leads who move the same gap."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from kb.backlog import Backlog
from kb.errors import ConflictError
from kb.events.store import Store
from tests.kb.backlog.found_gaps import NOON, ROOT


class TestTwoAtOnce:
    def test_who_saw_an_older_version_is_told_what_happened_and_by_whom(self, backlog: Backlog) -> None:
        seen = backlog.gap("G-0001").version
        backlog.assign("G-0001", "ben", "ben", seen, now=NOON)
        with pytest.raises(ConflictError, match=r"assigned \(ben\): ben assigned it, from open to assigned") as caught:
            backlog.assign("G-0001", "anna", "anna", seen, now=NOON)
        assert "version 2" in caught.value.hint
        assert backlog.gap("G-0001").owner == "ben"

    def test_a_gap_is_taken_from_somebody_only_by_who_has_seen_that(self, backlog: Backlog) -> None:
        backlog.assign("G-0001", "ben", "ben", now=NOON)
        with pytest.raises(ConflictError, match="is ben's already: ben assigned it") as caught:
            backlog.assign("G-0001", "anna", "anna", now=NOON)
        assert "--version 2" in caught.value.hint
        assert backlog.assign("G-0001", "anna", "anna", 2, now=NOON).owner == "anna"

    def test_of_eight_leads_who_take_the_same_gap_one_wins(self, url: str, backlog: Backlog) -> None:
        gate, won, told = threading.Barrier(8), [], []

        def take(name: str) -> None:
            own = Backlog(Store(url))
            gate.wait()
            try:
                won.append(own.assign("G-0001", name, name, 1, now=NOON).owner)
            except ConflictError as error:
                told.append(error.message)
            finally:
                own.close()

        threads = [threading.Thread(target=take, args=(f"lead{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [backlog.gap("G-0001").owner] == won
        assert len(told) == 7
        assert all(f"{won[0]} assigned it" in message for message in told)
        assert len(backlog.history("G-0001")) == 2

    def test_two_processes_that_move_it_on_one_after_the_other_lose_nothing(self, url: str, backlog: Backlog) -> None:
        program = (
            "import sys, datetime\n"
            "from kb.backlog import Backlog\n"
            "from kb.errors import ConflictError\n"
            "from kb.events.store import Store\n"
            f"own = Backlog(Store({url!r}))\n"
            "now, done = datetime.datetime.now(datetime.UTC), 0\n"
            "while done < 10:\n"
            "    gap = own.gap('G-0001')\n"
            "    try:\n"
            "        own.assign('G-0001', sys.argv[1], sys.argv[1], gap.version, now=now)\n"
            "        done += 1\n"
            "    except ConflictError: pass\n"
        )
        both = [subprocess.Popen([sys.executable, "-c", program, name], cwd=ROOT) for name in ("anna", "ben")]
        assert [process.wait(timeout=60) for process in both] == [0, 0]
        assert backlog.gap("G-0001").version == 21
        assert len(backlog.history("G-0001")) == 21
