"""How far long work is: whoever starts it listens, and its loops tell as they go.

Like ``kb.runtime.cancellation``, through a context variable and not an argument: the loops lie deep below the functions
that are called, and most of their callers have nobody to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[int, int, str], None]
"""Gets how much of a step is done, of how much in all, and the step's name."""

_listening: ContextVar[tuple[Listener, str] | None] = ContextVar("_listening", default=None)


@contextmanager
def telling(listener: Listener | None, step: str) -> Iterator[None]:
    """Inside, in this thread, what loops ``tell`` is about ``step`` and goes to ``listener``, where there is one."""
    before = _listening.set((listener, step) if listener else None)
    try:
        yield
    finally:
        _listening.reset(before)


def is_told() -> bool:
    """Whether anybody listens: who would have to count what is to be done need not for nobody."""
    return _listening.get() is not None


def tell(done: int, total: int) -> None:
    """Say that ``done`` of ``total`` are through. May raise StoppedError, as ``kb.runtime.cancellation.checkpoint``."""
    listening = _listening.get()
    if listening is not None:
        listener, step = listening
        listener(done, total, step)
