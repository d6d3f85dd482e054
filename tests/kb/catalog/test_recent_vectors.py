from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kb.catalog import recent
from kb.catalog.recent import RecentVectors


class File:
    """Holds a vector for every id but "gone", and notes what is read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, fingerprint: str, ids: Sequence[str]) -> dict[str, np.ndarray]:
        self.read += ids
        return {key: np.array([len(fingerprint), ord(key[0])], dtype=np.float32) for key in ids if key != "gone"}


@pytest.fixture
def file() -> File:
    return File()


def test_a_vector_is_read_once_and_the_order_is_that_of_the_ids(file) -> None:
    known = RecentVectors()
    known.of("e5", ["b", "d"], file)
    found = known.of("e5", ["a", "b", "c", "d"], file)
    assert file.read == ["b", "d", "a", "c"]
    assert list(found) == ["a", "b", "c", "d"]
    assert {key: vector.tolist() for key, vector in found.items()} == {key: [2, ord(key)] for key in "abcd"}


def test_embedders_do_not_share_vectors(file) -> None:
    known = RecentVectors()
    assert known.of("e5", ["a"], file)["a"].tolist() != known.of("other", ["a"], file)["a"].tolist()


def test_an_id_without_a_vector_has_no_entry_and_is_looked_for_again(file) -> None:
    known = RecentVectors()
    for _ in range(2):
        assert list(known.of("e5", ["gone", "a"], file)) == ["a"]
    assert file.read == ["gone", "a", "gone"]


def test_only_the_latest_are_remembered(file, monkeypatch) -> None:
    monkeypatch.setattr(recent, "MOST", 2)
    known = RecentVectors()
    for key in ("a", "b", "c", "b", "a"):
        assert list(known.of("e5", [key], file)) == [key]
    assert file.read == ["a", "b", "c", "a"]
