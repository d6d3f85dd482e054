"""Many addresses at once: hosts beside each other, each host one request after the other with a pause between."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

from kb.urls.cache import UrlCache
from kb.urls.policy import Policy
from kb.urls.probe import LinkOutcome, probe

MAX_HOSTS = 16
"""Hosts that are asked at the same time."""

PAUSE_S = 0.5
"""Between two requests to one host: slower than a person clicks, so that nobody is disturbed."""

_GIVE_UP_AFTER = 3
"""Time-outs of a host in a row, after which its other addresses are not asked any more."""


class Turns:
    """Hands out turns at hosts: one request at a time, and a pause before the next."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._free_at: dict[str, float] = {}

    @contextlib.contextmanager
    def at(self, host: str) -> Iterator[None]:
        """Keep ``host`` for the body of the statement, once its pause is over."""
        with self._guard:
            lock = self._locks[host]
        with lock:
            time.sleep(max(self._free_at.get(host, 0.0) - time.monotonic(), 0.0))
            try:
                yield
            finally:
                self._free_at[host] = time.monotonic() + self._pause_s


def survey(
    urls: Iterable[str], policy: Policy, cache: UrlCache, now: datetime, timeout_s: float, pause_s: float = PAUSE_S
) -> dict[str, LinkOutcome]:
    """What became of each of ``urls``, each asked once; what ``cache`` knows is not asked at all."""
    known = {url: cache.get(url, now) for url in sorted(set(urls))}
    by_host: dict[str, list[str]] = defaultdict(list)
    for url, outcome in known.items():
        if outcome is None:
            by_host[_host(url)].append(url)
    turns = Turns(pause_s)
    found = {url: outcome for url, outcome in known.items() if outcome is not None}
    with ThreadPoolExecutor(MAX_HOSTS, "links") as pool:
        for answers in pool.map(lambda some: _one_host(some, policy, timeout_s, turns), by_host.values()):
            for url, outcome in answers.items():
                cache.put(url, outcome, now)
            found |= answers
    cache.save(now)
    return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _one_host(urls: list[str], policy: Policy, timeout_s: float, turns: Turns) -> dict[str, LinkOutcome]:
    answers: dict[str, LinkOutcome] = {}
    in_vain = 0
    for url in urls:
        if in_vain >= _GIVE_UP_AFTER:
            answers[url] = LinkOutcome(
                "unreachable", f"not asked: its host timed out {in_vain} times in a row", slow=True
            )
            continue
        answers[url] = probe(url, policy, timeout_s, turns.at)
        in_vain = in_vain + 1 if answers[url].slow else 0
    return answers
