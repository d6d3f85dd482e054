"""The parts that requests and responses share, and how an endpoint declares what it answers.

Every router has its own models beside it.
"""

from __future__ import annotations

import inspect
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

Responses: TypeAlias = dict[int | str, dict[str, Any]]

Handle = Annotated[str, Field(max_length=200)]
Actor = Annotated[Handle, Field(description="who does it, as a pseudonym; who has signed in goes by the account's")]

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
"""A day that questions, reports and plans can be about; periods around it stay within the calendar."""

LineRange = Annotated[list[int], Field(description="first and last line in the file", examples=[[18, 18]])]


class StrictModel(BaseModel):
    """A JSON object with these keys; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class ArticleReference(StrictModel):
    """An article by its id and its language."""

    article_id: str = Field(examples=["report-move"])
    language: str = Field(examples=["de"])


class TitledArticle(ArticleReference):
    """An article by its title."""

    title: str = Field(examples=["Umzug melden"])


class DaysResponse(StrictModel):
    """Days, the first and the last both counted."""

    first: str = Field(description="ISO day", examples=["2026-11-19"])
    last: str = Field(description="ISO day", examples=["2026-11-25"])


class ErrorDetail(StrictModel):
    """The fault, and what to do about it."""

    message: str = Field(description="what happened, and where", examples=["There is no gap G-9999."])
    hint: str = Field(description="what to do about it", examples=["See which there are: kb gaps list"])
    exit_code: Literal[1, 2, 3] = Field(
        description="what the command line would leave with: 2 for the caller, 3 for the server", examples=[2]
    )
    id: str | None = Field(
        None, description="stands in the server's log, where the caller is not to blame", examples=["9f2c4e1a"]
    )
    code: str | None = Field(
        None, description="names what happened, for whoever tells it in words of their own", examples=["gap-changed"]
    )


class ErrorResponse(StrictModel):
    """Every error has this shape, whatever its status."""

    error: ErrorDetail


class PlainJSONResponse(JSONResponse):
    """Plain types and days as JSON, written in Rust: 187 articles in 1 ms, which take FastAPI's encoder 8 ms."""

    def render(self, content: object) -> bytes:
        """The bytes of ``content``; a number that is none becomes null."""
        return to_json(content, inf_nan_mode="null")


_ERRORS = {
    400: "The request cannot be carried out",
    401: "Nobody knows who calls",
    403: "The caller's role may not",
    404: "Something named does not exist",
    409: "Somebody was faster",
    413: "The body is too long",
    415: "The body is no JSON",
    422: "Parameters or body are not valid",
    423: "Another process holds the index",
    429: "Too many calls",
    500: "A fault of the server",
    503: "A part is missing or out of reach",
}
TOKEN_IS_OPTIONAL: dict[str, Any] = {"security": [{}]}
"""A session or a server that is open to this machine needs no token."""

BODY_ERRORS = (413, 415, 422)
"""Statuses of every endpoint that takes a body."""


def error_responses(*statuses: int) -> Responses:
    """The responses of these statuses, all in the one shape of errors."""
    return {status: {"model": ErrorResponse, "description": _ERRORS[status]} for status in statuses}


def answers(model: type[StrictModel], *statuses: int, status: int = 200) -> dict[str, Any]:
    """The arguments of a route that answers a ``model`` with ``status``, or an error with one of ``statuses``.

    The model only describes: an endpoint returns a PlainJSONResponse. From a plain object FastAPI would make the answer
    anew by the model, turn 84 into 84.0 and a key that is left out into null, in a worker thread, behind all questions
    that are waiting. The tests hold the server's answers against the models instead.
    """
    return {
        "status_code": status,
        "response_model": model,
        "response_description": inspect.getdoc(model),
        "responses": error_responses(*statuses),
        "openapi_extra": TOKEN_IS_OPTIONAL,
    }
