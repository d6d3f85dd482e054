from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.web.app import build
from assistant.web.security.request_guard import MAX_BODY_BYTES
from assistant.web.server import serve
from ingest.pipeline import ingest
from kb.errors import LockedError, UsageError
from kb.library import Library
from kb.runtime import lock
from kb.settings import Settings
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parents[4]
TOKEN = "a-token-of-this-server"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}

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


def open_library(home: Path) -> Library:
    # Any evidence is enough: these tests are about the web surface, not about the quality of answers.
    library = Library(home, Settings.model_validate({"answer": {"threshold": 0.0}}))
    library.__dict__["embedder"] = WordEmbedder()
    return library


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def articles(home: Path) -> Path:
    return write_articles(home / "articles")


@pytest.fixture(scope="module")
def library(home: Path, articles: Path) -> Any:
    library = open_library(home / ".kb")
    ingest(library, [articles])
    yield library
    library.close()


@pytest.fixture(scope="module")
def client(library: Library) -> Any:
    with TestClient(
        build(library, TOKEN, "127.0.0.1", 7860), base_url="http://127.0.0.1:7860", raise_server_exceptions=False
    ) as client:
        yield client


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


def test_an_article_comes_with_front_matter_source_html_and_sections(client: TestClient) -> None:
    article = client.get("/api/v1/articles/report-move").json()
    assert (article["id"], article["title"], article["audience"], article["products"]) == (
        "report-move",
        "Umzug melden",
        "public",
        ["strom"],
    )
    assert article["reviewed_on"] == "2026-09-12"
    assert article["markdown"] == MOVE
    assert article["sections"][1] == {"headings": ["Schritte"], "anchor": "schritte", "level": 2, "lines": [15, 18]}
    assert '<h2 id="schritte" data-lines="15-15">Schritte</h2>' in article["html"]
    assert "script" not in article["html"]
    assert 'href="/?article=annual-bill&amp;language=de#frist"' in article["html"]
    assert article["related"] == [{"article_id": "annual-bill", "language": "de", "title": "Jahresrechnung"}]


@pytest.mark.parametrize(
    "path", ["/api/v1/articles/nope", "/api/v1/articles/report-move?language=en", "/api/v1/articles/..%2f..%2fetc"]
)
def test_an_article_that_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    error_of(answer)


def test_articles_are_listed_by_title_and_filtered(client: TestClient) -> None:
    titles = [row["title"] for row in client.get("/api/v1/articles").json()["articles"]]
    assert titles == ["Jahresrechnung", "Umzug melden"]
    public = client.get("/api/v1/articles?audience=public").json()["articles"]
    assert [row["id"] for row in public] == ["report-move"]


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


def test_docs_describe_every_endpoint_without_a_script_or_another_host(client: TestClient) -> None:
    page = client.get("/docs")
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page.text
    assert "<script" not in page.text
    assert "admin" not in page.text
    assert set(re.findall(r"https?://([\w.:]+)", page.text)) == {"127.0.0.1:7860"}


