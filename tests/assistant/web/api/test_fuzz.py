"""Whatever is sent to the described endpoints, the server answers in words and never with a 500."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from assistant.web.app import build
from ingest.pipeline import ingest
from tests.assistant.web.small_server import open_library

EXAMPLES = 12
"""Per endpoint; about thirty endpoints, a few milliseconds each."""

JOBS = {"/api/v1/gaps/find", "/api/v1/health", "/api/v1/ingest"}
"""Begin work in a thread and take nothing worth fuzzing."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("fuzz")
    (home / "articles").mkdir()
    (home / "articles" / "move.md").write_text("---\nid: move\ntitle: Umzug\n---\nUmzug melden.\n", encoding="utf-8")
    library = open_library(home / ".kb")
    ingest(library, [home / "articles"])
    app = build(library, "machine", "127.0.0.1")
    yield TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    library.close()


def test_no_described_request_ends_in_a_server_error(client: TestClient) -> None:
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    called, met = set(), set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in JOBS:
            continue
        called.add(operation.path)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def fuzz(case: Any) -> None:
            sent = case.as_transport_kwargs(base_url="http://127.0.0.1:7860")
            sent.pop("cookies", None)
            # A made-up token would end every request at the door.
            sent["headers"] = {key: value for key, value in sent["headers"].items() if key.lower() != "authorization"}
            answer = client.request(**sent)
            assert answer.status_code < 500 or answer.status_code == 503, (case.method, case.path, answer.text)
            met.add((case.path, answer.status_code))

        fuzz()
    assert len(called) > 22
    assert not {path for path, status in met if status == 401}
    assert len({path for path, status in met if status < 300}) > 12  # it gets past the checks of the border
