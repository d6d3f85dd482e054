"""The endpoints that only the commands of this machine may call."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.testclient import TestClient

from tests.assistant.web.small_server import HEADERS, TOKEN, error_of


def test_an_ingest_needs_the_servers_token(client: TestClient, articles: Path) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
        answer = client.post("/api/v1/admin/ingest", json={"paths": [str(articles)]}, headers=headers)
        assert answer.status_code == 403
        error_of(answer)


def test_an_ingest_through_the_server_streams_progress_and_ends_with_the_report(
    client: TestClient, articles: Path
) -> None:
    (articles / "new.md").write_text("---\nid: new\nlanguage: de\ntitle: Neu\n---\nNeuer Text.\n", encoding="utf-8")
    try:
        answer = client.post("/api/v1/admin/ingest", json={"paths": [str(articles)]}, headers=HEADERS)
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert lines[0] == {"progress": [1, 1]}
        assert lines[-1]["report"]["articles"]["added"] == 1
        assert client.get("/api/v1/articles/new").status_code == 200
    finally:
        (articles / "new.md").unlink()
        again = client.post("/api/v1/admin/ingest", json={"paths": [str(articles)]}, headers=HEADERS)
        assert json.loads(again.text.splitlines()[-1])["report"]["articles"]["removed"] == 1


def test_an_ingest_that_fails_ends_with_the_error(client: TestClient, articles: Path) -> None:
    answer = client.post("/api/v1/admin/ingest", json={"paths": [str(articles / "gone")]}, headers=HEADERS)
    assert set(json.loads(answer.text.splitlines()[-1])["error"]) == {"message", "hint", "exit_code"}


def test_the_doctor_of_a_running_server_needs_its_token_too(client: TestClient) -> None:
    assert client.post("/api/v1/admin/doctor", json={}).status_code == 403
    checks = client.post("/api/v1/admin/doctor", json={}, headers=HEADERS).json()["checks"]
    assert set(checks[0]) == {"name", "state", "message", "remedy"}
