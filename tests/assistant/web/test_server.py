"""The server as a process: its port, its lock, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from assistant.web.server import serve
from kb.errors import LockedError, UsageError
from kb.runtime import lock
from tests.assistant.web.small_server import open_library

ROOT = Path(__file__).parents[3]


def test_a_port_in_use_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)) as caught:
            serve(open_library(tmp_path), "127.0.0.1", port)
    assert f"--port {port + 1}" in caught.value.hint


SERVE = """
import sys
from pathlib import Path
from assistant.web.server import serve
from tests.assistant.web.small_server import open_library
serve(open_library(Path(sys.argv[1])), "127.0.0.1", 0, lambda url: print(url, flush=True))
print("closed", flush=True)
"""


def test_a_server_tells_its_address_holds_the_index_and_stops_cleanly(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().strip()
            library = open_library(tmp_path)
            holder = lock.holder(library.lock_path)
            assert holder is not None
            assert (holder.role, holder.pid, holder.url) == ("kb serve", server.pid, url)
            assert len(holder.token) >= 32
            assert stat.S_IMODE(library.lock_path.stat().st_mode) == 0o600
            with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
                assert json.load(answer)["status"] == "ok"
            with pytest.raises(LockedError, match="kb serve"), library.writing("kb ingest"):
                pass
            server.send_signal(signal.SIGTERM)
            out, err = server.communicate(timeout=20)
        finally:
            server.kill()
    assert lock.holder(library.lock_path) is None
    assert (server.returncode, out, err) == (0, "closed\n", "")
