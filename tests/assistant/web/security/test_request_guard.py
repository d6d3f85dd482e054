"""Every request passes the guard first: host, origin, size and kind of its body, and the headers of every response."""

from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient

from assistant.web.security.request_guard import MAX_BODY_BYTES
from tests.assistant.web.small_server import error_of


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
