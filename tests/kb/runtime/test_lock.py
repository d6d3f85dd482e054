from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kb.errors import LockedError
from kb.runtime import lock

HOLD = """
import sys, time
from pathlib import Path
from kb.runtime import lock
with lock.hold(Path(sys.argv[1]), "kb ingest"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_writer_is_told_who_holds_the_index(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    with pytest.raises(LockedError) as caught, lock.hold(tmp_path / "lock", "kb ingest"):
        pass
    assert f"kb ingest (process {other.pid})" in caught.value.message
    assert caught.value.exit_code == 3


def test_a_lock_dies_with_its_holder(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert lock.holder(tmp_path / "lock") is None
    with lock.hold(tmp_path / "lock", "kb ingest"):
        pass


def test_readers_share_and_keep_writers_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.hold(path, "reader", shared=True), lock.hold(path, "reader", shared=True):
        with pytest.raises(LockedError), lock.hold(path, "writer"):
            pass
        assert lock.holder(path) is None


def test_a_writer_waits_for_readers_longer_than_for_a_writer(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    path = tmp_path / "read"
    reader = lock.hold(path, "reader", shared=True)
    reader.__enter__()
    threading.Timer(0.3, reader.__exit__, (None, None, None)).start()
    with lock.hold(path, "writer", readers_wait_s=20):
        pass
    started = time.monotonic()
    with pytest.raises(LockedError), lock.hold(tmp_path / "lock", "writer", readers_wait_s=20):
        pass
    assert time.monotonic() - started < 10


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_reader_needs_no_right_to_write(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "lock", "writer"):
        pass
    (tmp_path / "lock").chmod(0o400)
    with lock.hold(tmp_path / "lock", "reader", shared=True):
        pass


def test_the_holder_can_say_where_its_server_is(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.hold(path, "kb serve") as descriptor:
        lock.describe(descriptor, lock.Holder("kb serve", os.getpid(), "http://127.0.0.1:7860", "secret"))
        assert lock.holder(path) == lock.Holder("kb serve", os.getpid(), "http://127.0.0.1:7860", "secret")
        assert path.stat().st_mode & 0o077 == 0
