"""Every error leaves in one shape, in words, and never with a traceback.

An error that is not the caller's fault also has an ``id``, which stands in the server's log too.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from kb.errors import KBError

_LOG = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Every error in one shape, ``{"error": {"message", "hint", "exit_code"}}``; never a traceback."""

    @app.exception_handler(KBError)
    def explained(_: Request, error: KBError) -> JSONResponse:
        if error.http_status < HTTPStatus.INTERNAL_SERVER_ERROR:
            named = {"code": error.code}
        else:
            named = {"id": _number()}
            _LOG.warning("Request %s was refused: %s %s", named["id"], error.message, error.hint)
        return JSONResponse(error_json(error.message, error.hint, error.exit_code, **named), error.http_status)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        message = "; ".join(_complaints(error.errors()))
        told = error_json(f"The request is not valid: {message}.", "GET /docs describes every endpoint.")
        return JSONResponse(told, 422)

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        told = error_json(f"{phrase}.", "GET /docs lists the endpoints.")
        return JSONResponse(told, error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> JSONResponse:
        # The error's own text might hold a question, so only its kind is logged and nothing of it is sent.
        number = _number()
        _LOG.error("Request %s failed with %s at %s.", number, type(error).__name__, _raised_at(error))
        hint = f"Try again; if it stays, run `kb doctor` and look for {number} in the server's log."
        return JSONResponse(error_json("Something went wrong inside the server.", hint, 3, id=number), 500)


def error_json(message: str, hint: str, exit_code: int = 2, **more: str) -> dict[str, Any]:
    """An error as it leaves; of ``more`` (``id``, ``code``) only what is not empty."""
    named = {name: value for name, value in more.items() if value}
    return {"error": {"message": message, "hint": hint, "exit_code": exit_code, **named}}


def _number() -> str:
    return secrets.token_hex(4)


def _raised_at(error: Exception) -> str:
    """File and line where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown line"


def _complaints(errors: Sequence[Any]) -> Iterator[str]:
    """The faults and their fields, without the value that was sent: it may be a customer's question."""
    for error in errors[:5]:
        field = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
        yield f"{field}: {error['msg']}"
