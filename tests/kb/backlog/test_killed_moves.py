"""A move that is killed is made or not made."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from kb.backlog import Backlog
from kb.events.store import Store
from tests.kb.backlog.found_gaps import FORK, NOON, ROOT, found, keep_moving


class TestCrash:
    def test_killed_in_the_middle_of_a_move_nothing_of_it_is_there(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/events.sqlite3"
        backlog = Backlog(Store(url))
        backlog.sync([found("a")], NOON)
        program = (
            "import sys, time, datetime\n"
            "from kb.backlog import Backlog, moves\n"
            "from kb.events.store import Store\n"
            "log = moves.write_history\n"
            "def stop(connection, entry):\n"
            "    log(connection, entry)\n"
            "    print('written', flush=True)\n"
            "    time.sleep(60)\n"
            "moves.write_history = stop\n"
            f"Backlog(Store({url!r})).assign('G-0001', 'ben', 'ben', now=datetime.datetime.now(datetime.UTC))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        gap = backlog.gap("G-0001")
        assert (gap.state, gap.owner, gap.version) == ("open", "", 1)
        assert len(backlog.history("G-0001")) == 1
        assert backlog.assign("G-0001", "anna", "anna", 1, now=NOON).owner == "anna"
        backlog.close()

    def test_killed_at_any_moment_state_and_history_agree(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/events.sqlite3"
        backlog = Backlog(Store(url))
        backlog.sync([found("a")], NOON)
        backlog.assign("G-0001", "anna", "anna", now=NOON)
        waits = random.Random(3)
        for _ in range(30):
            ours, theirs = FORK.Pipe(duplex=False)
            mover = FORK.Process(target=keep_moving, args=(url, theirs))
            mover.start()
            done = ours.recv()
            time.sleep(waits.uniform(0.0, 0.02))
            mover.kill()
            mover.join()
            assert mover.exitcode == -signal.SIGKILL
            while ours.poll():
                done = ours.recv()
            history, gap = backlog.history("G-0001"), backlog.gap("G-0001")
            assert gap.version == len(history)
            assert gap.version - done in {
                0,
                1,
            }  # what was told as done is there; a move more may be, before it was told
            assert gap.state == history[-1].to_state
            assert all(one.to_state == two.from_state for one, two in pairwise(history))
        backlog.close()
        with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite3")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
