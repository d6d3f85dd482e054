from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kb.runtime.memo import Memo


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "memo.sqlite3"


def test_results_are_kept_by_kind_and_key(path) -> None:
    Memo(path).update({"a": [1, "ä"], "b": None}, kind="one")
    Memo(path).update({"a": 2.5}, kind="other")
    assert Memo(path).read("one") == {"a": [1, "ä"], "b": None}
    assert (Memo(path).read("other"), Memo(path).read()) == ({"a": 2.5}, {})


def test_an_update_adds_replaces_and_drops(path) -> None:
    memo = Memo(path)
    memo.update({"a": 1, "b": 1, "c": 1})
    memo.update({"b": 2, "d": 2}, gone=["a", "never there"])
    assert memo.read() == {"b": 2, "c": 1, "d": 2}
    memo.replace({"e": 3})
    assert memo.read() == {"e": 3}


def test_results_of_another_recipe_are_not_read_and_go_with_the_first_write(path) -> None:
    Memo(path, "1").update({"a": 1})
    assert Memo(path, "2").read() == {}
    assert Memo(path, "1").read() == {"a": 1}
    Memo(path, "2").update({"b": 2})
    assert (Memo(path, "1").read(), Memo(path, "2").read()) == ({}, {"b": 2})


def test_a_file_that_an_earlier_version_wrote_is_made_anew(path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE memo (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    assert Memo(path).read() == {}
    Memo(path).update({"a": 1})
    assert Memo(path).read() == {"a": 1}


def test_a_row_that_cannot_be_read_goes_with_the_next_replacement(path) -> None:
    memo = Memo(path)
    memo.update({"a": 1})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO results VALUES ('', 'b', 'no json')")
    assert memo.read() == {}
    memo.replace({"c": 3})
    assert memo.read() == {"c": 3}


def test_a_damaged_file_is_empty_and_goes(path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    assert Memo(path).read() == {}
    Memo(path).update({"a": 1})
    assert Memo(path).read() == {"a": 1}


def test_where_nothing_can_be_written_nobody_is_stopped(tmp_path) -> None:
    (tmp_path / "home").write_text("a file")
    memo = Memo(tmp_path / "home" / "memo.sqlite3")
    memo.update({"a": 1})
    assert memo.read() == {}


def test_reading_makes_no_file(path) -> None:
    assert Memo(path).read() == {}
    assert not path.exists()
