"""Every error leaves in one shape, in words, and never with a traceback."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from http import HTTPStatus
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
        return _error(error.http_status, error.message, error.hint, error.exit_code)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        message = "; ".join(_complaints(error.errors()))
        return _error(422, f"The request is not valid: {message}.", "GET /docs describes every endpoint.")

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        return _error(error.status_code, f"{phrase}.", "GET /docs lists the endpoints.")

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> JSONResponse:
        # The error's own text might hold a question, so only its kind is logged and nothing of it is sent.
        _LOG.error("A request failed with %s.", type(error).__name__)
        return _error(500, "Something went wrong inside the server.", "Try again; if it stays, run `kb doctor`.", 3)


def _error(status: int, message: str, hint: str, exit_code: int = 2) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "hint": hint, "exit_code": exit_code}}, status)


def _complaints(errors: Sequence[Any]) -> Iterator[str]:
    """What is wrong and where, without the value that was sent: it may be a customer's question."""
    for error in errors[:5]:
        place = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
        yield f"{place}: {error['msg']}"
