"""Errors have one shape and tell nothing that was sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.web.app import build
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from tests.assistant.web.small_server import HEADERS, TOKEN, ask, client_of, error_of, open_library
from tests.fakes import WordEmbedder


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/gradio_api/info",
        "/config",
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/static/../server.py",
    ],
)
def test_what_is_not_served_is_not_found_in_the_error_shape(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    error_of(answer)


def test_no_question_and_no_token_reaches_a_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, "Umzug Geheimwort")
        client.post("/api/v1/ask", json={"question": "Geheimwort", "limit": "x"})
        client.post("/api/v1/admin/ingest", json={"paths": []}, headers=HEADERS)
    assert "Geheimwort" not in caplog.text
    assert TOKEN not in caplog.text


class BrokenEmbedder(WordEmbedder):
    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        raise ValueError(" ".join(texts))


def test_an_unexpected_failure_says_so_without_its_details(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    broken = open_library(library.home)
    broken.__dict__["embedder"] = BrokenEmbedder()
    answer = client_of(build(broken, TOKEN, "127.0.0.1")).post("/api/v1/ask", json={"question": "Geheimwort"})
    broken.close()
    assert answer.status_code == 500
    error = error_of(answer)
    assert error["exit_code"] == 3
    assert error["id"] in caplog.text
    assert "Geheimwort" not in answer.text + caplog.text


def test_a_missing_index_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    library = open_library(tmp_path / ".kb")
    with TestClient(build(library, TOKEN, "127.0.0.1"), base_url="http://localhost") as client:
        answer = client.post("/api/v1/ask", json={"question": "x"})
        assert answer.status_code == 503
        assert "kb ingest" in error_of(answer)["hint"]
        assert client.get("/").status_code == 200
    library.close()
