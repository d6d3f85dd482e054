"""The request that an endpoint gets: short, with its key, without personal data."""

from __future__ import annotations

import logging

import pytest

from assistant.answering.generation.grounding import SourcePassage
from assistant.answering.generation.writer import write
from tests.assistant.answering.generation.passages import (
    ASKED,
    ENGLISH,
    GERMAN,
    GOOD,
    KEY,
    said,
    settings,
)


def test_the_request_is_one_short_chat_with_the_configured_model(service) -> None:
    service.says = lambda request: [GOOD]
    chosen = settings(service, model="small", max_tokens=77, url=service.url + "/chat/completions")
    assert write(chosen, ASKED, "de", GERMAN).answer
    (request,) = service.requests
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["max_tokens"], request["stream"]) == ("small", 77, True)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert "Schreibe auf Deutsch" in request["messages"][0]["content"]
    write(chosen, "When?", "en", ENGLISH)
    assert "Write in English" in service.requests[1]["messages"][0]["content"]


def test_the_key_travels_as_a_bearer_token_and_the_environments_never(service, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    service.says = lambda request: [GOOD]
    write(settings(service, api_key=KEY), ASKED, "de", GERMAN)
    write(settings(service), ASKED, "de", GERMAN)
    assert service.keys == [f"Bearer {KEY}", "Bearer none"]


@pytest.mark.parametrize("status", [200, 401, 500])
def test_no_key_and_no_question_reaches_the_log(service, caplog, status) -> None:
    service.status = status
    service.says = lambda request: [b"data: {bad " + KEY.encode() + b"}\n\n"]
    with caplog.at_level(logging.INFO):
        written = write(settings(service, api_key=KEY), ASKED, "de", GERMAN)
    assert written.trouble == "failed"
    assert "writer.url" in caplog.text
    assert KEY not in caplog.text + str(written)
    assert ASKED not in caplog.text


def test_personal_data_in_the_question_is_not_sent(service) -> None:
    said(service, GOOD, question="Ich bin erika.muster@example.org, wann melde ich den Umzug?")
    assert "erika" not in str(service.requests)
    assert "wann melde ich den Umzug" in str(service.requests)


def test_long_and_many_passages_are_cut(service) -> None:
    service.says = lambda request: [GOOD]
    write(settings(service), ASKED, "de", [SourcePassage(number, "T", "x" * 100_000, "de") for number in range(1, 50)])
    assert len(str(service.requests)) < 15_000
