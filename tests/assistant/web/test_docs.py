"""The page at /docs shows the OpenAPI document with no file from another host."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from tests.assistant.web.browsing import Running, browser_test


def test_every_file_of_the_page_comes_from_this_server(client: TestClient) -> None:
    page = client.get("/docs")
    assert "unsafe" not in page.headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) == 3
    for file in files:
        assert file.startswith("/docs/files/")
        assert client.get(file).status_code == 200
    assert "admin" not in client.get("/openapi.json").text


@browser_test
def test_the_page_shows_every_endpoint_under_its_policy(running: Running) -> None:
    page = running.page()
    page.goto(f"{running.url}/docs")
    page.wait_for_selector(".opblock")
    document = page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")
    calls = [call for methods in document["paths"].values() for call in methods]
    assert page.locator(".opblock-summary-path").count() == len(calls)
    page.click("#operations-questions-ask_articles_api_v1_ask_post .opblock-summary-control")
    assert "Bis wann muss ich meinen Umzug melden?" in page.inner_text(".opblock.is-open")
    assert page.faults == []
    assert running.foreign == []
