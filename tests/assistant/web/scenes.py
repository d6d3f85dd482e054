"""Every page in a state worth looking at, as steps in a browser: what is photographed, and walked in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tests.assistant.web.browsing import reply_of
from tests.assistant.web.hard import LONG, URL

Scene: TypeAlias = Callable[[Any, str], None]
"""Brings a page of a running server, in a language, to what is to be seen."""

ASKED = {"de": "Wie melde ich meinen Umzug?", "en": "How do I report my meter reading?"}
UNKNOWN = {"de": "Wie backe ich Sauerteigbrot?", "en": "How do I bake sourdough bread?"}


def visit(page: Any, address: str, shown: str = "#lotse-question") -> None:
    """Open an address of the server, and wait for what it is to show."""
    page.goto(page.url.split("/?")[0].rstrip("/") + address)
    page.wait_for_selector(".lotse[data-ready]")
    page.wait_for_selector(shown)


def start(page: Any, language: str) -> None:
    visit(page, "/")


def answer(page: Any, language: str) -> None:
    visit(page, "/")
    reply_of(page, ASKED[language])
    if page.viewport_size["width"] >= 960:
        page.wait_for_selector("#lotse-article-text .cited")


def source(page: Any, language: str) -> None:
    answer(page, language)
    page.keyboard.press("1")
    page.wait_for_selector("#lotse-article-text .cited")


def rating(page: Any, language: str) -> None:
    answer(page, language)
    page.keyboard.press("n")


def abstention(page: Any, language: str) -> None:
    visit(page, "/")
    reply_of(page, UNKNOWN[language])


def handing_over(page: Any, language: str) -> None:
    abstention(page, language)
    page.keyboard.press("e")


def keys(page: Any, language: str) -> None:
    visit(page, "/")
    page.keyboard.press("Escape")
    page.keyboard.press("?")


def articles(page: Any, language: str) -> None:
    visit(page, "/?view=articles", "#lotse-found .row, #lotse-found-count:not(:empty)")
    page.select_option("#lotse-find-language", language)
    page.wait_for_timeout(300)
    rows = page.locator("#lotse-found .row")
    if rows.count() and page.viewport_size["width"] >= 960:
        rows.nth(min(3, rows.count() - 1)).click()
        page.wait_for_selector("#lotse-article:not([hidden])")


def overview(page: Any, language: str) -> None:
    visit(page, "/?view=lead", ".figures, .tab .hollow")
    page.wait_for_selector(".overview > section:nth-child(2) :is(.rows, .hollow)")


def gaps(page: Any, language: str) -> None:
    visit(page, "/?view=lead&tab=gaps", "#lotse-gap-list :is([data-gap-row], .hollow)")
    if page.locator("[data-gap-row]").count():
        page.locator("[data-gap-row]").first.click()
        page.wait_for_selector(".detail h2")


def inbox(page: Any, language: str) -> None:
    visit(page, "/?view=lead&tab=inbox", ".tab :is(.case, .hollow)")


def health(page: Any, language: str) -> None:
    visit(page, "/?view=lead&tab=health", ".tab .hollow")
    page.click(".head button")
    page.wait_for_selector(".case, #lotse-health-list .hollow:nth-child(1)", timeout=120_000)
    page.wait_for_selector("#lotse-health-work:empty", state="attached", timeout=120_000)


def reports(page: Any, language: str) -> None:
    visit(page, "/?view=lead&tab=reports", "iframe.sheet")
    page.wait_for_timeout(300)


def gap_report(page: Any, language: str) -> None:
    reports(page, language)
    page.click("#lotse-tab .filters .switch >> nth=0 >> button >> nth=1")
    page.wait_for_selector("iframe.sheet")
    page.wait_for_timeout(500)


def sign_in(page: Any, language: str) -> None:
    """On a server with accounts."""
    visit(page, "/", "#lotse-sign-in[open]")


def long_answer(page: Any, language: str) -> None:
    visit(page, "/")
    reply_of(page, f"Wie ändert die {LONG} den Abschlag?")


def long_ticket(page: Any, language: str) -> None:
    visit(page, "/")
    lines = [f"Sehr geehrte Damen und Herren der {LONG},", ""]
    lines += [f"Frage {number}: Wie ändere ich den Abschlag unter {URL} für {LONG}?" for number in range(40)]
    page.evaluate("text => navigator.clipboard.writeText(text)", "\n".join(lines))
    page.focus("#lotse-question")
    page.keyboard.press("Control+v")
    page.wait_for_selector("#lotse-ticket-rows .row")
    page.wait_for_selector("#lotse-reply:not([hidden])")


SCENES: Mapping[str, Scene] = {
    "start": start,
    "answer": answer,
    "source": source,
    "rating": rating,
    "abstention": abstention,
    "handing-over": handing_over,
    "keys": keys,
    "articles": articles,
    "overview": overview,
    "gaps": gaps,
    "inbox": inbox,
    "health": health,
    "reports": reports,
    "gap-report": gap_report,
}
"""By the name of their picture, in the order in which the pages come."""

HARD: Mapping[str, Scene] = {
    "long-answer": long_answer,
    "long-ticket": long_ticket,
    **{f"long-{name}": SCENES[name] for name in ("start", "articles", "gaps", "inbox", "overview")},
}
"""On a server with words without an end, see ``hard.py``."""
