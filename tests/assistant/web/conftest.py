from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.web.app import build
from ingest.pipeline import ingest
from kb.accounts import Accounts
from kb.events import QuestionEvent
from kb.library import Library
from kb.settings import Settings
from tests import sample_gaps
from tests.assistant.web import hard, small_server
from tests.assistant.web.browsing import ARTICLES, PASSWORD, ROOT, SERVE, XSS, Running
from tests.fakes import CHEAP_HASHER


@pytest.fixture(autouse=True)
def _pages_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that is left open goes on computing, and a hundred of them slow each other down."""
    yield
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            context.close()


@pytest.fixture(scope="session")
def running(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that is open to this machine."""
    with served(browser, articles_in(tmp_path_factory.mktemp("page"))) as running:
        yield running


@pytest.fixture(scope="session")
def guarded(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with an account of every role."""
    folder = articles_in(tmp_path_factory.mktemp("guarded"))
    with Accounts(Library(folder / ".kb", Settings()).database, hasher=CHEAP_HASHER) as accounts:
        for role in ("agent", "lead", "admin"):
            accounts.add(role, role, PASSWORD, datetime.now(UTC))
    with served(browser, folder) as running:
        yield running


@pytest.fixture(scope="session")
def crowded(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that holds what is hard to show: see ``hard.py``."""
    folder = hard.write_articles(tmp_path_factory.mktemp("crowded") / "made")
    hard.fill(folder / ".kb", hard.GAPS)
    with served(browser, folder) as running:
        yield running


@pytest.fixture
def vacant(browser: Any, tmp_path: Path) -> Iterator[Running]:
    """A server without an article, a question or a gap."""
    (tmp_path / "articles").mkdir()
    with served(browser, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def leads(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose backlog has a gap of every cause, and whose log takes a while to be looked through."""
    folder = articles_in(tmp_path_factory.mktemp("leads"))
    shutil.copy(ROOT / "articles" / "de" / "heat-pump-tariff.md", folder / "articles" / "de")
    heat = sample_gaps.article("heat-pump-tariff", "Wärmestrom")
    asked = ["Gilt der Wärmepumpentarif auch für Split-Klimageräte?"]
    weak = sample_gaps.gap("pump", "weak", asked, {"article": heat, "sentence": "Nur für Wärmepumpen."})
    library = Library(folder / ".kb", Settings())
    library.backlog.sync([*sample_gaps.found(), weak], datetime.now(UTC))
    library.events.log_questions(unanswered(number) for number in range(360))
    library.close()
    with served(browser, folder) as running:
        yield running


def unanswered(number: int) -> QuestionEvent:
    """A question of the last weeks that nothing answered, each in words of its own."""
    need = ("Ladekarte", "Fernwärme", "Mieterstrom", "Glasfaser", "Winterhotline", "Balkonkraftwerk")[number % 6]
    words = f"Wie ist das mit {need} im Fall {number}, wenn es um Nummer {number * 7} geht?"
    at = datetime.now(UTC) - timedelta(days=number % 40, minutes=number)
    return QuestionEvent(f"n-{number}", at, words, "de", "abstained", 0.1, "page", actor=f"a-{number % 9}")


def articles_in(folder: Path) -> Path:
    for name in ARTICLES:
        place = folder / "articles" / f"{name}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "articles" / f"{name}.md", place)
    (folder / "articles" / "attack.md").write_text(XSS, encoding="utf-8")
    return folder


def started(folder: Path, port: int = 0) -> subprocess.Popen[str]:
    """A server process on the articles of a folder; it prints its address once it answers."""
    command = [sys.executable, "-c", SERVE, str(folder / ".kb"), str(folder / "articles"), str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def articles(home: Path) -> Path:
    return small_server.write_articles(home / "articles")


@pytest.fixture(scope="module")
def library(home: Path, articles: Path) -> Iterator[Library]:
    """A library on two articles, for tests that need no browser."""
    library = small_server.open_library(home / ".kb")
    ingest(library, [articles])
    yield library
    library.close()


@pytest.fixture(scope="module")
def client(library: Library) -> Iterator[TestClient]:
    with small_server.client_of(build(library, small_server.TOKEN, "127.0.0.1")) as client:
        yield client


@contextmanager
def served(browser: Any, folder: Path) -> Iterator[Running]:
    with started(folder) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        try:
            yield Running(browser, url, folder / ".kb", process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    assert process.returncode == 0
