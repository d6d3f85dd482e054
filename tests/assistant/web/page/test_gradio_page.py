"""The ask form of Gradio's components."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.assistant.web.browsing import Running, browser_test
from tests.assistant.web.small_server import URL, error_of


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/run/predict", "/gradio_api/call/ask", "/login"])
def test_nothing_of_gradio_that_asking_does_not_need_is_there(client: TestClient, path: str) -> None:
    for address in (path, f"/gradio{path}"):
        assert client.post(address, json={}, headers={"Origin": URL}).status_code in {404, 405}
        assert client.get(address).status_code == 404
    assert client.get(f"/gradio/gradio_api/file={__file__}").status_code == 404


def test_gradio_answers_no_request_that_may_come_from_elsewhere(client: TestClient) -> None:
    call = {"data": ["Wie melde ich meinen Umzug?", False], "fn_index": 0, "session_hash": "s"}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = client.post("/gradio/gradio_api/queue/join", json=call, headers=headers)
        assert answer.status_code == 403
        error_of(answer)


def test_gradios_files_are_there_once_somebody_may_see_the_form(client: TestClient) -> None:
    assert client.get("/gradio/gradio.js").status_code == 404
    policy = client.get("/gradio/").headers["content-security-policy"]
    assert re.search(r"script-src 'self'\s*;", policy)  # no script inside a document
    assert client.get("/gradio/gradio.js").status_code == 200


@browser_test
def test_the_form_of_gradio_answers_without_another_host_and_within_the_policy(running: Running) -> None:
    page = running.open()
    page.goto(f"{running.url}/gradio", wait_until="commit", timeout=60_000)  # imports Gradio
    page.wait_for_selector("textarea", timeout=60_000)
    page.fill("textarea", "Wie melde ich meinen Umzug?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".prose li")
    assert "[1]" in page.inner_text(".prose")
    assert page.get_by_text("Für Kunden").is_visible()
    assert running.foreign == []
    assert page.faults == []


@browser_test
def test_the_form_of_gradio_needs_a_sign_in_where_there_are_accounts(guarded: Running) -> None:
    page = guarded.open()
    assert page.goto(f"{guarded.url}/gradio").status == 401
