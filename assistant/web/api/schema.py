"""What descriptions are made of: a strict shape, the one of errors, and how an endpoint is described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Exit = Literal[1, 2, 3]


class Shape(BaseModel):
    """A JSON object with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """What happened, and what to do."""

    message: str = Field(description="what happened, and where")
    hint: str = Field(description="what to do about it")
    exit_code: Exit = Field(description="what the command line would leave with: 2 for the caller, 3 for the server")
    id: str | None = Field(None, description="stands in the server's log, where the caller is not to blame")
    code: str | None = Field(None, description="names what happened, for whoever tells it in words of their own")


class Error(Shape):
    """Every error has this shape, whatever its status."""

    error: Problem


class Place(Shape):
    """What names an article: its id and its language."""

    article_id: str
    language: str


class Titled(Place):
    """An article by its title."""

    title: str


class Span(Shape):
    """Days, the first and the last both counted."""

    first: str = Field(description="ISO day")
    last: str = Field(description="ISO day")


@dataclass(frozen=True, slots=True)
class Told:
    """One endpoint: the ``shape`` of its answer with an ``example``, and which errors it may give besides those of all.

    Without a ``shape`` the answer depends on what was asked for; ``media`` then has an example for each media type.
    ``also`` are further examples, by name.
    """

    shape: type[Shape] | None = None
    example: Mapping[str, Any] | None = None
    errors: tuple[int, ...] = ()
    status: int = 200
    also: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    media: Mapping[str, Any] = field(default_factory=dict)
