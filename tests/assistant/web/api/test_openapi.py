"""The OpenAPI document tells what every endpoint takes, answers and refuses; the server keeps to it.

The golden file holds every path, parameter and property: programs outside rely on them, so a name that is gone is a
break. To write it anew: LOTSE_WRITE_GOLDEN=1 pytest, then read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from assistant.web.app import build
from ingest.pipeline import ingest
from kb.library import Library
from tests.assistant.web.small_server import open_library
from tests.sample_gaps import fill

GOLDEN = Path(__file__).parents[3] / "golden" / "openapi.txt"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("described")
    (home / "articles").mkdir()
    (home / "articles" / "move.md").write_text(
        "---\nid: move\ntitle: Umzug\nlanguage: de\naudience: public\nproducts: [strom]\ntags: [umzug]\n---\n"
        "# Umzug\n\nDen Umzug melden Sie im Portal.\n",
        encoding="utf-8",
    )
    made = open_library(home / ".kb")
    ingest(made, [home / "articles"])
    fill(made.backlog)
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(library: Library) -> TestClient:
    app = build(library, "machine", "127.0.0.1")
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def fits(document: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> None:
    """Raises where a value does not fit a schema of the document."""
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def model_of(document: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    return dict(document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]])


def test_every_answer_and_every_error_has_a_model_that_takes_no_other_key(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert any(status.startswith("2") for status in operation["responses"]), name
        for status, answer in operation["responses"].items():
            assert answer["description"] != "Successful Response", name
            assert answer["content"], (name, status)
            for content in answer["content"].values():
                if "$ref" in content["schema"]:
                    assert model_of(document, content)["additionalProperties"] is False, (name, status)
                else:
                    assert name in {"GET /api/v1/report", "GET /metrics"}, (name, status)


def test_examples_fit_their_fields(document: dict[str, Any]) -> None:
    fields = [
        (model, name, field)
        for model, schema in document["components"]["schemas"].items()
        for name, field in schema["properties"].items()
    ]
    assert sum("examples" in field for _, _, field in fields) > 100
    for model, name, field in fields:
        for example in field.get("examples", ()):
            try:
                fits(document, field, example)
            except jsonschema.ValidationError as error:
                pytest.fail(f"{model}.{name}: {error.message}")


def test_every_parameter_every_field_and_every_tag_is_described(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for part in ("summary", "description", "tags"):
            assert operation[part], name
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (name, parameter["name"])
        body = operation.get("requestBody")
        if not body:
            continue
        model = model_of(document, body["content"]["application/json"])
        for key, field in model["properties"].items():
            assert field.get("description"), (name, key)
            if key in model.get("required", ()):
                assert field.get("examples"), (name, key)


def test_who_calls_and_what_is_refused_is_told(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        statuses = set(operation["responses"])
        assert "500" in statuses, name
        if name in {"GET /healthz", "GET /metrics"}:
            assert "security" not in operation
            continue
        assert {"401", "403", "429"} <= statuses, name
        assert operation["security"][0] == {"token": []}, name
        assert ("413" in statuses) == name.startswith("POST"), name
        for part in operation.get("parameters", []):
            if part["in"] == "path" and "job" not in part["name"]:
                assert "404" in statuses, name
    assert "HTTPValidationError" not in str(document)


CALLS: list[tuple[str, dict[str, Any] | None]] = [
    ("POST /api/v1/ask", {"question": "Wie melde ich den Umzug?", "explain": True}),
    ("POST /api/v1/ask", {"question": "Wie backe ich Sauerteigbrot?"}),
    ("POST /api/v1/feedback", {"question_id": "{question}", "verdict": "helpful"}),
    ("GET /api/v1/questions/frequent", None),
    ("POST /api/v1/customer-reply", {"question": "Wie melde ich den Umzug?"}),
    ("POST /api/v1/ticket-questions", {"text": "Guten Tag,\n\nwie melde ich meinen Umzug?"}),
    ("POST /api/v1/gaps", {"question_id": "{question}", "note": "fehlt"}),
    ("POST /api/v1/escalations", {"question_id": "{question}"}),
    ("GET /api/v1/escalations", None),
    ("POST /api/v1/escalations/{escalation_id}/answer", {"text": "Im Portal unter Umzug."}),
    ("POST /api/v1/escalations/{escalation_id}/draft", None),
    ("GET /api/v1/articles", None),
    ("GET /api/v1/articles/{article_id}", None),
    ("GET /api/v1/topics", None),
    ("GET /api/v1/search?q=umz", None),
    ("GET /api/v1/gaps", None),
    ("GET /api/v1/gaps/{gap_id}", None),
    ("POST /api/v1/gaps/{gap_id}/assign", {"owner": "jana"}),
    ("POST /api/v1/gaps/{gap_id}/draft", {}),
    ("POST /api/v1/gaps/{gap_id}/merge", {"other": "{other}"}),
    ("POST /api/v1/gaps/{gap_id}/split", {"question_ids": ["heat-0"]}),
    ("POST /api/v1/gaps/{gap_id}/move", {"state": "declined", "reason": "nein"}),
    ("POST /api/v1/gaps/{gap_id}/verify", {}),
    ("GET /api/v1/overview?language=en", None),
    ("GET /api/v1/report?format=csv", None),
    ("POST /api/v1/report", {"kind": "gaps"}),
    ("POST /api/v1/gaps/find", {}),
    ("POST /api/v1/health", {}),
    ("POST /api/v1/ingest", {}),
    ("GET /api/v1/jobs/{job_id}", None),
    ("DELETE /api/v1/jobs/{job_id}", None),
    ("GET /api/v1/audit", None),
    ("GET /healthz", None),
    ("GET /metrics", None),
]
"""Every endpoint once, in an order in which each finds what the ones before made."""


def test_what_the_server_really_answers_fits_what_is_told(
    client: TestClient, document: dict[str, Any], library: Library
) -> None:
    open_ones = {gap.title: gap.gap_id for gap in library.backlog.gaps(["open"])}
    known = {"gap_id": open_ones["Bieten Sie auch Fernwärme an?"], "article_id": "move"}
    known["other"] = open_ones["Wann wird der Neukundenbonus ausgezahlt?"]
    told = dict(operations(document))
    for name, body in CALLS:
        method, path = name.split(" ")
        data = {key: known.get(str(one).strip("{}"), one) for key, one in (body or {}).items()}
        sent = {"json": data} if method == "POST" else {}
        answer = client.request(method, path.format(**known), **sent)
        described = told[f"{method} {path.partition('?')[0]}"]["responses"]
        assert str(answer.status_code) in described, (name, answer.text)
        assert answer.status_code < 300, (name, answer.text)
        media = answer.headers["content-type"].partition(";")[0]
        content = described[str(answer.status_code)]["content"][media]
        fits(document, content["schema"], answer.json() if media == "application/json" else answer.text)
        if media == "application/json":
            found = answer.json()
            known |= {key: found[key] for key in ("escalation_id", "job_id") if key in found}
            known |= {"question": found["question_id"]} if "question_id" in found else {}
    assert {f"{name.partition('?')[0]}" for name, _ in CALLS} == set(told)


def test_what_is_refused_has_the_shape_of_errors(client: TestClient, document: dict[str, Any]) -> None:
    for method, path, body, status in (
        ("POST", "/api/v1/ask", {}, 422),
        ("POST", "/api/v1/ask", {"question": ""}, 400),
        ("GET", "/api/v1/gaps/G-9999", None, 404),
        ("GET", "/api/v1/nothing", None, 404),
    ):
        answer = client.request(method, path, json=body) if body is not None else client.request(method, path)
        assert answer.status_code == status, answer.text
        fits(document, {"$ref": "#/components/schemas/ErrorResponse"}, answer.json())


def properties(document: Mapping[str, Any], schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every property below a schema, with its path; ``[]`` are the rows of a list."""
    if "$ref" in schema:
        yield from properties(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], path)
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from properties(document, part, f"{path}.{name}")
    if "items" in schema:
        yield from properties(document, schema["items"], f"{path}[]")
    for part in schema.get("anyOf", ()):
        yield from properties(document, part, path)


def contract(document: Mapping[str, Any]) -> Iterator[str]:
    for call, operation in operations(document):
        yield call
        for parameter in operation.get("parameters", ()):
            yield f"{call} takes {parameter['name']} in {parameter['in']}"
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield from (f"{call} takes {path}" for path in properties(document, content["schema"]))
        for status, response in operation["responses"].items():
            for media, content in response["content"].items():
                yield f"{call} gives {status} {media}"
                if status.startswith("2"):
                    yield from (f"{call} gives {status} {path}" for path in properties(document, content["schema"]))
    schema = {"$ref": "#/components/schemas/ErrorResponse"}
    yield from (f"every error gives {path}" for path in properties(document, schema))


def test_every_path_parameter_and_property_keeps_its_name(document: dict[str, Any]) -> None:
    lines = "".join(f"{line}\n" for line in sorted(set(contract(document))))
    if os.environ.get("LOTSE_WRITE_GOLDEN"):
        GOLDEN.write_text(lines, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == lines
