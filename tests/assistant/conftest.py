"""What tests of the assistant with the real model share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.library import Library
from kb.settings import Settings
from tests.assistant.web.browsing import CHROMIUM


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One for all tests of a process: Playwright runs once in a thread."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def shelf(sample: Library, tmp_path: Path) -> Iterator[Library]:
    """A library of its own with the index of the sample and an empty log."""
    made = Library(tmp_path / "home", Settings())
    made.home.mkdir()
    sample.catalog.copy_without_aliases(made.home / "index.sqlite3", [])
    made.embedder, made.english = sample.embedder, sample.english
    yield made
    made.close()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """The folder for what a test writes."""
    folder = tmp_path / "articles" / "de"
    folder.mkdir(parents=True)
    return folder
