"""Two articles, a library on them with an embedder of words, and the calls that many tests make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from kb.library import Library
from kb.settings import Settings
from tests.fakes import WordEmbedder

TOKEN = "a-token-of-this-server"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
URL = "http://127.0.0.1:7860"

MOVE = """---
id: report-move
title: Umzug melden
language: de
status: published
audience: public
products: [strom]
reviewed_on: 2026-09-12
related: [annual-bill]
---
# Umzug melden

Melden Sie Ihren Umzug spätestens 14 Tage vor dem Auszug. Siehe [Jahresrechnung](annual-bill.md#frist).

## Schritte

1. Öffnen Sie das Portal.
2. Wählen Sie Umzug.

<script>alert("xss")</script>
"""
BILL = """---
id: annual-bill
title: Jahresrechnung
language: de
status: published
audience: internal
products: [gas]
---
# Jahresrechnung

Die Jahresrechnung kommt im Februar.

## Frist

Sechs Wochen.
"""


def write_articles(folder: Path) -> Path:
    folder.mkdir()
    (folder / "report-move.md").write_text(MOVE, encoding="utf-8")
    (folder / "annual-bill.md").write_text(BILL, encoding="utf-8")
    return folder


def open_library(home: Path, **settings: dict[str, Any]) -> Library:
    """Any evidence is enough: the tests are about the web surface, not about the quality of answers."""
    library = Library(home, Settings.model_validate({"answer": {"threshold": 0.0}, **settings}))
    library.__dict__["embedder"], library.__dict__["english"] = WordEmbedder(), None
    return library


def client_of(app: Any, **options: Any) -> TestClient:
    return TestClient(app, base_url=URL, raise_server_exceptions=False, **options)


def ask(client: TestClient, question: str = "Umzug melden", **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/ask", json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def error_of(answer: Any) -> dict[str, Any]:
    assert set(answer.json()) == {"error"}, answer.text
    error = answer.json()["error"]
    # What is not the caller's fault has an id that stands in the log.
    assert set(error) == {"message", "hint", "exit_code"} | ({"id"} if answer.status_code >= 500 else set())
    assert error["message"]
    assert error["hint"]
    assert "Traceback" not in answer.text
    return dict(error)
