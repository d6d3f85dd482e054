"""How many clicks, or keys besides typing, the first things take that somebody who never saw the page wants to do."""

from __future__ import annotations

from typing import Any

from assistant.web.page.texts import TEXTS
from tests.assistant.web.browsing import Running, browser_test

DE = TEXTS["de"]


class Hand:
    """A page and what is done to it, counted; typing words counts as nothing."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.steps = 0

    def click(self, words: str) -> None:
        """Click what bears these words: nothing else is known to somebody who is new."""
        self.steps += 1
        self.page.locator("#lotse-desk :is(button, a, summary):visible", has_text=words).first.click()

    def key(self, name: str) -> None:
        self.steps += 1
        self.page.keyboard.press(name)

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)


@browser_test
def test_asking_takes_one_key_and_the_source_opens_of_itself(running: Running) -> None:
    hand = Hand(running.open())
    hand.types("Wie melde ich meinen Umzug?")
    hand.key("Enter")
    hand.page.wait_for_selector("#lotse-answer .cite")
    assert hand.steps == 1
    hand.page.wait_for_selector("#lotse-article-text mark")
    assert hand.steps == 1


@browser_test
def test_on_a_phone_the_source_is_one_click_away(running: Running) -> None:
    hand = Hand(running.open(width=360))
    hand.types("Wie melde ich meinen Umzug?")
    hand.key("Enter")
    hand.page.wait_for_selector("#lotse-answer .cite")
    hand.click("Umzug melden")
    hand.page.wait_for_selector("#lotse-article-text mark")
    assert hand.steps == 2


@browser_test
def test_reporting_a_gap_takes_three_keys_or_clicks_asking_included(running: Running) -> None:
    for open_form in (lambda hand: hand.key("g"), lambda hand: hand.click(DE["gap"])):
        hand = Hand(running.open())
        hand.types("Wie backe ich Sauerteigbrot?")
        hand.key("Enter")
        hand.page.wait_for_selector("#lotse-nearest .row")
        open_form(hand)
        hand.page.wait_for_function("document.getElementById('lotse-hand').contains(document.activeElement)")
        hand.key("Enter")
        hand.page.wait_for_function(
            "text => document.getElementById('lotse-said').textContent === text", arg=DE["gap_done"]
        )
        assert hand.steps == 3


@browser_test
def test_the_worst_gap_is_one_click_away_and_its_proof_a_second(crowded: Running) -> None:
    hand = Hand(crowded.open())
    hand.click(DE["view_lead"])
    worst = hand.page.wait_for_selector(".overview a.row.gap")
    title = worst.query_selector(".what").inner_text()
    box = worst.bounding_box()
    assert box["y"] + box["height"] < 800  # without scrolling
    assert hand.steps == 1
    hand.click(title)
    hand.page.wait_for_selector(".detail h2")
    assert hand.page.inner_text(".detail h2") == title
    assert hand.steps == 2