def test_an_unknown_host_is_refused(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:7860"):
        answer = client.get("/healthz", headers={"Host": host})
        assert answer.status_code == 421
        error_of(answer)
    for host in ("localhost", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST:1"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_body_that_is_not_json_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post("/api/v1/ask", content=b'{"question": "x"}', headers={"Content-Type": kind})
    assert answer.status_code == 415
    error_of(answer)


def test_requests_from_pages_of_other_sites_are_refused_and_cors_is_never_granted(client: TestClient) -> None:
    for origin in ("https://evil.example", "null"):
        assert client.post("/api/v1/ask", json={"question": "x"}, headers={"Origin": origin}).status_code == 403
    own = client.post("/api/v1/ask", json={"question": "Umzug"}, headers={"Origin": "http://127.0.0.1:7860"})
    assert own.status_code == 200
    assert not [name for name in own.headers if name.startswith("access-control")]


def test_a_body_over_the_limit_is_refused_whether_or_not_it_tells_its_length(client: TestClient) -> None:
    body = json.dumps({"question": "x" * MAX_BODY_BYTES}).encode()
    headers = {"Content-Type": "application/json"}
    told = client.post("/api/v1/ask", content=body, headers=headers)
    untold = client.post(
        "/api/v1/ask", content=(body[at : at + 1000] for at in range(0, len(body), 1000)), headers=headers
    )
    for answer in (told, untold):
        assert answer.status_code == 413
        error_of(answer)


@pytest.mark.parametrize("path", ["/", "/healthz", "/docs", "/api/v1/articles", "/page/x/js/main.js", "/nope"])
def test_every_response_carries_strict_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert "unsafe" not in (scripts[1] if scripts else "")
    assert "http" not in policy


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


def test_the_queue_and_the_uploads_of_gradio_are_out_of_reach(client: TestClient) -> None:
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/run/predict"):
        assert client.post(path, json={}).status_code == 404


def test_the_page_names_no_other_host_and_its_json_cannot_end_its_script(client: TestClient) -> None:
    text = client.get("/").text
    assert "<template id=" in text
    addresses = re.findall(r"""(?:src|href|content)=["']((?:https?:)?//[^"']+)""", text)
    assert addresses == []


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


def test_no_question_and_no_token_reaches_a_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, "Umzug Geheimwort")
        client.post("/api/v1/ask", json={"question": "Geheimwort", "limit": "x"})
        client.post("/api/v1/admin/ingest", json={"paths": []}, headers=HEADERS)
    assert "Geheimwort" not in caplog.text
    assert TOKEN not in caplog.text


def test_an_unexpected_failure_says_so_without_its_details(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Geheimwort")

    monkeypatch.setattr("assistant.web.api.questions.ask", broken)
    with TestClient(
        build(library, TOKEN, "127.0.0.1", 1), base_url="http://localhost", raise_server_exceptions=False
    ) as client:
        answer = client.post("/api/v1/ask", json={"question": "x"})
    assert answer.status_code == 500
    assert error_of(answer)["exit_code"] == 3
    assert "Geheimwort" not in answer.text


def test_a_missing_index_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    library = open_library(tmp_path / ".kb")
    with TestClient(build(library, TOKEN, "127.0.0.1", 1), base_url="http://localhost") as client:
        answer = client.post("/api/v1/ask", json={"question": "x"})
        assert answer.status_code == 503
        assert "kb ingest" in error_of(answer)["hint"]
        assert client.get("/").status_code == 200
    library.close()


def test_a_port_in_use_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)) as caught:
            serve(open_library(tmp_path), "127.0.0.1", port)
    assert f"--port {port + 1}" in caught.value.hint


SERVE = """
import sys
from pathlib import Path
from assistant.web.server import serve
from tests.assistant.web.api.test_api import open_library
serve(open_library(Path(sys.argv[1])), "127.0.0.1", 0, lambda url: print(url, flush=True))
print("closed", flush=True)
"""


def test_a_server_tells_its_address_holds_the_index_and_stops_cleanly(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().strip()
            library = open_library(tmp_path)
            holder = lock.holder(library.lock_path)
            assert holder is not None
            assert (holder.role, holder.pid, holder.url) == ("kb serve", server.pid, url)
            assert len(holder.token) >= 32
            assert stat.S_IMODE(library.lock_path.stat().st_mode) == 0o600
            with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
                assert json.load(answer)["status"] == "ok"
            with pytest.raises(LockedError, match="kb serve"), library.writing("kb ingest"):
                pass
            server.send_signal(signal.SIGTERM)
            out, err = server.communicate(timeout=20)
        finally:
            server.kill()
    assert lock.holder(library.lock_path) is None
    assert (server.returncode, out, err) == (0, "closed\n", "")
