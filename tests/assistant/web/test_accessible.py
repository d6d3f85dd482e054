"""axe-core finds nothing serious on any page, in either theme, on a phone and at twice the size; keys alone suffice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from tests.assistant.web.browsing import Running, browser_test
from tests.assistant.web.scenes import SCENES, visit

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FOCUS = """() => {
  const node = document.activeElement, box = node.closest(".box, .switch label") || node, style = getComputedStyle(box);
  const place = box.getBoundingClientRect();
  return {
    id: node.id || node.dataset.go || node.dataset.act || node.dataset.gapRow || node.textContent.trim().slice(0, 40),
    shown: style.outlineStyle !== "none" || style.boxShadow !== "none",
    inside: place.width > 0 && place.top >= 0 && place.bottom <= innerHeight + 1,
    at: [Math.round(place.left), Math.round(place.top + scrollY)],
  };
}"""


def serious(page: Any) -> list[str]:
    """What axe-core finds in the page, as ``rule: element``. It is put in by the test, not by the page."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run('#lotse-desk', {resultTypes: ['violations'], iframes: false})")
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


@browser_test
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_no_page_has_a_serious_finding(running: Running, scheme: str, width: int) -> None:
    page = running.open(scheme=scheme, width=width)
    found = {}
    for name in ("rating", "source", "handing-over", "keys", "articles", "reports"):
        SCENES[name](page, "de")
        found[name] = serious(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.goto(f"{running.url}/?view=lead&tab=health")
    page.wait_for_selector("#lotse-tab .hollow")
    found["health"] = serious(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@browser_test
@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 360)])
def test_a_filled_gap_an_answered_inbox_and_the_sign_in_have_no_serious_finding(
    crowded: Running, guarded: Running, scheme: str, width: int
) -> None:
    page = crowded.open(scheme=scheme, width=width)
    found = {}
    for name in ("overview", "inbox", "gaps"):
        SCENES[name](page, "de")
        page.eval_on_selector_all(".detail details", "all => all.forEach((one) => { one.open = true; })")
        found[name] = serious(page)
    page = guarded.open(scheme=scheme, width=width)
    page.wait_for_selector("#lotse-sign-in[open]")
    found["sign-in"] = serious(page)
    page.fill("#lotse-name", "nobody")
    page.fill("#lotse-password", "nothing")
    page.press("#lotse-password", "Enter")
    page.wait_for_selector("#lotse-sign-in-error:not([hidden])")
    found["refused"] = serious(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def stops(page: Any, most: int = 60) -> list[dict[str, Any]]:
    """Where Tab leads, from the beginning of the page until it leaves it."""
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    seen: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(page.evaluate(FOCUS))
    return seen


@browser_test
def test_tab_goes_through_the_desk_in_the_order_of_reading_and_shows_where_it_is(running: Running) -> None:
    page = running.open()
    SCENES["answer"](page, "de")
    seen = stops(page)
    assert [one["id"] for one in seen if not one["shown"]] == []
    assert [one["id"] for one in seen if not one["inside"]] == []
    ids = [one["id"] for one in seen]
    assert ids[:4] == ["ask", "ask", "articles", "lead"]
    order = ["lotse-question", "lotse-ask", "lotse-product", "lotse-copy", "lotse-helpful", "lotse-gap", "lotse-close"]
    assert [one for one in ids if one in order] == order
    # Within the left column no stop lies above the one before it.
    left = [one["at"] for one in seen if one["id"] in order[:-1]]
    assert [top for _, top in left] == sorted(top for _, top in left)


@browser_test
def test_the_board_is_worked_with_keys_alone(crowded: Running) -> None:
    page = crowded.open(path="/?view=lead&tab=gaps")
    page.wait_for_selector("[data-gap-row]")
    page.locator("[data-gap-row]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".detail h2")
    chosen = page.locator("[data-gap-row]").nth(1).get_attribute("data-gap-row")
    assert page.evaluate("document.activeElement.id") == "lotse-gap-detail"
    page.keyboard.press("Tab")  # the first action, not the next of a hundred rows
    first = page.evaluate(FOCUS)
    assert first["id"] == "act_take"
    assert first["shown"]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.gapRow") == chosen


@browser_test
def test_the_tabs_of_the_leads_room_are_reached_and_opened_with_keys(running: Running) -> None:
    page = running.open(path="/?view=lead")
    page.wait_for_selector(".figures")
    for tab in ("gaps", "inbox", "health", "reports"):
        page.focus(f".tabs [data-tab={tab}]")
        page.keyboard.press("Enter")
        page.wait_for_selector(f".tabs [data-tab={tab}][aria-current]")
        # Who opened a tab by its key stands on it still.
        assert page.evaluate("document.activeElement.dataset.tab") == tab
    visit(page, "/")
    assert page.evaluate("document.activeElement.id") == "lotse-question"
