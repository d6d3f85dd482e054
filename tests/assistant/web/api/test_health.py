"""Operation over REST: whether the server is up, and its figures."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from tests.assistant.web.small_server import ask


def test_health_says_how_many_articles(client: TestClient) -> None:
    assert client.get("/healthz").json()["articles"] == 2


def test_metrics_count_questions_and_never_show_them(client: TestClient) -> None:
    def answered() -> float:
        found = re.search(r'kb_questions_total\{status="answered"\} (\S+)', client.get("/metrics").text)
        assert found
        return float(found[1])

    before = answered()
    ask(client, "Umzug melden Geheimwort")
    text = client.get("/metrics").text
    assert answered() == before + 1
    assert "kb_articles 2.0" in text
    assert "kb_index_generation" in text
    assert 'kb_ask_seconds_bucket{le="0.1",step="embed"}' in text
    assert "Geheimwort" not in text
