"""Progress bars: on stderr, and only to a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

_T = TypeVar("_T")


def progress(items: Sequence[_T], description: str) -> Iterator[_T]:
    """Go through ``items`` and show how far it is."""
    console = Console(stderr=True)
    yield from track(items, description, console=console, transient=True, disable=not console.is_terminal)
