"""Asking and rating over REST."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from kb.library import Library
from tests.assistant.web.small_server import ask, error_of


def test_ask_gives_exactly_the_contract(client: TestClient) -> None:
    reply = ask(client)
    names = "question_id question language status confidence answer reason citations nearest timings_ms"
    assert list(reply) == names.split()
    assert reply["status"] == "answered"
    cited = "number article_id language title section anchor path lines quote score reviewed_on freshness"
    assert list(reply["citations"][0]) == cited.split()
    assert list(reply["nearest"][0]) == ["article_id", "language", "title", "score"]
    assert list(reply["timings_ms"]) == ["embed", "search", "answer", "total"]


def test_explain_adds_the_steps(client: TestClient) -> None:
    assert {step["step"] for step in ask(client, explain=True)["explain"]} >= {"understand", "judge"}


def test_audience_and_product_narrow_what_may_answer(client: TestClient) -> None:
    everything = {near["article_id"] for near in ask(client, "Jahresrechnung")["nearest"]}
    public = {near["article_id"] for near in ask(client, "Jahresrechnung", audience="public")["nearest"]}
    strom = {near["article_id"] for near in ask(client, "Jahresrechnung", product="strom")["nearest"]}
    both = {near["article_id"] for near in ask(client, "Jahresrechnung", product=["strom", "gas"])["nearest"]}
    assert everything == both == {"report-move", "annual-bill"}
    assert public == strom == {"report-move"}


def test_limit_bounds_the_nearest_articles(client: TestClient) -> None:
    assert len(ask(client, limit=1)["nearest"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"question": 7}, 422),
        ({"question": "x", "limit": 0}, 422),
        ({"question": "x", "audience": "everyone"}, 422),
        ({"question": "x", "colour": "red"}, 422),
        ({"question": "  "}, 400),
        ({"question": "x" * 8001}, 400),
        ([], 422),
    ],
)
def test_a_wrong_question_is_refused_in_the_error_shape(client: TestClient, body: Any, status: int) -> None:
    answer = client.post("/api/v1/ask", json=body)
    assert answer.status_code == status
    error_of(answer)


def test_an_error_about_a_body_does_not_repeat_what_was_sent(client: TestClient) -> None:
    answer = client.post("/api/v1/ask", json={"question": ["Kundin Erika Mustermann"]})
    assert answer.status_code == 422
    assert "Mustermann" not in answer.text


def test_broken_json_is_refused_in_the_error_shape(client: TestClient) -> None:
    answer = client.post("/api/v1/ask", content=b'{"question": ', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    error_of(answer)


def test_a_rating_is_stored_and_its_comment_redacted(client: TestClient, library: Library) -> None:
    asked = ask(client)["question_id"]
    body = {
        "question_id": asked,
        "verdict": "not_helpful",
        "reason": "outdated",
        "comment": "mail an erika@example.org",
    }
    answer = client.post("/api/v1/feedback", json=body)
    assert answer.json() == {"question_id": asked, "verdict": "not_helpful", "reason": "outdated"}
    (rating,) = library.events.feedback_for([asked])[asked]
    assert (rating.verdict, rating.reason) == ("not_helpful", "outdated")
    assert "erika@example.org" not in rating.comment


def test_a_rating_of_an_unknown_question_is_not_found(client: TestClient) -> None:
    answer = client.post("/api/v1/feedback", json={"question_id": "nope", "verdict": "helpful"})
    assert answer.status_code == 404
    error_of(answer)


def test_rest_questions_are_logged_as_such(client: TestClient, library: Library) -> None:
    event = library.events.question(ask(client, session="s-1", actor="agent-7")["question_id"])
    assert (event.channel, event.session, event.actor) == ("rest", "s-1", "agent-7")
