"""Puts what is told of the endpoints into the OpenAPI document that FastAPI makes of their parameters and bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from assistant.web.api import agent_responses, lead_responses
from assistant.web.api.schema import Error, Shape, Told

TOLD: Mapping[str, Told] = {**agent_responses.TOLD, **lead_responses.TOLD}

_REF = "#/components/schemas/"
_OPEN = frozenset(("/healthz", "/metrics"))
"""Asked by machines that watch the server; everything else asks who calls."""

ERRORS: Mapping[int, tuple[str, str, str]] = {
    400: ("The request cannot be carried out", "The question is empty.", "Write a question."),
    401: ("Nobody knows who calls", "This needs a sign-in.", "Send Authorization: Bearer TOKEN (kb tokens add)."),
    403: ("The caller's role may not", "This needs the role 'lead'; yours is 'agent'.", "Ask an administrator."),
    404: ("Something named does not exist", "There is no gap G-9999.", "See which there are: kb gaps list"),
    409: ("Somebody was faster", "G-0001 has changed since you saw it.", "Look at it again, then decide."),
    413: ("The body is too long", "A body may have 65,536 bytes; this one has 70,000.", "Send less."),
    415: ("The body is no JSON", "The body must be JSON.", "Send the header Content-Type: application/json."),
    422: ("Parameters or body are not valid", "The request is not valid: question: Field required.", "GET /docs"),
    423: ("Another process holds the index", "The index is being used.", "Wait until it has finished."),
    429: ("Too many calls", "You call too often.", "Wait a few seconds."),
    500: ("A fault of the server", "Something went wrong inside the server.", "Look for the id in the server's log."),
    503: ("A part is missing or out of reach", "The index cannot be read.", "Run: kb doctor"),
}
"""By status: what it means, then message and hint of an example."""


def install(app: FastAPI) -> None:
    """Let ``app`` describe itself with answers, errors, examples, and how callers are known. Made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = described(
                get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def described(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` with everything that is told. An endpoint that nothing is told of stays as it is."""
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's; ours have one shape
        schemas.pop(name, None)
    schemas |= _schemas()
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of `kb tokens add`."},
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            told = TOLD.get(f"{method.upper()} {path}")
            if told is not None:
                _describe(operation, told, path, has_body=method in {"post", "put", "patch"})
    return document


def _schemas() -> dict[str, Any]:
    shapes: set[type[Shape]] = {told.shape for told in TOLD.values() if told.shape} | {Error}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, made = models_json_schema([(one, "validation") for one in ordered], ref_template=_REF + "{model}")
    found: dict[str, Any] = made["$defs"]
    return found


def _describe(operation: dict[str, Any], told: Told, path: str, *, has_body: bool) -> None:
    given = operation["responses"].pop("422", None)
    answer: dict[str, Any] = {"description": "What was asked for" if told.status == 200 else "The work has begun"}
    if told.shape is not None:
        answer["content"] = {"application/json": _content(told)}
    else:
        answer["content"] = {
            media: {"schema": {"type": "object" if media == "application/json" else "string"}, "example": text}
            for media, text in told.media.items()
        }
    operation["responses"] = {str(told.status): answer}
    codes = {*told.errors, 500} | ({413, 415} if has_body else set()) | ({422} if given else set())
    if path not in _OPEN:
        codes |= {401, 403, 429}
        operation["security"] = [{"token": []}, {}]
    operation["responses"] |= {str(code): _error(code) for code in sorted(codes)}


def _content(told: Told) -> dict[str, Any]:
    assert told.shape is not None  # noqa: S101  asked by the caller
    schema = {"$ref": _REF + told.shape.__name__}
    if not told.also:
        return {"schema": schema, "example": told.example}
    examples = {"answer": told.example, **told.also}
    return {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}


def _error(code: int) -> dict[str, Any]:
    meaning, message, hint = ERRORS[code]
    blame = code >= 500
    problem = {"message": message, "hint": hint, "exit_code": 3 if blame or code == 423 else 2}
    example = {"error": problem | ({"id": "9f2c4e1a"} if blame else {})}
    return {
        "description": meaning,
        "content": {"application/json": {"schema": {"$ref": _REF + "Error"}, "example": example}},
    }
