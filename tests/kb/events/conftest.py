from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.events import EventLog


@pytest.fixture
def log(url: str) -> Iterator[EventLog]:
    with EventLog.open(url) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "events.sqlite3"
