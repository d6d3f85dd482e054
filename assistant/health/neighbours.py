"""The nearest passages of every passage in other articles: in blocks, and after a change only where it matters."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from kb.embedding.protocol import FloatMatrix
from kb.runtime.cancellation import checkpoint

_BLOCK: Final = 1024
"""Rows compared at once: 1,024 by 10,000 cosines are 40 MB."""

Places: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For every passage in ``keys`` (n) the places of its nearest ones (n, k), best first, and their cosines (n, k).

    A place of -1 fills up where there are fewer than k.
    """

    keys: tuple[str, ...]
    places: Places
    cosines: FloatMatrix

    def to_json(self) -> dict[str, Any]:
        """Plain types; the arrays as base64 of their bytes, little-endian."""
        arrays = {"places": self.places.astype("<i8"), "cosines": self.cosines.astype("<f4")}
        encoded = {name: base64.b64encode(array.tobytes()).decode() for name, array in arrays.items()}
        return {"keys": self.keys, "count": self.places.shape[1], **encoded}

    @classmethod
    def from_json(cls, row: Mapping[str, Any] | None) -> Neighbours | None:
        """What ``to_json`` wrote; None of None."""
        if row is None:
            return None
        places = np.frombuffer(base64.b64decode(row["places"]), dtype="<i8").reshape(-1, row["count"])
        cosines = np.frombuffer(base64.b64decode(row["cosines"]), dtype="<f4").reshape(-1, row["count"])
        return cls(tuple(row["keys"]), places.astype(np.int64), cosines.astype(np.float32))

    def pairs(self, at_least: float) -> list[tuple[int, int, float]]:
        """Pairs of places (smaller first) of which one is near to the other, with their cosine; sorted."""
        found: dict[tuple[int, int], float] = {}
        for row, column in zip(*np.nonzero((self.places >= 0) & (self.cosines >= at_least)), strict=True):
            other = int(self.places[row, column])
            found[min(int(row), other), max(int(row), other)] = float(self.cosines[row, column])
        return [(first, second, cosine) for (first, second), cosine in sorted(found.items())]


def nearest(
    keys: Sequence[str], owners: Sequence[int], vectors: FloatMatrix, count: int, known: Neighbours | None = None
) -> Neighbours:
    """The ``count`` nearest of each passage by cosine, those of its own article (``owners``) left out.

    ``vectors`` (n, d) have length 1. ``known`` is what came out the last time: rows that no change can have touched are
    taken over, and the result is the same as without it.
    """
    size = len(keys)
    places = np.full((size, count), -1, dtype=np.int64)
    cosines = np.full((size, count), -1.0, dtype=np.float32)
    owner = np.asarray(owners)
    todo = np.arange(size)
    if known is not None and known.places.shape[1] == count:
        todo = _taken_over(keys, owner, vectors, known, places, cosines)
    for start in range(0, len(todo), _BLOCK):
        checkpoint()
        rows = todo[start : start + _BLOCK]
        places[rows], cosines[rows] = _best(rows, owner, vectors, count)
    return Neighbours(tuple(keys), places, cosines)


def _best(rows: Places, owner: npt.NDArray[Any], vectors: FloatMatrix, count: int) -> tuple[Places, FloatMatrix]:
    """The best of all others for some rows: places (m, k) and cosines (m, k); of equal ones the first."""
    found = np.round(vectors[rows] @ vectors.T, 5)  # the last bits depend on how rows are grouped into blocks
    found[owner[rows][:, None] == owner[None, :]] = -1.0
    width = min(count, found.shape[1])
    part = np.argpartition(-found, width - 1, axis=1)[:, :width] if width < found.shape[1] else None
    if part is None:
        part = np.tile(np.arange(found.shape[1]), (len(rows), 1))
    else:
        lowest = np.take_along_axis(found, part, axis=1).min(axis=1)
        part = np.stack([_first_of_equal(row, at, bound) for row, at, bound in zip(found, part, lowest, strict=True)])
    values = np.take_along_axis(found, part, axis=1)
    order = np.lexsort((part, -values), axis=1)
    part, values = np.take_along_axis(part, order, axis=1), np.take_along_axis(values, order, axis=1)
    places = np.full((len(rows), count), -1, dtype=np.int64)
    cosines = np.full((len(rows), count), -1.0, dtype=np.float32)
    is_other = values > -1.0
    places[:, :width] = np.where(is_other, part, -1)
    cosines[:, :width] = values
    return places, cosines


def _first_of_equal(row: FloatMatrix, chosen: Places, bound: float) -> Places:
    """Of several with the lowest cosine that still counts, the ones that come first."""
    above = chosen[row[chosen] > bound]
    equal = np.flatnonzero(row == bound)
    return np.concatenate([above, equal[: len(chosen) - len(above)]])


def _taken_over(
    keys: Sequence[str],
    owner: npt.NDArray[Any],
    vectors: FloatMatrix,
    known: Neighbours,
    places: Places,
    cosines: FloatMatrix,
) -> Places:
    """Fill in the rows that stay as they were; the others, to be compared again."""
    old = {key: number for number, key in enumerate(known.keys)}
    now = {key: number for number, key in enumerate(keys)}
    moved = np.array([now.get(key, -1) for key in known.keys] + [-1], dtype=np.int64)
    stayed = np.array([number for number, key in enumerate(keys) if key in old], dtype=np.int64)
    came = np.array([number for number, key in enumerate(keys) if key not in old], dtype=np.int64)
    if not len(stayed):
        return np.arange(len(keys))
    before = np.array([old[keys[number]] for number in stayed], dtype=np.int64)
    was = known.places[before]
    is_whole = ~np.any((was >= 0) & (moved[was] < 0), axis=1)
    if len(came):
        fresh = np.round(vectors[stayed] @ vectors[came].T, 5)
        fresh[owner[stayed][:, None] == owner[came][None, :]] = -1.0
        is_whole &= fresh.max(axis=1) < known.cosines[before].min(axis=1)
    kept = stayed[is_whole]
    places[kept] = np.where(was[is_whole] >= 0, moved[was[is_whole]], -1)
    cosines[kept] = known.cosines[before[is_whole]]
    return np.setdiff1d(np.arange(len(keys)), kept)
