from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.assistant.web.browsing import ARTICLES, CHROMIUM, ROOT, SERVE, XSS, Running


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("page")
    for name in ARTICLES:
        place = folder / "articles" / f"{name}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "articles" / f"{name}.md", place)
    (folder / "articles" / "attack.md").write_text(XSS, encoding="utf-8")
    command = [sys.executable, "-c", SERVE, str(folder / ".kb"), str(folder / "articles")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process,
        sync_playwright() as playwright,
    ):
        assert process.stdout
        url = process.stdout.readline().strip()
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        try:
            yield Running(browser, url, folder / ".kb", process)
        finally:
            browser.close()
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    assert process.returncode == 0
