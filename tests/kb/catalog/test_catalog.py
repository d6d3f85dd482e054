from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kb.articles.article import Article, Section
from kb.catalog import Catalog, Filter, NewChunk, UnitRow
from kb.errors import MissingPartError

TODAY = date(2026, 11, 23)


def article(key: str = "move", **changes: object) -> Article:
    values: dict[str, object] = {
        "id": key,
        "language": "de",
        "title": "Umzug",
        "path": f"{key}.md",
        "source": "Umzug melden",
    }
    values |= {"sections": (Section((), "", 0, (1, 2), ()),)}
    return Article(**(values | changes))  # type: ignore[arg-type]


def put(catalog: Catalog, one: Article, text: str = "Umzug melden", sha256: str = "a") -> None:
    unit = UnitRow(0, 0, "sentence", text, text, (1, 1))
    catalog.put(one, "/root", sha256, "r", [NewChunk(text, 0, text, text, (unit,))], [], [])


@pytest.fixture
def catalog(tmp_path: Path):
    made = Catalog(tmp_path / "index.sqlite3")
    yield made
    made.close()


def found(catalog: Catalog, where: Filter, query: str = "Umzug") -> list[str]:
    with catalog.snapshot() as snapshot:
        rows = snapshot.chunks([chunk for chunk, _ in snapshot.search_text(query, "de", 10, where)])
        articles = snapshot.articles([row.article for row in rows.values()])
        return sorted(row.id for row in articles.values())


def test_putting_an_article_again_replaces_it_wholly(catalog: Catalog) -> None:
    put(catalog, article(), "Umzug alt")
    put(catalog, article(), "Umzug neu")
    with catalog.snapshot() as snapshot:
        assert snapshot.counts() == {"articles": 1, "sections": 1, "chunks": 1}
        assert snapshot.vector_ids() == {"Umzug neu"}
        assert snapshot.search_text("alt", "de", 10, Filter(TODAY)) == []


def test_an_article_that_moved_to_another_file_is_one_article(catalog: Catalog) -> None:
    put(catalog, article())
    put(catalog, article(path="elsewhere.md"))
    with catalog.snapshot() as snapshot:
        assert [row.path for row in snapshot.files()] == ["elsewhere.md"]


@pytest.mark.parametrize(
    ("changes", "where", "seen"),
    [
        ({}, Filter(TODAY), True),
        ({}, Filter(TODAY, audience="public"), False),
        ({"audience": "public"}, Filter(TODAY, audience="public"), True),
        ({}, Filter(TODAY, audience="nobody-knows-this"), False),
        ({"status": "draft"}, Filter(TODAY), False),
        ({"status": "draft"}, Filter(TODAY, statuses=("draft", "published")), True),
        ({"expires_on": date(2026, 11, 22)}, Filter(TODAY), False),
        ({"expires_on": date(2026, 11, 22)}, Filter(TODAY, expired=True), True),
        ({"expires_on": TODAY}, Filter(TODAY), True),
        ({}, Filter(TODAY, language="en"), False),
        ({"language": "de-AT"}, Filter(TODAY, language="de"), True),
        ({"products": ("gas",)}, Filter(TODAY, products=("strom",)), False),
        ({"products": ("gas", "strom")}, Filter(TODAY, products=("strom",)), True),
        ({}, Filter(TODAY, products=("strom",)), True),
        ({}, Filter(TODAY, hidden=("move",)), False),
    ],
)
def test_a_filter_lets_through_what_may_answer(
    catalog: Catalog, changes: dict[str, object], where: Filter, seen: bool
) -> None:
    put(catalog, article(**changes))
    catalog.keep_vectors("f", ["Umzug melden"], np.ones((1, 1), dtype=np.float32))
    assert found(catalog, where) == (["move"] if seen else [])
    with catalog.snapshot() as snapshot:
        assert bool(snapshot.chunks_of_vectors(["Umzug melden"], where)) is seen
        assert bool(snapshot.nearest("f", np.ones(1, dtype=np.float32), 5, among=where)) is seen


def test_nearest_is_exact_and_of_one_embedder_and_vectors_that_nobody_names_go(catalog: Catalog) -> None:
    put(catalog, article())
    rows = np.eye(3, dtype=np.float32)
    catalog.keep_vectors("f", ["Umzug melden", "stray"], rows[:2])
    catalog.keep_vectors("g", ["Umzug melden"], rows[2:])
    with catalog.snapshot() as snapshot:
        assert snapshot.nearest("f", rows[0], 5) == [("Umzug melden", 1.0)]
        assert snapshot.nearest("g", rows[0], 5) == [("Umzug melden", 0.0)]
        assert snapshot.kept_vectors("f") == {"Umzug melden", "stray"}
        assert snapshot.vectors("f", ["stray", "unknown"])["stray"].tolist() == [0.0, 1.0, 0.0]
    catalog.drop_vectors(["f"])
    with catalog.snapshot() as snapshot:
        assert (snapshot.kept_vectors("f"), snapshot.kept_vectors("g")) == ({"Umzug melden"}, set())


def test_a_snapshot_sees_one_state_while_others_write(tmp_path: Path, catalog: Catalog) -> None:
    other = Catalog(tmp_path / "index.sqlite3")
    put(catalog, article(), "Umzug alt")
    with catalog.snapshot() as snapshot:
        before = snapshot.generation()
        other_thread_writes(other)
        assert snapshot.vector_ids() == {"Umzug alt"}
        assert snapshot.generation() == before
    assert catalog.generation() > before


def other_thread_writes(catalog: Catalog) -> None:
    from threading import Thread

    def write() -> None:
        put(catalog, article(), "Umzug neu")
        catalog.close()

    thread = Thread(target=write)
    thread.start()
    thread.join()
    catalog.close()


def test_a_damaged_file_names_the_command_that_mends_it(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite3"
    file.write_bytes(b"not a database, by any means" * 100)
    with pytest.raises(MissingPartError) as caught:
        Catalog(file)
    assert "kb reindex" in caught.value.hint


def test_an_index_of_another_schema_is_not_touched(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "index.sqlite3"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(MissingPartError, match="schema 99"):
        Catalog(file)


def test_articles_removed_take_their_text_with_them(catalog: Catalog) -> None:
    put(catalog, article())
    with catalog.snapshot() as snapshot:
        rows = [row.article for row in snapshot.files()]
    catalog.remove(rows)
    with catalog.snapshot() as snapshot:
        assert snapshot.counts() == {"articles": 0, "sections": 0, "chunks": 0}
        assert snapshot.fulltext.document_count() == 0
