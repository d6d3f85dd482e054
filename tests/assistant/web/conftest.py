from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kb.library import Library
from kb.settings import Settings
from tests.assistant.web import hard
from tests.assistant.web.browsing import ARTICLES, CHROMIUM, PASSWORD, ROOT, SERVE, XSS, Running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that is open to this machine."""
    with served(browser, articles_in(tmp_path_factory.mktemp("page"))) as running:
        yield running


@pytest.fixture(scope="session")
def guarded(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with an account of every role."""
    folder = articles_in(tmp_path_factory.mktemp("guarded"))
    with Library(folder / ".kb", Settings()).accounts as accounts:
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
