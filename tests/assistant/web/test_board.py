"""The gap board in a real browser: filters, products by their names, what a conflict shows, splitting a gap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.web.page.texts import TEXTS
from kb.events import QuestionEvent
from kb.library import Library
from kb.settings import Settings
from tests.assistant.web.browsing import Running, browser_test

DE = TEXTS["de"]
EN = TEXTS["en"]

NOW = datetime.now(UTC)


def board(leads: Running, language: str = "de-DE", **more: Any) -> Any:
    page = leads.open(language, path="/?view=lead&tab=gaps", **more)
    page.wait_for_selector("[data-gap-row]")
    return page


def titles(page: Any) -> list[str]:
    return [one.strip() for one in page.locator("[data-gap-row] .what").all_inner_texts()]


@browser_test
@pytest.mark.parametrize("language", ["de", "en"])
def test_filters_narrow_the_board_together_and_are_dropped_together(leads: Running, language: str) -> None:
    page, words = board(leads, language), TEXTS[language]
    everything = titles(page)
    page.select_option("[data-filter=cause]", label=words["cause_conflict"])
    assert titles(page) == ["Was kostet eine Rücklastschrift?"]
    page.select_option("[data-filter=owner]", label=words["no_owner"])
    assert titles(page) == ["Was kostet eine Rücklastschrift?"]
    page.select_option("[data-filter=language]", label=words["lang_en"])
    assert titles(page) == []
    assert page.inner_text("#lotse-gap-list p") == words["gaps_none_fit"]
    page.click(f"text={words['filters_drop']}")
    page.wait_for_selector("[data-gap-row]")
    assert titles(page) == everything
    page.select_option("[data-filter=language]", label=words["lang_en"])
    shown = titles(page)
    assert shown
    assert len(shown) < len(everything)


@browser_test
def test_a_gap_is_found_by_its_product_whose_name_is_written_as_people_write_it(leads: Running) -> None:
    page = board(leads)
    offered = page.locator("[data-filter=product] option").all_inner_texts()
    assert offered[0] == DE["product_all"]
    assert "Wärmestrom" in offered
    assert "Waermestrom" not in page.content()
    page.select_option("[data-filter=product]", label="Wärmestrom")
    assert titles(page) == ["Gilt der Wärmepumpentarif auch für Split-Klimageräte?"]
    page.locator("[data-gap-row]").first.click()
    page.wait_for_selector(".detail .facts")
    assert "Wärmestrom" in page.inner_text(".detail .facts")
    page.select_option("[data-filter=product]", label="App")
    assert "Gilt der Wärmepumpentarif auch für Split-Klimageräte?" not in titles(page)


@browser_test
def test_a_conflict_shows_both_sentences_side_by_side_each_with_its_article(leads: Running) -> None:
    page = board(leads)
    page.locator("[data-gap-row]", has_text="Rücklastschrift").first.click()
    page.wait_for_selector(".detail .sides blockquote")
    sides = page.locator(".detail .sides blockquote")
    assert sides.count() == 2
    assert sides.locator("mark").all_inner_texts() == ["3,50 €", "4,50 €"]
    assert "Rücklastschrift" in sides.nth(0).locator(".link").inner_text()
    assert sides.nth(1).locator(".link").inner_text() == "Mahnstufen"
    assert page.inner_text("[data-act=act_mend]") == DE["act_mend"]
    page.locator("[data-gap-row]", has_text="Fernwärme").first.click()
    page.wait_for_selector(f"[data-act=act_draft]:text-is('{DE['act_draft']}')")


@browser_test
@pytest.mark.parametrize("language", ["de", "en"])
def test_who_was_slower_is_told_so_in_the_words_of_the_page(leads: Running, language: str) -> None:
    page = board(leads, language)
    page.locator("[data-gap-row]", has_text="Fernwärme").first.click()
    page.wait_for_selector("[data-act=act_decline]")
    shown = page.locator(".detail .facts span").first.inner_text()
    page.evaluate(
        "gap => fetch(`/api/v1/gaps/${gap}/assign`, {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({owner: 'kim'})})",
        shown,
    )
    page.click("[data-act=act_decline] summary")
    page.fill("[data-act=act_decline] input", "nein")
    page.click("[data-act=act_decline] button[type=submit]")
    page.wait_for_selector(".detail .said .error")
    assert page.inner_text(".detail .said .error").strip() == TEXTS[language]["told_gap-changed"]


@browser_test
def test_answering_one_escalation_keeps_what_was_begun_for_another(leads: Running) -> None:
    library = Library(leads.home, Settings())
    for key in ("first", "second"):
        library.events.log_question(QuestionEvent(key, NOW, f"Frage {key}", "de", "abstained", 0.1, "page"))
        library.escalations.escalate(key, "no_answer", "", "a-1", now=NOW)
    library.close()
    page = leads.open(path="/?view=lead&tab=inbox")
    first, second = page.locator(".case", has_text="Frage first"), page.locator(".case", has_text="Frage second")
    second.locator("textarea").fill("Noch nicht fertig")
    first.locator("textarea").fill("Im Portal.")
    first.locator("button[type=submit]").click()
    page.wait_for_function("() => document.querySelectorAll('.case').length === 1")
    assert second.locator("textarea").input_value() == "Noch nicht fertig"


@browser_test
def test_a_gap_is_put_off_until_a_day_as_people_write_it(leads: Running) -> None:
    page = board(leads)
    page.locator("[data-gap-row]", has_text="Neukundenbonus").first.click()
    page.click("[data-act=act_snooze] summary")
    page.fill("[data-act=act_snooze] input", "bald")
    page.click("[data-act=act_snooze] button[type=submit]")
    assert page.inner_text(".detail .said").startswith(DE["days_unread"].split("{today}")[0].format(text="bald"))
    page.fill("[data-act=act_snooze] input", "1.2.2099")
    page.click("[data-language=en]")
    page.wait_for_selector(f"[data-act=act_snooze][open] summary:text-is('{EN['act_snooze']}')")
    page.click("[data-language=de]")
    page.wait_for_selector(f"[data-act=act_snooze][open] summary:text-is('{DE['act_snooze']}')")
    page.click("[data-act=act_snooze] button[type=submit]")
    page.wait_for_selector(f".detail .facts :text-is('{DE['state_snoozed']}')")
    assert page.locator("details.act[open]").count() == 0


@browser_test
def test_a_gap_is_split_by_the_words_of_its_questions(leads: Running) -> None:
    page = board(leads, "en-GB")
    first, second = (
        "Wie bekomme ich eine Ladekarte für öffentliche Ladesäulen?",
        "Gibt es von Nordlicht eine Ladekarte?",
    )
    page.locator("[data-gap-row]", has_text=first).click()
    page.wait_for_selector("[data-act=act_split]")
    page.click("[data-act=act_split] summary")
    send = page.locator("[data-act=act_split] button[type=submit]")
    assert send.is_disabled()
    for box in page.locator(".picks input").all():
        box.check()
    assert send.is_disabled()  # nothing would be left
    page.locator(".picks label", has_text=first).locator("input").uncheck()
    page.fill("[data-act=act_split] input[type=text]", "Nordlicht charge card")
    for language in ("de", "en"):
        page.click(f"[data-language={language}]")
        page.wait_for_selector(f"[data-act=act_split][open] summary:text-is('{TEXTS[language]['act_split']}')")
        assert page.input_value("[data-act=act_split] input[type=text]") == "Nordlicht charge card"
        assert not page.locator(".picks label", has_text=first).locator("input").is_checked()
        assert page.locator(".picks input:checked").count() == page.locator(".picks input").count() - 1
        assert page.locator("details.act[open]").count() == 1
        assert page.evaluate("document.activeElement.dataset.language") == language
    send.click()
    page.wait_for_function("() => document.querySelector('.detail h2')?.textContent === 'Nordlicht charge card'")
    assert EN["split_done"].split("{from}")[0].replace("{gap} ", "") in page.inner_text(".detail .said")
    asked = page.locator(".detail .plain-row .what").all_inner_texts()
    assert second in asked
    assert first not in asked
    page.click(f".detail summary:text-is('{EN['priority_why']}')")
    assert EN["why_split"].split("{gap}")[0] in page.inner_text(".detail .table")
    page.wait_for_selector("[data-gap-row] .what:text-is('Nordlicht charge card')")
    page.locator("[data-gap-row]", has_text=first).click()
    page.wait_for_function("words => document.querySelector('.detail h2').textContent === words", arg=first)
    assert second not in page.locator(".detail .plain-row .what").all_inner_texts()
    assert page.faults == []
