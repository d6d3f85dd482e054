"""Reports in a real browser: light, dark, narrow and printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from assistant.reports.figures.period import latest
from assistant.reports.gap_report import gap_report
from assistant.reports.team_report import team_report
from kb.library import Library
from tests.sample_gaps import TODAY

WEEK = latest("week", TODAY, "Europe/Berlin")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["team", "gaps"])
def file(request: pytest.FixtureRequest, worked: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages") / f"{request.param}.html"
    write = team_report if request.param == "team" else gap_report
    made.write_text(write(worked, WEEK, "de", "html", TODAY), encoding="utf-8")
    return made


def test_a_page_is_accessible_and_asks_for_nothing(browser: Browser, file: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    assert (asked, said) == ([file.as_uri()], [])
    page.close()
    # The page allows no script at all; axe is one, and runs where the policy is lifted.
    page = browser.new_context(color_scheme="dark", bypass_csp=True).new_page()
    page.goto(file.as_uri())
    found = Axe().run(page).response["violations"]
    page.close()
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_narrow_page_does_not_scroll_sideways(browser: Browser, file: Path) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()


def test_a_page_is_printed_dark_on_white_with_the_summary_alone_on_the_first_sheet(
    browser: Browser, file: Path
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.emulate_media(media="print")
    page.goto(file.as_uri())
    colours = page.evaluate("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    breaks = page.evaluate("[...document.querySelectorAll('.new-page')].map(e => getComputedStyle(e).breakBefore)")
    assert breaks
    assert set(breaks) == {"page"}
    page.close()
