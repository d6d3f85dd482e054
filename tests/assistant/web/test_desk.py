"""What an agent does on the desk beyond asking, in a real browser."""

from __future__ import annotations

from typing import Any

from assistant.web.page.texts import TEXTS
from kb.events import Action
from kb.library import Library
from kb.settings import Settings
from tests.assistant.web.browsing import Running, browser_test, reply_of

DE = TEXTS["de"]

TICKET = """Betreff: AW: Umzug
Sehr geehrte Damen und Herren,

ich ziehe am 1. März um. Wie melde ich meinen Umzug?
Außerdem: Wie melde ich den Zählerstand?

Mit freundlichen Grüßen
Erika Mustermann"""


def actions(running: Running, question_id: str) -> list[Action]:
    with Library(running.home, Settings()).events as events:
        return list(events.actions_for([question_id]).get(question_id, ()))


def said(page: Any, key: str) -> None:
    page.wait_for_function("text => document.getElementById('lotse-said').textContent === text", arg=DE[key])


@browser_test
def test_a_gap_is_reported_and_a_question_handed_over_with_the_keyboard_alone(running: Running) -> None:
    page = running.open()
    asked = reply_of(page, "Wie backe ich Sauerteigbrot?")["question_id"]
    page.keyboard.press("g")
    page.keyboard.type("Ein Rezept")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, "gap_done")
    page.keyboard.press("e")
    page.select_option("#lotse-hand-reason", "authority")
    page.press("#lotse-hand-note", "Enter")  # as in the box
    said(page, "escalate_done")
    gap, escalation = actions(running, asked)
    assert (gap.kind, gap.note) == ("gap_reported", "Ein Rezept")
    assert escalation.kind == "escalated"


@browser_test
def test_a_customer_reply_is_polite_and_holds_nothing_internal(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie melde ich meinen Umzug?")
    page.keyboard.press("k")
    said(page, "copied_reply")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Guten Tag,\n\n")
    assert text.endswith("Mit freundlichen Grüßen")
    assert "Tippen Sie auf Umzug" in text
    assert "[1]" not in text
    inside = reply_of(page, "Wie eskaliere ich einen Fall?")
    assert inside["status"] == "answered"
    page.keyboard.press("k")
    said(page, "copy_reply_none")


@browser_test
def test_a_follow_up_is_asked_together_with_the_question_before(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie melde ich meinen Umzug?")
    page.keyboard.press("f")
    assert page.input_value("#lotse-question") == ""
    assert "Wie melde ich meinen Umzug?" in page.inner_text("#lotse-context")
    asked = reply_of(page, "Und bis wann?")
    assert asked["question"] == "Wie melde ich meinen Umzug? Und bis wann?"
    assert {citation["article_id"] for citation in asked["citations"]} == {"report-move"}
    page.click("#lotse-context-drop")
    assert page.is_hidden("#lotse-context")


@browser_test
def test_a_pasted_ticket_gives_its_questions_and_answers_the_first(running: Running) -> None:
    page = running.open()
    page.evaluate("text => navigator.clipboard.writeText(text)", TICKET)
    page.keyboard.press("Control+v")
    page.wait_for_selector("#lotse-reply:not([hidden])")
    rows = page.locator("#lotse-ticket-rows .row").all_inner_texts()
    assert rows == ["Wie melde ich meinen Umzug?", "Außerdem: Wie melde ich den Zählerstand?", DE["ticket_whole"]]
    assert "Erika" not in page.input_value("#lotse-question")
    page.click("#lotse-ticket-rows .row >> nth=1")
    page.wait_for_function("() => document.getElementById('lotse-sources').textContent.includes('Zählerstand')")
    page.click("#lotse-ticket-rows .row >> nth=2")
    assert page.input_value("#lotse-question") == TICKET


@browser_test
def test_what_is_typed_survives_a_reload_and_recent_questions_are_offered_until_forgotten(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie melde ich meinen Umzug?")
    page.keyboard.press("/")
    page.keyboard.type("Noch nicht fertig")
    page.reload()
    page.wait_for_selector(".lotse[data-ready]")
    assert page.input_value("#lotse-question") == "Noch nicht fertig"
    assert page.inner_text("#lotse-recent .row") == "Wie melde ich meinen Umzug?"
    page.click("#lotse-forget")
    assert page.is_hidden("#lotse-recent")


@browser_test
def test_articles_are_found_as_one_types_and_opened_with_their_translation(running: Running) -> None:
    page = running.open(path="/?view=articles")
    page.wait_for_selector("#lotse-found .row")
    everything = page.locator("#lotse-found .row").count()
    page.keyboard.type("umz")
    page.wait_for_function("n => document.querySelectorAll('#lotse-found .row').length < n", arg=everything)
    page.locator("#lotse-found .row").first.click()
    page.wait_for_selector("#lotse-article:not([hidden])")
    assert page.inner_text("#lotse-article-title") == "Umzug melden"
    page.click("#lotse-article-languages button")
    page.wait_for_function("() => document.getElementById('lotse-article-title').lang === 'en'")
    page.fill("#lotse-find-words", "")
    page.click("#lotse-tree details .leaf >> nth=0")
    page.wait_for_selector("#lotse-tree .leaf[aria-current]")
    page.fill("#lotse-find-words", "xyzzy")
    page.wait_for_function(
        "text => document.getElementById('lotse-found-count').textContent === text", arg=DE["found_none"]
    )


@browser_test
def test_on_paper_there_is_the_article_and_nothing_else(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie melde ich meinen Umzug?")
    page.wait_for_selector("#lotse-article:not([hidden])")
    page.emulate_media(media="print")
    assert page.is_visible("#lotse-article-text")
    for part in (".bar", "#lotse-question", "#lotse-close", "#lotse-article-more"):
        assert page.is_hidden(part), part
