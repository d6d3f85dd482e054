"""Photographs of every page in both languages and themes: for the README, and to be looked at before a release.

    python -m tests.assistant.web.photographs                       # into .github/screenshots
    python -m tests.assistant.web.photographs OUT --all             # forms, dialogs and opened sources too
    python -m tests.assistant.web.photographs OUT --width 360       # narrow; --zoom 2: at twice the size
    python -m tests.assistant.web.photographs OUT --hard            # words without an end, a thousand gaps

A server of its own asks the sample articles the questions of the demo first, which takes some minutes.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from assistant.demo import load
from assistant.gaps import find
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings
from tests.assistant.web import hard
from tests.assistant.web.browsing import CHROMIUM, PASSWORD, ROOT, Running
from tests.assistant.web.conftest import served
from tests.assistant.web.scenes import HARD, SCENES, Scene, sign_in

LOCALES = {"de": "de-DE", "en": "en-GB"}
PAGES = ("start", "answer", "abstention", "articles", "overview", "gaps", "inbox", "health", "reports")
"""What the README shows, with the sign-in."""

COLOURS = 64
"""Of a picture: few surfaces, grey edges of letters, four colours that mean something."""


def main() -> None:
    """Take the photographs that the command line asks for."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("out", nargs="?", type=Path, default=ROOT / ".github" / "screenshots")
    asked.add_argument("--width", type=int, default=1160)
    asked.add_argument("--height", type=int, default=740)
    asked.add_argument("--zoom", type=float, default=1.0)
    asked.add_argument("--all", action="store_true")
    asked.add_argument("--hard", action="store_true")
    options = asked.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as place:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        folder = _hard(Path(place)) if options.hard else _demo(Path(place))
        with served(browser, folder) as running:
            scenes = SCENES if options.all else {name: SCENES[name] for name in PAGES}
            _take(running, HARD if options.hard else scenes, options)
            if not options.hard:
                with Library(running.home, Settings()).accounts as accounts:
                    accounts.add("kim", "lead", PASSWORD, datetime.now(UTC))
                _take(running, {"sign-in": sign_in}, options)
        browser.close()


def _demo(place: Path) -> Path:
    """A library of the sample articles with the questions of the demo and the gaps that they show."""
    shutil.copytree(ROOT / "articles", place / "articles")
    library = Library(place / ".kb", Settings())
    ingest(library, [place / "articles"])
    load(library, library.today())
    find(library)
    library.close()
    return place


def _hard(place: Path) -> Path:
    folder = hard.write_articles(place / "made")
    hard.fill(folder / ".kb", hard.GAPS)
    return folder


def _take(running: Running, scenes: Mapping[str, Scene], options: argparse.Namespace) -> None:
    """Each scene in both languages and themes, as NAME-LANGUAGE-THEME.png."""
    for language, locale in LOCALES.items():
        for theme in ("light", "dark"):
            context = running.browser.new_context(
                viewport={"width": int(options.width / options.zoom), "height": int(options.height / options.zoom)},
                device_scale_factor=options.zoom,
                locale=locale,
                color_scheme=theme,
                permissions=["clipboard-read", "clipboard-write"],
            )
            page = context.new_page()
            page.goto(running.url)
            for name, scene in scenes.items():
                scene(page, language)
                _save(page, options.out / f"{name}-{language}-{theme}.png")
            context.close()


def _save(page: Any, file: Path) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(200)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
