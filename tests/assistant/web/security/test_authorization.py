"""Who may do what, asked of the server itself: every route, every way of signing in, every refusal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from assistant.web.app import build
from assistant.web.server import serve
from ingest.pipeline import ingest
from kb.accounts import Accounts
from kb.errors import UsageError
from kb.library import Library
from tests.assistant.web.small_server import client_of, open_library
from tests.fakes import CHEAP_HASHER

PASSWORD = "vier Worte ohne Sinn"
MACHINE = "the-token-of-this-server"
FOR_EVERYBODY = {"/", "/healthz", "/metrics", "/docs", "/page/me", "/page/sign-in", "/page/{edition}/{name:path}"}
"""What may be called without a sign-in: no article, no question and no name is in it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("access")
    (home / "articles").mkdir()
    (home / "articles" / "move.md").write_text("---\nid: move\ntitle: Umzug\n---\nUmzug melden.\n", encoding="utf-8")
    library = open_library(home / ".kb")
    ingest(library, [home / "articles"])
    accounts = Accounts(library.database, hasher=CHEAP_HASHER)
    for name in ("agent", "lead", "admin"):
        accounts.add(name, name, PASSWORD, datetime.now(UTC))
    library.close()
    return home


@pytest.fixture(scope="module")
def library(home: Path) -> Iterator[Library]:
    library = open_library(home / ".kb")
    yield library
    library.close()


@pytest.fixture(scope="module")
def app(library: Library) -> Any:
    return build(library, MACHINE, "127.0.0.1")


@pytest.fixture
def client(app: Any) -> TestClient:
    return client_of(app)


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    return client.post("/page/sign-in", json={"name": name, "password": password})


def ask(client: TestClient, **headers: str) -> Any:
    return client.post("/api/v1/ask", json={"question": "Umzug melden"}, headers=headers)


def csrf(client: TestClient) -> dict[str, str]:
    return {"x-lotse-csrf": client.get("/page/me").json()["csrf"]}


def endpoints(app: Any) -> Iterator[APIRoute]:
    for one in app.routes:
        included = getattr(one, "original_router", None)
        yield from (route for route in (included.routes if included else [one]) if isinstance(route, APIRoute))


def test_every_endpoint_refuses_who_has_not_signed_in_unless_it_is_for_everybody(app: Any, client: TestClient) -> None:
    called = 0
    for route in endpoints(app):
        if route.path in FOR_EVERYBODY:
            continue
        for method in route.methods - {"HEAD"}:
            path = route.path.replace(":path", "")
            answer = client.request(method, path, json={} if method != "GET" else None)
            assert answer.status_code in {401, 403}, (method, route.path, answer.status_code)
            called += 1
    assert called > 6


