"""Limits on the calls of a caller: a bucket that fills steadily and lets a burst through (token bucket, RFC 2697)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from kb.errors import KBError

_CALLERS = 10_000
"""Buckets kept; the one unused for longest goes first, and is full again by then."""


class TooManyError(KBError):
    """A caller calls too often."""

    http_status = 429


class Limit:
    """At most ``per_minute`` calls a minute from one caller, all at once if need be; ``clock`` tells seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> None:
        """Count a call. Raises TooManyError with the seconds to wait."""
        now_s, rate = self._clock(), self._per_minute / 60
        with self._lock:
            left, then_s = self._buckets.pop(caller, (float(self._per_minute), now_s))
            left = min(self._per_minute, left + (now_s - then_s) * rate)
            enough = left >= 1
            self._buckets[caller] = (left - 1 if enough else left, now_s)
            if len(self._buckets) > _CALLERS:
                self._buckets.popitem(last=False)
        if not enough:
            wait_s = max(1, round((1 - left) / rate))
            raise TooManyError(
                f"Too many requests: {self._per_minute} a minute are allowed.", f"Try again in {wait_s} s."
            )
