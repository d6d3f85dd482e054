"""axe-core finds nothing serious on any page, in either theme, and at twice the size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from tests.assistant.web.browsing import Running, browser_test, reply_of

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def serious(page: Any) -> list[str]:
    """What axe-core finds in the page, as ``rule: element``. It is put in by the test, not by the page."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run('#lotse-desk', {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


@browser_test
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 640)])
def test_no_page_has_a_serious_finding(running: Running, scheme: str, width: int) -> None:
    page = running.open(scheme=scheme, width=width)
    found = {"start": serious(page)}
    reply_of(page, "Wie melde ich meinen Umzug?")
    page.keyboard.press("n")
    found["answer"] = serious(page)
    reply_of(page, "Wie backe ich Sauerteigbrot?")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    found["abstention"] = serious(page)
    page.goto(f"{running.url}/?view=articles")
    page.wait_for_selector("#lotse-found .row")
    found["articles"] = serious(page)
    for tab, shown in (("overview", ".figures, .hollow"), ("gaps", ".hollow"), ("health", ".hollow"), ("inbox", "h1")):
        page.goto(f"{running.url}/?view=lead&tab={tab}")
        page.wait_for_selector(f"#lotse-tab :is({shown})")
        found[tab] = serious(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
