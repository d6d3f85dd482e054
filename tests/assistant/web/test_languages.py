"""In each language every page speaks that one: no word of the other, no name of a key, no date or number as abroad.

Texts of articles and customers are in whatever language they are; the page marks them with ``lang``, and they are
left out where that is another one.
"""

from __future__ import annotations

import re

import pytest

from assistant.web.page.texts import TEXTS
from tests.assistant.web.browsing import Running, browser_test
from tests.assistant.web.scenes import SCENES

SPOKEN = """() => {
  const desk = document.getElementById("lotse-desk"), own = document.documentElement.lang, said = [];
  const left = "script, [hidden], .text, .answer, #lotse-question";
  const ours = (node) => node.closest("[lang]").lang === own && !node.closest(left);
  const walker = document.createTreeWalker(desk, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (ours(node.parentElement)) said.push(node.data.trim());
  for (const node of desk.querySelectorAll("*:not([data-language])"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (node.hasAttribute(name) && ours(node)) said.push(node.getAttribute(name));
  return said.filter(Boolean);
}"""
WORDS = {
    "de": "der das dem eine einen einem und oder nicht kein keine ist sind wird werden wurde haben von vom zum zur auf "
    "aus bei nach für über mit durch ohne gegen sich auch noch nur wenn dass wie warum Sie Ihr Ihre Artikel Fragen "
    "Frage Antwort Antworten Lücke Lücken Quelle Quellen Bericht Woche Monat offen heute gefragt geprüft "
    "Deutsch Englisch",
    "en": "the and or not is are were been have has of from to at by for with without about this that it its you your "
    "which when what who where why how only because than into more question questions answer answers gap gaps source "
    "sources report reports week month open today asked reviewed article articles German English",
}
"""Words that the other language does not have, and that hardly a sentence does without."""

KEY = re.compile(r"\b[a-z]+_[a-z_]+\b|\w@(?:de|en)\b|\bundefined\b|\bNaN\b|\[object|\{\w+\}")
"""What stands in the program and not on a page."""

ISO = r"\b\d{4}-\d{2}-\d{2}\b"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
FORMS = {
    "de": re.compile(rf"{ISO}|\b\d{{1,2}} (?:{MONTHS}) \d{{4}}|\d\.\d{{1,2}}(?![\d.])|\d%|\d,\d{{3}}\b"),
    "en": re.compile(rf"{ISO}|\b\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|\d,\d{{1,2}}(?!\d)|\d\s%|\d\.\d{{3}}\b"),
}
"""Dates, decimals, shares and thousands as the language does not write them."""


def wrong(said: list[str], language: str) -> list[str]:
    """What of the texts of a page is not said in its language, or as it is written there."""
    said = [re.sub(r"„[^“]*“|“[^”]*”", "", text) for text in said]  # names and quotations
    other = set(WORDS["en" if language == "de" else "de"].casefold().split())
    return sorted(
        {
            text
            for text in said
            if KEY.search(text) or FORMS[language].search(text) or other & set(re.findall(r"\w+", text.casefold()))
        }
    )


def test_what_would_be_wrong_is_found() -> None:
    for text in (
        "The answer",
        "Lücken: 3 of 4",
        "12 Sep 2026",
        "2026-09-12",
        "81%",
        "1,204",
        "3.5",
        "state_open",
        "move@de",
    ):
        assert wrong([text], "de"), text
    for text in ("Die Antwort ist da", "12.09.2026", "2026-09-12", "81 %", "1.204", "3,5 h", "state_open", "{n} gaps"):
        assert wrong([text], "en"), text
    assert wrong(["12.09.2026, 14:05", "81 %", "1.204 Lücken", "1,9 Std.", "E-0015 · offen"], "de") == []
    assert wrong(["12 Sep 2026, 14:05", "81%", "1,204 gaps", "1.9 h", "E-0015 · open"], "en") == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_words_themselves_are_of_their_language(language: str) -> None:
    texts = [re.sub(r"\{\w+\}", "", text) for text in TEXTS[language].values()]
    assert wrong(texts, language) == []
    if language == "de":
        informal = re.compile(r"\b(?:du|dir|dich|dein|deine|euch|euer)\b", re.IGNORECASE)
        assert [text for text in texts if informal.search(text) or text.rstrip().endswith("!")] == []


@browser_test
@pytest.mark.parametrize(("language", "locale"), [("de", "de-DE"), ("en", "en-GB")])
def test_every_page_speaks_one_language(running: Running, language: str, locale: str) -> None:
    page = running.open(locale)
    found: dict[str, list[str]] = {}
    for name in (
        "start",
        "rating",
        "source",
        "handing-over",
        "keys",
        "articles",
        "overview",
        "inbox",
        "health",
        "reports",
    ):
        SCENES[name](page, language)
        found[name] = wrong(page.evaluate(SPOKEN), language)
    assert {name: texts for name, texts in found.items() if texts} == {}


@browser_test
def test_the_board_speaks_one_language_whatever_the_customers_speak(crowded: Running) -> None:
    page = crowded.open("en-GB")
    SCENES["gaps"](page, "en")
    page.eval_on_selector_all(".detail details", "all => all.forEach((one) => { one.open = true; })")
    assert wrong([text for text in page.evaluate(SPOKEN) if "<img" not in text and "Donau" not in text], "en") == []
