"""Results of earlier comparisons, in a file beside the index that can be made again: only what changed is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from assistant.health.neighbours import Neighbours
from kb.runtime.cancellation import checkpoint
from kb.runtime.memo import Memo

RECIPE: Final = 5
"""Counted up with every change of a rule, as results of other rules are worth nothing."""

_NEIGHBOURS: Final = "neighbours"


class Comparisons:
    """The results of one kind: those of the last time, and what is asked for now."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self.kept = kept
        self.now: dict[str, Any] = {}

    def get(self, key: str, compare: Callable[[], Any], is_valid: Callable[[Any], bool] = lambda _: True) -> Any:  # noqa: ANN401  plain JSON
        """The result for ``key``: the one of the last time where it is valid, else that of ``compare``."""
        if key not in self.now:
            checkpoint()
            known = key in self.kept and is_valid(self.kept[key])
            self.now[key] = self.kept[key] if known else compare()
        return self.now[key]


class Cache:
    """Results by kind and key. A file that cannot be read or written costs time, never a result."""

    def __init__(self, file: Path, fingerprint: str) -> None:
        self._memo = Memo(file, f"{RECIPE} {fingerprint}")

    def results(self, kind: str) -> dict[str, Any]:
        """Everything that is known of one kind."""
        return self._memo.read(kind)

    def keep(self, kind: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """Make ``now`` the results of one kind, where ``before`` were read."""
        new = {key: value for key, value in now.items() if key not in before or before[key] != value}
        self._memo.update(new, before.keys() - now.keys(), kind)

    @contextmanager
    def comparisons(self, kind: str) -> Iterator[Comparisons]:
        """The results of one kind; what is asked for within is kept at the end, and nothing else."""
        comparisons = Comparisons(self.results(kind))
        yield comparisons
        self.keep(kind, comparisons.kept, comparisons.now)

    def neighbours(self, language: str) -> Neighbours | None:
        """The nearest passages of the last time; None where there was none."""
        return Neighbours.from_json(self._memo.read(_NEIGHBOURS).get(language))

    def keep_neighbours(self, language: str, found: Neighbours) -> None:
        """Replace the nearest passages of one language."""
        self._memo.update({language: found.to_json()}, kind=_NEIGHBOURS)
