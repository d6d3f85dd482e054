"""Pages bear what is not ordinary: words without an end, markup in every text, a thousand gaps, nothing at all."""

from __future__ import annotations

import pytest

from assistant.web.page.texts import TEXTS
from tests.assistant.web.browsing import Running, browser_test, reply_of
from tests.assistant.web.hard import ATTACK, GAPS, LONG
from tests.assistant.web.scenes import HARD, visit

DE = TEXTS["de"]

TOO_WIDE = """() => [...document.querySelectorAll("#lotse-desk :is(.row, .case, .detail, .filters, .form, .leaf)")]
  .filter((node) => !node.closest("details:not([open])") && node.offsetParent)
  .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"""
ALIVE = "#lotse-desk :is(img, script, iframe:not(.sheet), object, embed)"


@browser_test
@pytest.mark.parametrize("width", [360, 1280])
def test_words_without_an_end_stay_in_their_place(crowded: Running, width: int) -> None:
    page = crowded.open(width=width)
    for name, scene in HARD.items():
        scene(page, "de")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(TOO_WIDE) == [], name
        if name != "long-start":
            assert LONG in page.evaluate("document.getElementById('lotse-desk').textContent"), name
    assert page.faults == []


@browser_test
def test_markup_in_every_text_stays_text(crowded: Running) -> None:
    page = crowded.open()
    seen: dict[str, str] = {}

    def look(name: str, part: str = "#lotse-desk") -> None:
        seen[name] = page.locator(part).first.inner_text()

    reply_of(page, f"{ATTACK} Wie lautet das Zauberwort?")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    visit(page, "/")  # asked recently
    look("recent", "#lotse-recent")
    seen["product name"] = page.locator("#lotse-product").inner_html()
    visit(page, "/?article=marked&language=de", "#lotse-article:not([hidden])")
    look("article", "#lotse-article-title")
    assert "Xylophon" in page.inner_text("#lotse-article-text")
    page.click("#lotse-article-text b")
    visit(page, "/?view=articles", "#lotse-found .row")
    page.click("#lotse-tree details >> nth=1")
    look("product and tag", "#lotse-tree")
    look("title in a list", "#lotse-found")
    visit(page, "/?view=lead&tab=gaps", "[data-gap-row]")
    page.locator("[data-gap-row]", has_text="Lücke").click()
    page.wait_for_selector(".detail .history", state="attached")
    page.eval_on_selector_all(".detail details", "all => all.forEach((one) => { one.open = true; })")
    for name, part in {"gap": "h2", "owner": ".facts", "question": ".rows", "lead's note": ".history"}.items():
        look(name, f".detail {part}")
    look("nearest", ".detail .plain-row button")
    look("owner in a row", "[data-gap-row] >> nth=1")
    visit(page, "/?view=lead&tab=inbox", ".case")
    look("escalation", ".case:has-text('Frage') .what")
    look("agent's note", ".case:has-text('Frage') blockquote")
    visit(page, "/?view=lead", ".overview a.row.gap")
    look("overview", ".overview .rows")
    report = page.evaluate("async () => (await fetch('/api/v1/report?kind=gaps&format=html&language=de')).text()")
    assert "&lt;img src=x" in report
    assert "<img src=x" not in report
    for name, text in seen.items():
        assert "<img src=x" in text.replace("&lt;", "<"), name
    assert page.locator(ALIVE).count() == 0
    assert page.title() == "Lotse"
    assert page.faults == []
    assert crowded.foreign == []


@browser_test
def test_a_thousand_gaps_are_shown_a_hundred_at_a_time(crowded: Running) -> None:
    page = crowded.open(path="/?view=lead&tab=gaps")
    page.wait_for_selector("[data-gap-row]")
    assert page.inner_text("#lotse-gap-list .label") == DE["gaps_n"].format(n=f"{GAPS + 2:,}".replace(",", "."))
    assert page.locator("[data-gap-row]").count() == 100
    assert page.evaluate("document.querySelectorAll('#lotse-desk *').length") < 1500
    page.click("#lotse-gap-list li:last-child button")
    assert page.locator("[data-gap-row]").count() == 200
    assert page.evaluate("[...document.querySelectorAll('[data-gap-row]')].indexOf(document.activeElement)") == 100


@browser_test
def test_an_empty_system_says_how_it_begins(vacant: Running) -> None:
    page = vacant.open()
    assert page.inner_text("#lotse-empty-title") == DE["no_articles"]
    assert "kb ingest" in page.inner_text("#lotse-empty-text")
    assert page.is_hidden("#lotse-examples")
    assert reply_of(page, "Wie melde ich meinen Umzug?")["status"] == "abstained"
    visit(page, "/?view=articles", "#lotse-found-count:not(:empty)")
    assert page.inner_text("#lotse-found-count") == DE["no_articles"]
    visit(page, "/?view=lead&tab=gaps", "#lotse-gap-list .hollow")
    assert page.inner_text("#lotse-gap-list") == DE["gaps_begin"]
    assert page.is_hidden("#lotse-gap-detail")
    visit(page, "/?view=lead&tab=inbox", ".tab .hollow")
    assert page.inner_text(".tab .hollow") == DE["inbox_none"]
    page.goto(f"{vacant.url}/?view=lead&tab=reports")
    page.wait_for_selector("iframe.sheet")
    assert page.faults == []
