"""Signing in, and a lead's way from a gap to its proof, in a real browser on a server with accounts."""

from __future__ import annotations

from typing import Any

from assistant.web.page.texts import TEXTS
from tests.assistant.web.browsing import PASSWORD, Running, browser_test, reply_of

DE = TEXTS["de"]

NEED = "Wie bestelle ich eine Ladekarte für öffentliche Säulen?"
ANSWER = """---
id: {id}
title: "Ladekarte bestellen"
language: de
status: published
audience: public
owner: team
products: [strom]
created_on: 2026-11-20
reviewed_on: 2026-11-20
review_every_days: 180
---
# Ladekarte bestellen

Sie bestellen die Ladekarte für öffentliche Säulen im Portal unter Ladekarte. Die Karte kostet 5 Euro.
"""


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    page.fill("#lotse-name", name)
    page.fill("#lotse-password", password)
    page.click("#lotse-sign-in-form button[type=submit]")


def signed_in(guarded: Running, name: str, path: str = "/") -> Any:
    page = guarded.open(path=path)
    with page.expect_navigation():
        sign_in(page, name)
    page.wait_for_selector(".lotse[data-ready]")
    return page


@browser_test
def test_who_has_not_signed_in_sees_the_sign_in_and_a_wrong_password_is_told(guarded: Running) -> None:
    page = guarded.open()
    assert page.is_visible("#lotse-sign-in")
    assert page.is_hidden("#lotse-question")
    assert page.evaluate("document.activeElement.id") == "lotse-name"
    sign_in(page, "agent", "nicht das Passwort")
    page.wait_for_selector("#lotse-sign-in-error:not([hidden])")
    assert page.inner_text("#lotse-sign-in-error") == DE["sign_in_wrong"]


@browser_test
def test_an_agent_asks_and_finds_no_way_into_the_leads_room(guarded: Running) -> None:
    page = signed_in(guarded, "agent")
    assert f"agent · {DE['role_agent']}" in page.inner_text("#lotse-who")
    assert reply_of(page, "Wie melde ich meinen Umzug?")["status"] == "answered"
    assert page.is_hidden("#lotse-views [data-go=lead]")
    page.goto(f"{guarded.url}/?view=lead")
    page.wait_for_selector(".lotse[data-ready]")
    assert page.is_hidden("#lotse-lead")
    refused = page.evaluate("async () => (await fetch('/api/v1/gaps')).status")
    assert refused == 403
    with page.expect_navigation():
        page.click("#lotse-who button")
    page.wait_for_selector("#lotse-sign-in[open]")


@browser_test
def test_a_session_that_ends_asks_for_the_password_and_goes_on_with_what_was_typed(guarded: Running) -> None:
    page = signed_in(guarded, "agent")
    page.context.clear_cookies()
    page.fill("#lotse-question", "Wie melde ich meinen Umzug?")
    page.press("#lotse-question", "Enter")
    page.wait_for_selector("#lotse-sign-in[open]")
    sign_in(page, "agent")
    page.wait_for_selector("#lotse-reply:not([hidden])")
    assert page.input_value("#lotse-question") == "Wie melde ich meinen Umzug?"


@browser_test
def test_a_lead_finds_a_gap_drafts_the_article_and_closes_it_with_proof(guarded: Running) -> None:
    asking = signed_in(guarded, "agent")
    for _ in range(2):
        assert reply_of(asking, NEED)["status"] == "abstained"
        asking.keyboard.press("g")
        asking.click("#lotse-hand-send")
        asking.wait_for_function(
            "text => document.getElementById('lotse-said').textContent === text", arg=DE["gap_done"]
        )
    page = signed_in(guarded, "lead", "/?view=lead&tab=gaps")
    page.click(f"text={DE['gaps_look']} >> nth=0")
    page.locator("[data-gap-row]", has_text=NEED).click(timeout=60_000)
    page.click("[data-act=act_take]")
    page.wait_for_selector(f".detail .facts :text('{DE['owned_by'].format(name='lead')}')")
    page.click("[data-act=act_draft]")
    page.wait_for_selector("[data-act=act_verify]")
    (draft,) = [file for file in guarded.articles.rglob("*.md") if "Ladekarte" in file.read_text(encoding="utf-8")]
    draft.write_text(ANSWER.format(id=draft.stem), encoding="utf-8")
    page.click("[data-act=act_verify]")
    page.wait_for_selector(".proof", timeout=90_000)
    assert page.inner_text(".proof b").startswith(DE["proof_closed"].split(":")[0])
    assert DE["was_abstained"] in page.inner_text(".proof td:nth-child(2)")
    assert "(Ladekarte bestellen)" in page.inner_text(".proof td:nth-child(3)")
    assert DE["state_verified"] in page.inner_text(".detail .facts")


@browser_test
def test_every_tab_of_the_leads_room_shows_something_and_no_width_scrolls_sideways(guarded: Running) -> None:
    page = signed_in(guarded, "admin", "/?view=lead")
    page.wait_for_selector(".figures, .tab .hollow")
    for tab in ("gaps", "inbox", "health", "reports"):
        page.click(f".tabs [data-tab={tab}]")
        page.wait_for_selector(f".tabs [data-tab={tab}][aria-current]")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (tab, width)
    page.wait_for_selector("iframe.sheet")
    assert page.faults == []
    assert guarded.foreign == []
