from __future__ import annotations

import pytest

from kb.runtime.recent import Recent


class File:
    """Holds a value for every key but "gone", and notes what is read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, keys: list[str]) -> dict[str, int]:
        self.read += keys
        return {key: ord(key[0]) for key in keys if key != "gone"}


@pytest.fixture
def file() -> File:
    return File()


def test_a_value_is_read_once_and_the_order_is_that_of_the_keys(file) -> None:
    known: Recent[str, int] = Recent(10)
    known.get(["b", "d"], file)
    found = known.get(["a", "b", "c", "d"], file)
    assert file.read == ["b", "d", "a", "c"]
    assert list(found.items()) == [("a", 97), ("b", 98), ("c", 99), ("d", 100)]


def test_a_key_without_a_value_has_no_entry_and_is_looked_for_again(file) -> None:
    known: Recent[str, int] = Recent(10)
    for _ in range(2):
        assert list(known.get(["gone", "a"], file)) == ["a"]
    assert file.read == ["gone", "a", "gone"]


def test_only_the_latest_are_remembered(file) -> None:
    known: Recent[str, int] = Recent(2)
    for key in ("a", "b", "c", "b", "a"):
        assert list(known.get([key], file)) == [key]
    assert file.read == ["a", "b", "c", "a"]
