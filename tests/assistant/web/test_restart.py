"""A server that is killed and comes back, seen from a page that stayed open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.web.page.texts import TEXTS
from tests.assistant.web.browsing import Running, browser_test, reply_of
from tests.assistant.web.conftest import articles_in, started

DE = TEXTS["de"]

ASKED = "Wie melde ich meinen Umzug?"
TYPED = "Wie melde ich den Zählerstand?"
NOTE = "Kundin ruft um 15 Uhr wieder an"


@browser_test
def test_a_killed_server_is_told_costs_no_typed_text_and_is_found_again_by_itself(browser: Any, tmp_path: Path) -> None:
    folder = articles_in(tmp_path)
    process = started(folder)
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        page = Running(browser, url, folder / ".kb", process).open()
        reply_of(page, ASKED)
        page.click("#lotse-escalate")
        page.fill("#lotse-hand-note", NOTE)
        page.fill("#lotse-question", TYPED)
        process.kill()
        process.wait()
        process.stdout.close()
        page.click("#lotse-hand-send")
        page.wait_for_selector(f"#lotse-notice:text-is('{DE['server_lost']}')")
        assert page.inner_text("#lotse-said") == DE["hand_failed"]
        page.press("#lotse-question", "Enter")
        page.wait_for_selector("#lotse-error:not([hidden])")
        assert DE["error_offline"] in page.inner_text("#lotse-error")

        process = started(folder, int(url.rpartition(":")[2]))
        assert process.stdout
        assert process.stdout.readline().strip() == url
        page.wait_for_selector(f"#lotse-notice:text-is('{DE['server_back']}')")
        assert page.input_value("#lotse-hand-note") == NOTE
        page.click("#lotse-hand-send")
        page.wait_for_selector(f"#lotse-said:text-is('{DE['escalate_done']}')")
        assert page.input_value("#lotse-question") == TYPED
        page.click(f"#lotse-error button:text-is('{DE['retry']}')")
        page.wait_for_selector("#lotse-error", state="hidden")
        page.wait_for_selector("#lotse-answer:has-text('Zählerstand')")
        process.stdout.close()
    finally:
        process.kill()
        process.wait()
