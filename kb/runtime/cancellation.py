"""Long work that can be stopped: whoever starts it says when, and its loops look at each of their steps.

Loops deep inside call ``checkpoint``; work that nobody can stop passes it in a tenth of a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asked: ContextVar[Callable[[], bool] | None] = ContextVar("_asked", default=None)


class StoppedError(Exception):
    """Somebody has stopped the work. No KBError: nothing is wrong, and nothing on the way may take it for a fault."""


@contextmanager
def stoppable(asked: Callable[[], bool]) -> Iterator[None]:
    """Inside, in this thread, ``checkpoint`` raises StoppedError as soon as ``asked`` says so."""
    before = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(before)


def checkpoint() -> None:
    """A place where work may end: what has been written is whole, what comes next has not begun."""
    asked = _asked.get()
    if asked is not None and asked():
        raise StoppedError
