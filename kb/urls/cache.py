"""What is known of addresses from earlier runs: one small file in the home, which can be deleted at any time."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.runtime.memo import Memo
from kb.urls.probe import LinkOutcome

BAD_FOR = timedelta(hours=1)
"""What is amiss is asked again soon: somebody may have mended it."""

_KEPT_FOR = timedelta(days=90)

_RECIPE = "1"
"""Counted up with every change of ``LinkOutcome``."""


class UrlCache:
    """Outcomes by address. ``good_for``: how long an address that answered is not asked again."""

    def __init__(self, file: Path, good_for: timedelta) -> None:
        self._memo = Memo(file, _RECIPE)
        self._good_for = good_for
        self._known: dict[str, tuple[datetime, LinkOutcome]] = {}
        for url, entry in self._memo.read().items():
            # An entry that somebody else wrote is asked again.
            with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
                at = datetime.fromisoformat(entry["at"])
                self._known[url] = at if at.tzinfo else at.replace(tzinfo=UTC), LinkOutcome(**entry["outcome"])

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
        young = {url: (at, outcome) for url, (at, outcome) in self._known.items() if now - at < _KEPT_FOR}
        self._memo.replace({url: {"at": at.isoformat(), "outcome": asdict(one)} for url, (at, one) in young.items()})