def test_what_is_for_everybody_holds_no_article_and_no_product(client: TestClient) -> None:
    for path in ("/", "/healthz", "/metrics", "/docs", "/openapi.json"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert '"products"' not in answer.text or path == "/openapi.json"
        assert "Umzug melden." not in answer.text


def test_a_session_cookie_cannot_be_read_by_scripts_and_needs_the_pages_proof_for_changes(client: TestClient) -> None:
    cookie = sign_in(client, "agent").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/api/v1/articles").status_code == 200
    assert ask(client).status_code == 403
    assert ask(client, **{"x-lotse-csrf": "wrong"}).status_code == 403
    assert ask(client, **csrf(client)).status_code == 200


def test_the_cookie_is_secure_where_the_browser_speaks_https(app: Any) -> None:
    with TestClient(app, base_url="https://127.0.0.1:7860") as client:
        assert "secure" in sign_in(client, "agent").headers["set-cookie"].lower()


def test_signing_out_ends_the_session_on_the_server(client: TestClient) -> None:
    sign_in(client, "lead")
    secret = client.cookies["lotse_session"]
    assert client.post("/page/sign-out", json={}, headers=csrf(client)).status_code == 200
    client.cookies.set("lotse_session", secret)
    assert client.get("/api/v1/articles").status_code == 401


def test_a_wrong_password_is_refused_and_put_on_record_without_what_was_typed(
    client: TestClient, library: Library
) -> None:
    assert sign_in(client, "agent", "falsch").status_code == 401
    assert sign_in(client, "my secret password", "agent").status_code == 401
    first, second = library.accounts.entries(limit=2)
    assert (first.who, first.outcome, second.who, second.action) == ("unknown", "refused", "agent", "sign-in")
    assert "secret" not in str(first)


def test_who_asks_stands_in_the_log_by_pseudonym_whatever_the_call_says(client: TestClient, library: Library) -> None:
    sign_in(client, "agent")
    body = {"question": "Umzug melden", "actor": "somebody-else"}
    asked = client.post("/api/v1/ask", json=body, headers=csrf(client)).json()["question_id"]
    assert library.events.question(asked).actor == library.accounts.account("agent").actor


def test_a_token_asks_under_its_role_until_it_is_revoked(client: TestClient, library: Library) -> None:
    token, secret = library.accounts.tokens.add("helpdesk", "agent", "test", datetime.now(UTC))
    assert ask(client, Authorization=f"Bearer {secret}").status_code == 200
    assert ask(client, Authorization=f"Bearer {secret}x").status_code == 401
    assert ask(client, Authorization=f"Basic {secret}").status_code == 401
    library.accounts.tokens.revoke(token.token_id, datetime.now(UTC))
    assert ask(client, Authorization=f"Bearer {secret}").status_code == 401


def test_the_commands_of_this_machine_need_no_account(client: TestClient) -> None:
    assert ask(client, Authorization=f"Bearer {MACHINE}").status_code == 200


def test_an_account_of_any_role_cannot_ingest_from_this_machines_disk(client: TestClient) -> None:
    sign_in(client, "admin")
    answer = client.post("/api/v1/admin/ingest", json={"paths": ["/etc"]}, headers=csrf(client))
    assert answer.status_code == 403


PROXY = {"proxy_header": "X-Forwarded-User", "proxy_addresses": ["10.1.0.0/16"], "proxy_role": "agent"}


@pytest.fixture
def proxied(home: Path) -> Iterator[Any]:
    library = open_library(home / ".kb", accounts=PROXY)
    yield build(library, MACHINE, "127.0.0.1")
    library.close()


def test_a_proxys_header_is_believed_from_its_address_only(proxied: Any) -> None:
    inside, outside = client_of(proxied, client=("10.1.2.3", 5)), client_of(proxied, client=("10.2.2.3", 5))
    named = {"X-Forwarded-User": "Erika"}
    assert inside.get("/page/me", headers=named).json()["role"] == "agent"
    assert inside.get("/api/v1/articles", headers=named).status_code == 200
    assert inside.get("/api/v1/articles").status_code == 401
    assert outside.get("/api/v1/articles", headers=named).status_code == 401
    assert ask(inside, **named).status_code == 403
    proof = {"x-lotse-csrf": inside.get("/page/me", headers=named).json()["csrf"]}
    assert ask(inside, **named, **proof).status_code == 200


def test_an_account_gives_its_role_to_who_the_proxy_names(proxied: Any) -> None:
    inside = client_of(proxied, client=("10.1.2.3", 5))
    assert inside.get("/page/me", headers={"X-Forwarded-User": "LEAD"}).json()["role"] == "lead"


def test_without_an_account_a_server_on_loopback_is_open_and_one_elsewhere_is_not(tmp_path: Path) -> None:
    library = open_library(tmp_path / ".kb")
    assert client_of(build(library, MACHINE, "127.0.0.1")).get("/page/me").json()["open"]
    elsewhere = TestClient(build(library, MACHINE, "192.0.2.1"), base_url="http://192.0.2.1:7860")
    assert elsewhere.get("/page/me").json() == {"signed_in": False, "open": False}
    assert elsewhere.get("/healthz", headers={"Host": "evil.example"}).status_code == 421
    library.accounts.add("kim", "agent", PASSWORD, datetime.now(UTC))
    assert not client_of(build(library, MACHINE, "127.0.0.1")).get("/page/me").json()["open"]
    library.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_an_address_that_others_can_reach_is_refused_without_accounts(tmp_path: Path, host: str) -> None:
    library = open_library(tmp_path)
    with pytest.raises(UsageError, match="without accounts") as caught:
        serve(library, host, 0)
    assert "kb users add" in caught.value.hint
    assert "127.0.0.1" in caught.value.hint
    library.close()


def test_many_tries_to_sign_in_from_one_address_are_refused(home: Path) -> None:
    library = open_library(home / ".kb")
    client = client_of(build(library, MACHINE, "127.0.0.1"))
    statuses = [sign_in(client, "nobody", "x" * 12).status_code for _ in range(30)]
    library.close()
    assert set(statuses[:20]) == {401}
    assert 429 in statuses[20:]
