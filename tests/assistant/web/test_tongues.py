"""What Lotse itself says comes in the language of the page, whatever the question's; errors too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.answering.messages import in_language, message, other_language
from assistant.answering.reply import Citation, Reply, Timings
from assistant.web.app import build
from assistant.web.page.texts import TEXTS
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings
from tests.assistant.web.browsing import Running, browser_test, reply_of
from tests.fakes import WordEmbedder

DE = TEXTS["de"]
EN = TEXTS["en"]

UNKNOWN = {"de": "Wie backe ich Sauerteigbrot?", "en": "How do I bake sourdough bread?"}


def reply(answer: str, reason: str | None = None) -> Reply:
    cited = Citation(1, "move", "en", "Move", "", "", "move.md", (1, 2), "Tell us.", 0.9, date(2026, 1, 1), "fresh")
    citations = (cited,) if answer else ()
    status: Any = "answered" if answer else "abstained"
    return Reply("q", "Frage", "de", status, 0.5, answer, reason, citations, (), Timings(1, 1, 1, 3))


def test_a_reason_is_told_in_another_language_and_keeps_what_it_quotes() -> None:
    said = message("answering.lacks", "de", title="Umzug melden", has="Umzug", lacks="Ausland")
    told = in_language(reply("", said), "en")
    assert told.reason == message("answering.lacks", "en", title="Umzug melden", has="Umzug", lacks="Ausland")
    assert in_language(told, "de").reason == said
    assert in_language(reply("", "Somebody else's words"), "de").reason == "Somebody else's words"
    assert told.to_json()["reason"] == told.reason


def test_the_mark_of_an_answer_in_another_language_is_told_too() -> None:
    made = reply(other_language("en", "de") + "Tell us. [1]")
    assert made.answer.startswith("*Nur auf Englisch vorhanden:*")
    assert in_language(made, "en").answer == "*Available in English only:*\n\nTell us. [1]"
    assert in_language(reply("Tell us. [1]"), "en").answer == "Tell us. [1]"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    library = Library(tmp_path / ".kb", Settings())
    library.__dict__["embedder"], library.__dict__["english"] = WordEmbedder(), None
    (tmp_path / "move.md").write_text("---\nid: move\ntitle: Umzug\n---\nUmzug melden.\n", encoding="utf-8")
    ingest(library, [tmp_path])
    app = build(library, "machine", "127.0.0.1")
    yield TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    library.close()


def test_rest_gives_the_reason_in_the_questions_language_unless_another_is_asked_for(client: TestClient) -> None:
    def reason(**more: str) -> str:
        return str(client.post("/api/v1/ask", json={"question": UNKNOWN["de"], **more}).json()["reason"])

    german, english = reason(), reason(told_in="en")
    assert german == reason(told_in="de")
    assert "Wissensdatenbank" in german
    assert "knowledge base" in english
    assert client.post("/api/v1/ask", json={"question": "x", "told_in": "fr"}).status_code == 422


@browser_test
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_question_in_the_other_language_is_refused_in_the_words_of_the_page(running: Running, language: str) -> None:
    other = "en" if language == "de" else "de"
    page = running.open(language)
    asked = reply_of(page, UNKNOWN[other])
    assert (asked["status"], asked["language"]) == ("abstained", other)
    said = {"de": "Wissensdatenbank", "en": "knowledge base"}
    own, switched = said[language], said[other]
    shown = page.inner_text("#lotse-answer")
    assert own in shown
    assert switched not in shown
    assert page.get_attribute("#lotse-answer", "lang") == language
    page.click(f"[data-language={other}]")
    assert switched in page.inner_text("#lotse-answer")


@browser_test
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_fault_of_the_server_is_told_in_words_with_its_id_and_nothing_else(running: Running, language: str) -> None:
    page, words = running.open(language), TEXTS[language]
    fault = {"error": {"message": "Something went wrong.", "hint": "Try again.", "exit_code": 3, "id": "ab12cd34"}}
    page.route("**/page/ask", lambda route: route.fulfill(status=500, json=fault))
    page.fill("#lotse-question", UNKNOWN[language])
    page.press("#lotse-question", "Enter")
    page.wait_for_selector("#lotse-error:not([hidden])")
    lines = page.inner_text("#lotse-error").splitlines()
    told = [words["error_title"], words["error_hint"], words["error_id"].format(id="ab12cd34"), words["retry"]]
    assert [line for line in lines if line] == told


def test_every_code_that_an_error_can_have_is_told_in_both_languages() -> None:
    root = Path(__file__).parents[3]
    raised = {
        code
        for name in ("kb/backlog/moves.py", "kb/backlog/gap.py", "kb/backlog/store.py",
                     "assistant/leads/verification.py")
        for code in ("gap-merged", "gap-changed", "gap-state", "no-gap", "snoozed-past", "merged-itself", "unlinked",
                     "not-in-index", "not-published")
        if f'"{code}"' in (root / name).read_text(encoding="utf-8")
    }  # fmt: skip
    told = {key.removeprefix("told_") for key in DE if key.startswith("told_")}
    assert told == raised | {"at-work"}
    assert told <= {key.removeprefix("told_") for key in EN}
