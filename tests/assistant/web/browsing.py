"""A server of its own with a part of the sample articles and the real model, and the browser that looks at it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARTICLES = [
    "de/report-move",
    "en/report-move",
    "de/report-meter-reading",
    "en/report-meter-reading",
    "de/annual-bill",
    "de/escalation-path",
]
XSS = """---
id: attack
title: "<img src=x onerror=document.title='owned'> Angriff"
language: de
status: published
audience: public
aliases: ["Wie lautet das Zauberwort?"]
---
# Zauberwort

Das Zauberwort lautet <b onclick="document.title='owned'">Xylophon</b> <script>document.title='owned'</script>
<img src="https://evil.example/pixel.png" onerror="document.title='owned'"> und ![Bild](https://evil.example/p.png).
"""
SERVE = """
import sys
from pathlib import Path
from assistant.web.server import serve
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings
library = Library(Path(sys.argv[1]), Settings())
ingest(library, [Path(sys.argv[2])])
serve(library, "127.0.0.1", int(sys.argv[3]), lambda url: print(url, flush=True))
"""

PASSWORD = "vier Worte ohne Sinn"
browser_test = pytest.mark.browser


class Running:
    """A server of its own, and the browser that looks at it."""

    def __init__(self, browser: Any, url: str, home: Path, process: subprocess.Popen[str]) -> None:
        self.browser, self.url, self.home, self.process = browser, url, home, process
        self.articles = home.parent / "articles"
        self.foreign: list[str] = []

    def open(self, language: str = "de-DE", width: int = 1280, scheme: str = "light", path: str = "/") -> Any:
        page = self.page(language, width, scheme)
        page.goto(self.url + path)
        page.wait_for_selector(".lotse[data-ready]")
        return page

    def page(self, language: str = "de-DE", width: int = 1280, scheme: str = "light") -> Any:
        """An empty page that notes its faults and whom it asks."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            locale=language,
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.faults = []
        page.on(
            "request",
            lambda request: (
                self.foreign.append(request.url) if not request.url.startswith((self.url, "data:")) else None
            ),
        )
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console",
            lambda message: page.faults.append(message.text) if "Content Security Policy" in message.text else None,
        )
        return page


def reply_of(page: Any, question: str) -> dict[str, Any]:
    page.fill("#lotse-question", question)
    with page.expect_response("**/page/ask") as response:
        page.press("#lotse-question", "Enter")
    page.wait_for_selector("#lotse-reply:not([hidden])")
    return dict(response.value.json()["reply"])


def folded(text: str) -> str:
    return "".join(text.split())


WORDS_OF_THE_PAGE = """() => {
  const words = [], walker = document.createTreeWalker(document.getElementById("lotse-desk"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) words.push(node.data.trim());
  // The two languages name themselves.
  for (const node of document.querySelectorAll("#lotse-desk *:not([data-language])"))
    for (const name of ["aria-label", "title", "placeholder"]) words.push(node.getAttribute(name) || "");
  return words.filter(Boolean);
}"""
