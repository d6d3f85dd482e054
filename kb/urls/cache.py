"""What is known of addresses from earlier runs: one small file in the home, which can be deleted at any time."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.urls.probe import LinkOutcome

BAD_FOR = timedelta(hours=1)
"""What is amiss is asked again soon: somebody may have mended it."""

_KEPT_FOR = timedelta(days=90)


class UrlCache:
    """Outcomes by address. ``good_for``: how long an address that answered is not asked again."""

    def __init__(self, file: Path, good_for: timedelta) -> None:
        self._file = file
        self._good_for = good_for
        self._known: dict[str, tuple[datetime, LinkOutcome]] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):  # else it begins anew
            for url, entry in json.loads(file.read_text(encoding="utf-8"))["urls"].items():
                at = datetime.fromisoformat(entry.pop("at"))
                self._known[url] = (at if at.tzinfo else at.replace(tzinfo=UTC), LinkOutcome(**entry))

    def get(self, url: str, now: datetime) -> LinkOutcome | None:
        """What is known of ``url`` and young enough; None where it has to be asked."""
        at, outcome = self._known.get(url, (None, None))
        if at is None or outcome is None or outcome.kind == "refused":  # a refusal costs nothing, and settings change
            return None
        good_for = self._good_for if outcome.kind in ("fine", "moved") else BAD_FOR
        return outcome if timedelta() <= now - at < good_for else None

    def put(self, url: str, outcome: LinkOutcome, now: datetime) -> None:
        """Note what became of ``url``."""
        self._known[url] = (now, outcome)

    def save(self, now: datetime) -> None:
        """Write it, without what is old. A home that cannot be written only costs the next run its time."""
        kept = {
            url: {"at": at.isoformat(), **asdict(outcome)}
            for url, (at, outcome) in sorted(self._known.items())
            if now - at < _KEPT_FOR
        }
        new = self._file.with_name(f".{self._file.name}.new")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps({"urls": kept}, ensure_ascii=False, indent=0), encoding="utf-8")
            new.replace(self._file)
