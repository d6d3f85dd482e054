"""Load: many agents ask a running server at once, an ingest meanwhile; how many errors, how long an answer takes.

Locust drives it in a process of its own, so that its work does not wait for Python's lock in the server, which is
another process too. Both share the machine: with two cores the figures are what a team sees that runs both there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evals.quality.report import machine
from kb.errors import MissingPartError, UsageError

_COMMAND = "from assistant.cli import main; main()"
_READY_S = 180

_LOCUSTFILE = """
import json, os, random
from time import perf_counter
import gevent
from locust import HttpUser, task
from evals.speed.pacing import Pace, first_s

QUESTIONS = json.loads(os.environ["LOTSE_QUESTIONS"])
PACING_S = float(os.environ["LOTSE_PACING_S"])
TOGETHER = os.environ["LOTSE_TOGETHER"] == "1"

class Agent(HttpUser):
    def on_start(self):
        gevent.sleep(first_s(PACING_S, random.Random(), together=TOGETHER))
        self.pace = Pace(PACING_S, perf_counter)

    def wait_time(self):
        return self.pace.wait_s()

    @task
    def ask(self):
        body = {"question": random.choice(QUESTIONS), "session": str(id(self))}
        with self.client.post("/api/v1/ask", json=body, name="ask", catch_response=True) as answer:
            if answer.status_code != 200 or answer.json()["status"] not in ("answered", "abstained"):
                answer.failure(f"status {answer.status_code}")
"""


def load(
    articles: Path,
    questions: list[str],
    agents: int = 50,
    pacing_s: float = 5.0,
    minutes: float = 5.0,
    *,
    together: bool = False,
) -> dict[str, Any]:
    """``agents`` ask one of ``questions`` each, every ``pacing_s``, for ``minutes``; an article changes meanwhile.

    They begin at any moment of the first ``pacing_s``, as people do, or ``together``: then all ask in the same instant,
    again and again, and the last one waits for all the others.

    1. A home of its own is made from ``articles``, and a server started on it. 2. Locust asks. 3. Halfway, an article
    is edited and ingested through the server. Gives requests, errors and milliseconds (p50, p95, the slowest). Raises
    UsageError without questions, MissingPartError where the server does not start.
    """
    if not questions:
        raise UsageError("There are no questions to ask.", "Give a data set with queries.jsonl.")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(articles, folder / "articles")
        _kb(folder, "ingest", str(folder / "articles"))
        with _serving(folder) as url:
            driver = _driver(folder, url, questions, agents, pacing_s, minutes, together=together)
            time.sleep(30 * minutes)
            started = time.perf_counter()
            edited = next((folder / "articles").rglob("*.md"))
            edited.write_text(edited.read_text(encoding="utf-8") + "\nEin neuer Satz.\n", encoding="utf-8")
            _kb(folder, "ingest", str(folder / "articles"))
            ingest_s = time.perf_counter() - started
            driver.wait(timeout=60 * minutes + 120)
        rows = [row for row in json.loads((folder / "load.json").read_text()) if row["name"] == "ask"]
    if not rows:
        raise MissingPartError("No request was answered.", "Load the server longer: --minutes 5")
    figures = rows[0]
    times = {int(ms): number for ms, number in figures["response_times"].items()}
    return {
        "agents": agents,
        "pacing_s": pacing_s,
        "minutes": minutes,
        "together": together,
        "requests": figures["num_requests"],
        "errors": figures["num_failures"],
        "latency_ms": {"p50": _share(times, 0.5), "p95": _share(times, 0.95), "max": figures["max_response_time"]},
        "ingest_meanwhile_s": round(ingest_s, 1),
        "machine": machine(),
    }


def _share(times: dict[int, int], share: float) -> int:
    """The time within which ``share`` of the requests were answered, of counts by milliseconds (rounded by locust)."""
    total, seen = sum(times.values()), 0
    for ms, number in sorted(times.items()):
        seen += number
        if seen >= share * total:
            return ms
    return 0


def _kb(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "KB_HOME": str(folder / ".kb")}
    command = [sys.executable, "-c", _COMMAND, *arguments]
    subprocess.run(command, check=True, env=environment, capture_output=True)  # noqa: S603  our own command


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    environment = {**os.environ, "KB_HOME": str(folder / ".kb")}
    command = [sys.executable, "-c", _COMMAND, "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise MissingPartError("The server did not start.", "Run `kb doctor`.")
        try:
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()
            process.wait(timeout=_READY_S)


def _driver(
    folder: Path, url: str, questions: list[str], agents: int, pacing_s: float, minutes: float, *, together: bool
) -> subprocess.Popen[bytes]:
    (folder / "locustfile.py").write_text(_LOCUSTFILE, encoding="utf-8")
    told = {
        "LOTSE_QUESTIONS": json.dumps(questions),
        "LOTSE_PACING_S": str(pacing_s),
        "LOTSE_TOGETHER": str(int(together)),
    }
    options = ["--headless", "--users", str(agents), "--spawn-rate", str(agents), "--run-time", f"{60 * minutes:.0f}s"]
    command = [sys.executable, "-m", "locust", "-f", "locustfile.py", "--host", url, *options]
    command += [
        "--json-file",
        str(folder / "load"),
        "--skip-log-setup",
        "--only-summary",
        "--stop-timeout",
        "60",
    ]  # what was asked is answered
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **told}, stdout=quiet, stderr=quiet)  # noqa: S603
