"""Vectors that were read lately, kept in memory: one question in a row needs mostly those of the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from kb.embedding.protocol import FloatMatrix

MOST: Final = 10_000
"""Vectors that are remembered, the latest: 17 MB with the bundled models. A question compares some 500 to 1,000."""

Read = Callable[[str, Sequence[str]], dict[str, FloatMatrix]]


class RecentVectors:
    """The latest vectors of one catalog. Safe to use from several threads.

    An id is made from the text that was embedded, so the vector under it never changes; but one that is remembered may
    have gone from the file.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], FloatMatrix] = {}

    def of(self, fingerprint: str, ids: Sequence[str], read: Read) -> dict[str, FloatMatrix]:
        """The vectors (d,) of one embedder for ``ids``, in their order; what is not known here, ``read`` gives."""
        found = {key: self._known.get((fingerprint, key)) for key in ids}
        missing = [key for key, vector in found.items() if vector is None]
        if missing:
            fresh = read(fingerprint, missing)
            found.update(fresh)
            self._known.update(((fingerprint, key), vector) for key, vector in fresh.items())
            for old in list(islice(self._known, max(len(self._known) - MOST, 0))):
                self._known.pop(old, None)
        return {key: vector for key, vector in found.items() if vector is not None}
