"""What was looked up lately, kept in memory: one question in a row needs mostly what the one before needed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The ``size`` latest values. Safe to use from several threads; a value never changes under its key."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: dict[K, V] = {}

    def get(self, keys: Sequence[K], read: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """The values of ``keys``, each once, in their order; ``read`` gives those not known, or none where none is."""
        found = {key: self._values.get(key) for key in keys}
        missing = [key for key, value in found.items() if value is None]
        if missing:
            fresh = read(missing)
            found.update(fresh)
            self._values.update(fresh)
            for old in list(islice(self._values, max(len(self._values) - self._size, 0))):
                self._values.pop(old, None)
        return {key: value for key, value in found.items() if value is not None}
