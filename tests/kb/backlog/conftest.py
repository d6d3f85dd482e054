from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.backlog import Backlog
from kb.events.store import Store
from tests.kb.backlog.found_gaps import NOON, found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def backlog(store: Store) -> Backlog:
    made = Backlog(store)
    made.sync([found("a", "b", "c", priority=2.0), found("x")], NOON)
    return made
