from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.runtime.memo import Memo
from kb.urls.cache import UrlCache
from kb.urls.probe import LinkOutcome

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_an_entry_of_another_form_is_asked_again_and_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    file = tmp_path / "links.sqlite3"
    cache = UrlCache(file, DAY)
    cache.put("https://a.example", LinkOutcome("fine"), NOW)
    cache.put("https://b.example", LinkOutcome("fine"), NOW)
    cache.save(NOW)
    entries = Memo(file, "1").read()
    entries["https://b.example"]["outcome"]["another"] = 1
    entries["https://c.example"] = {"at": "no moment"}
    entries["https://d.example"] = {"at": "2026-11-28T11:59:00", "outcome": {"kind": "fine"}}
    Memo(file, "1").replace(entries)
    read = UrlCache(file, DAY)
    known = [name for name in "abcd" if read.get(f"https://{name}.example", NOW)]
    assert known == ["a", "d"]
