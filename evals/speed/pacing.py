"""When the agents of a load ask: each at its own moment or all in the same instant, then again after equal times."""

from __future__ import annotations

import random
from collections.abc import Callable


def first_s(every_s: float, rng: random.Random, *, together: bool) -> float:
    """After how many seconds an agent begins that asks every ``every_s``: at any moment of these, as people do."""
    return 0.0 if together else rng.uniform(0.0, every_s)


class Pace:
    """Asks are due every ``every_s`` seconds from now on, however long an answer takes; late ones are made up for.

    Locust's own pacing counts from before an agent's beginning, so that all would ask together again.
    """

    def __init__(self, every_s: float, clock: Callable[[], float]) -> None:
        self._every_s, self._clock = every_s, clock
        self._due_s = clock()

    def wait_s(self) -> float:
        """How long to wait before the next ask, 0 where it is late; once after each ask."""
        self._due_s += self._every_s
        return max(0.0, self._due_s - self._clock())
