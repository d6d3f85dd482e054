"""Threads and processes that write one log at once."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from kb.events import EventLog, Feedback, store
from tests.kb.events.questions import NOON, ROOT, asked


class TestManyAtOnce:
    def test_eight_threads_lose_nothing(self, log: EventLog) -> None:
        errors: list[BaseException] = []

        def work(thread: int) -> None:
            try:
                for number in range(50):
                    log.log_question(asked(f"{thread}-{number}"))
                    log.rate(Feedback(f"{thread}-{number}", NOON, "helpful", actor=str(thread)))
            except BaseException as error:  # noqa: BLE001
                errors.append(error)

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        counts = log.counts()
        assert (counts["questions"], counts["helpful"]) == (400, 400)

    def test_who_opens_a_log_that_is_being_made_waits_and_does_not_make_it_again(self, url: str) -> None:
        making, made = threading.Event(), []

        class Slow(store.Store):
            def _upgrade(self, connection: sa.Connection) -> None:
                made.append(connection)
                super()._upgrade(connection)
                making.set()
                time.sleep(0.5)

        first = threading.Thread(target=lambda: Slow(url).close())
        first.start()
        assert making.wait(10)
        with EventLog(Slow(url)) as log:
            log.log_question(asked())
        first.join()
        assert len(made) == 1

    def test_processes_that_open_a_new_log_at_once_all_succeed(self, url: str, tmp_path: Path) -> None:
        gate = tmp_path / "go"
        program = (
            "import sys, time, pathlib, datetime, kb.events as e, alembic.command\n"
            "print('ready', flush=True)\n"
            f"while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.001)\n"
            f"log = e.EventLog.open({url!r})\n"
            "now = datetime.datetime.now(datetime.UTC)\n"
            "for n in range(20):\n"
            "    log.log_question(e.QuestionEvent(sys.argv[1] + str(n), now, 'x', 'de', 'answered', 1.0, 'cli'))\n"
        )
        started = [
            subprocess.Popen([sys.executable, "-c", program, name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for name in "abcd"
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        gate.touch()
        for process in started:
            process.communicate(timeout=60)
        assert [process.returncode for process in started] == [0, 0, 0, 0]
        with EventLog.open(url) as log:
            assert log.counts()["questions"] == 80

    def test_a_writer_waits_for_another_process_that_writes(self, file: Path) -> None:
        with (
            EventLog.open(f"sqlite:///{file}") as log,
            contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
            writer = threading.Thread(target=log.log_question, args=(asked(),))
            writer.start()
            time.sleep(0.3)
            assert list(log.questions()) == []  # readers do not wait
            EventLog.open(f"sqlite:///{file}").close()  # nor does who opens a log that is up to date
            other.execute("COMMIT")
            writer.join()
            assert log.question("q1")
