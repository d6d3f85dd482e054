"""The page in a real browser, on a server of its own with a part of the sample articles and the real model."""

from __future__ import annotations

import re

import pytest

from assistant.web.page.document import assets
from assistant.web.page.texts import TEXTS
from kb.library import Library
from kb.settings import Settings
from tests.assistant.web.browsing import WORDS_OF_THE_PAGE, Running, browser_test, folded, reply_of
from tests.assistant.web.scenes import SCENES

DE = TEXTS["de"]
EN = TEXTS["en"]


def test_the_page_holds_no_text_of_its_own() -> None:
    html = re.sub(
        r"<kbd>[^<]*</kbd>|<a class=\"mark\".*?</a>|>(?:DE|EN|↵|–)<",
        "><",
        "".join(text for name, text in assets().items() if name.endswith(".html")),
    )
    assert re.findall(r">\s*([^<>\s][^<>]*)<", html.replace("–", "")) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_at_least_the_contrast_that_people_need(theme: str) -> None:
    css = assets()["css/base.css"]
    rule = css.split(':root[data-theme="dark"] {' if theme == "dark" else ":root {")[1].split("}")[0]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rule))
    for paper in ("paper", "soft", "wash"):
        for ink in ("ink", "dim", "accent", "fresh", "due", "overdue"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
        assert contrast(colours["edge"], colours[paper]) >= 3.0, paper
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["on-accent"], colours["accent-strong"]) >= 4.5
    assert contrast(colours["ink"], colours["mark"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours, 1..21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@browser_test
@pytest.mark.parametrize(
    ("question", "language", "article"),
    [
        ("Wie melde ich meinen Umzug?", "de", "report-move"),
        ("How do I report my meter reading?", "en", "report-meter-reading"),
    ],
)
def test_a_citation_opens_the_article_at_the_quoted_words(
    running: Running, question: str, language: str, article: str
) -> None:
    page = running.open()
    reply = reply_of(page, question)
    assert reply["status"] == "answered"
    for citation in reply["citations"]:
        assert (citation["article_id"], citation["language"]) == (article, language)
        page.click(f"#lotse-answer .cite[data-cite='{citation['number']}']")
        page.wait_for_selector("#lotse-article-text .cited")
        assert page.inner_text("#lotse-article-title") == citation["title"]
        marked = page.locator("#lotse-article-text :is(mark, tr.cited)")
        assert marked.count() > 0
        assert folded(marked.first.inner_text())[:20] in folded(re.sub(r"[*|`\[\]]", "", citation["quote"]))
        box, pane = marked.first.bounding_box(), page.locator("#lotse-article-text").bounding_box()
        assert pane["y"] <= box["y"] < pane["y"] + pane["height"]
    assert page.faults == []


@browser_test
def test_an_unanswerable_question_is_answered_with_a_reason_and_three_near_articles(running: Running) -> None:
    page = running.open()
    reply = reply_of(page, "Wie backe ich Sauerteigbrot?")
    assert reply["status"] == "abstained"
    assert DE["none"] in page.inner_text("#lotse-status")
    assert page.inner_text("#lotse-answer") == reply["reason"]
    assert page.locator("#lotse-answer .cite").count() == 0
    assert page.locator("#lotse-nearest .row").count() == 3
    page.locator("#lotse-nearest .row").first.click()
    page.wait_for_selector("#lotse-article:not([hidden])")


@browser_test
def test_the_question_box_has_the_focus_and_typed_text_asks_with_enter_only(running: Running) -> None:
    page = running.open()
    page.keyboard.type("Wie melde ich")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("meinen Umzug?")
    assert page.input_value("#lotse-question") == "Wie melde ich\nmeinen Umzug?"
    assert page.is_hidden("#lotse-reply")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lotse-reply:not([hidden])")


@browser_test
def test_keys_open_a_source_copy_rate_and_return_to_the_box(running: Running) -> None:
    page = running.open()
    reply = reply_of(page, "Wie melde ich meinen Umzug?")
    page.keyboard.press("1")
    page.wait_for_selector("#lotse-article:not([hidden])")
    page.keyboard.press("Escape")
    assert page.is_hidden("#lotse-article")
    page.keyboard.press("c")
    page.wait_for_function("text => document.getElementById('lotse-said').textContent === text", arg=DE["copied"])
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "**" not in copied
    assert "[1]" not in copied
    assert folded(copied).startswith(folded(reply["citations"][0]["quote"].replace("**", ""))[:40])
    with page.expect_response("**/api/v1/feedback"):
        page.keyboard.press("h")
    page.wait_for_selector("#lotse-helpful[aria-pressed=true]")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "lotse-question"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.is_visible("#lotse-keys")


@browser_test
def test_a_rating_with_reason_and_comment_is_stored(running: Running) -> None:
    page = running.open()
    asked = reply_of(page, "Wie melde ich meinen Umzug?")["question_id"]
    page.click("#lotse-not-helpful")
    page.select_option("#lotse-reason", "outdated")
    page.fill("#lotse-comment", "Die Frist ist neu.")
    with page.expect_response("**/api/v1/feedback"):
        page.click("#lotse-rate button[type=submit]")
    page.wait_for_selector("#lotse-not-helpful[aria-pressed=true]")
    with Library(running.home, Settings()).events as events:
        (rating,) = events.feedback_for([asked])[asked]
        assert (rating.verdict, rating.reason, rating.comment) == ("not_helpful", "outdated", "Die Frist ist neu.")
        assert events.question(asked).channel == "page"


@browser_test
def test_markup_from_articles_and_questions_stays_text(running: Running) -> None:
    page = running.open()
    reply_of(
        page,
        "<img src=x onerror=document.title='owned'><script>document.title='owned'</script> Wie lautet das Zauberwort?",
    )
    page.goto(f"{running.url}/?article=attack&language=de")
    page.wait_for_selector("#lotse-article:not([hidden])")
    assert "<img src=x onerror" in page.inner_text("#lotse-article-title")
    assert "Xylophon" in page.inner_text("#lotse-article-text")
    assert page.locator("#lotse-desk :is(img, script, iframe)").count() == 0
    page.click("#lotse-article-text b")
    page.wait_for_timeout(100)
    assert page.title() == "Lotse"


@browser_test
def test_switching_the_language_leaves_no_word_of_the_other_one(running: Running) -> None:
    page = running.open("de-DE")
    reply_of(page, "Wie melde ich einen Umzug?")
    page.click("#lotse-answer .cite >> nth=0")
    page.wait_for_selector("#lotse-article-text mark")
    page.keyboard.press("n")
    for language, other in (("en", "de"), ("de", "en")):
        page.click(f"[data-language={language}]")
        shown = page.evaluate(WORDS_OF_THE_PAGE)
        foreign = set(TEXTS[other].values()) - set(TEXTS[language].values())
        assert not foreign & set(shown), foreign & set(shown)
        assert TEXTS[language]["copy"] in shown
        assert page.get_attribute("html", "lang") == language
    page.reload()
    page.wait_for_selector(".lotse[data-ready]")
    assert page.inner_text("#lotse-ask span") == DE["ask"]


@browser_test
def test_an_english_browser_gets_english_and_a_dark_one_dark(running: Running) -> None:
    page = running.open("en-GB", scheme="dark")
    assert page.inner_text("#lotse-ask span") == EN["ask"]
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("[data-theme-choice=light]")
    page.reload()
    page.wait_for_selector(".lotse[data-ready]")
    assert page.get_attribute("html", "data-theme") == "light"


@browser_test
def test_a_report_has_the_theme_that_was_chosen_for_the_page(running: Running) -> None:
    page = running.open(scheme="light")
    SCENES["reports"](page, "de")
    ink = "getComputedStyle(document.body).color"
    before = page.frames[-1].evaluate(ink)
    page.click("[data-theme-choice=dark]")
    page.wait_for_timeout(500)
    assert page.frames[-1].evaluate(ink) != before
    assert page.frames[-1].evaluate(ink) == page.evaluate("getComputedStyle(document.querySelector('.lotse')).color")


@browser_test
def test_a_server_that_is_gone_costs_no_typed_text(running: Running) -> None:
    page = running.open()
    page.context.set_offline(True)
    page.fill("#lotse-question", "Wie melde ich meinen Umzug?")
    page.press("#lotse-question", "Enter")
    page.wait_for_selector("#lotse-error:not([hidden])")
    assert DE["error_offline"] in page.inner_text("#lotse-error")
    assert page.input_value("#lotse-question") == "Wie melde ich meinen Umzug?"
    page.context.set_offline(False)
    page.click("#lotse-error button")
    page.wait_for_selector("#lotse-reply:not([hidden])")


@browser_test
def test_a_filter_narrows_the_answer(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie eskaliere ich einen Fall?")
    with page.expect_response("**/page/ask") as response:
        page.click("#lotse-audience label >> nth=1")
    near = response.value.json()["reply"]["nearest"]
    assert "escalation-path" not in {one["article_id"] for one in near}


@browser_test
@pytest.mark.parametrize("width", [320, 360, 768, 1280, 2560])
def test_no_width_makes_the_page_scroll_sideways_and_the_answer_keeps_its_measure(running: Running, width: int) -> None:
    page = running.open(width=width)
    reply_of(page, "How do I report my meter reading?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#lotse-answer").bounding_box()["width"] <= 660
    page.keyboard.press("1")
    page.wait_for_selector("#lotse-article:not([hidden])")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    pane = page.locator("#lotse-pane").bounding_box()
    assert (
        pane["width"] == width if width < 960 else pane["x"] > page.locator("#lotse-answer").bounding_box()["x"] + 400
    )
    page.click("#lotse-close")
    assert page.is_hidden("#lotse-article")


@browser_test
def test_every_control_has_a_name(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie melde ich meinen Umzug?")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("#lotse-desk :is(button, input, select, textarea, a)")].filter((node) =>
          !(node.textContent.trim() || node.ariaLabel || node.labels?.length)).map((one) => one.outerHTML)"""
    )
    assert nameless == []


@browser_test
def test_nothing_was_asked_of_another_host(running: Running) -> None:
    page = running.open()
    reply_of(page, "Wie melde ich meinen Umzug?")
    page.click("#lotse-answer .cite >> nth=0")
    page.wait_for_selector("#lotse-article-text mark")
    page.wait_for_timeout(500)
    assert running.foreign == []
    assert page.faults == []
