from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.ask import ask
from ingest.pipeline import Quiet, ingest
from ingest.rebuild import reindex
from kb.catalog import Filter
from kb.checks import check
from kb.checks.formats import render
from kb.errors import MissingPartError, NotFoundError, UsageError
from kb.settings import Settings
from kb.vectors import chroma, hnsw
from kb.vectors.chroma import ChromaVectors

DIMENSIONS = 16
RECORDS = 1200
"""Chroma writes its graph to files from a thousand records on."""


TODAY = date(2026, 11, 23)
REJECTING = frozenset({"empty", "binary", "too-large", "bad-name", "unreadable", "outside-root"})


def counts(report) -> tuple[int, ...]:
    return report.added, report.changed, report.removed, report.unchanged, report.rejected


def titles(library) -> list[str]:
    with library.catalog.snapshot() as snapshot:
        return [row.title for row in snapshot.listing(Filter(TODAY))]


def problems(report) -> set[tuple[str, str]]:
    return {(Path(problem.path).name, problem.code) for problem in report.problems}


def test_a_pipe_a_folder_and_a_link_to_itself_that_are_named_like_articles_are_problems(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    os.mkfifo(folder / "pipe.md")
    (folder / "folder.md").mkdir()
    (folder / "loop.md").symlink_to(folder / "loop.md")
    report = ingest(library, [folder])
    assert counts(report) == (1, 0, 0, 0, 2)
    assert problems(report) == {("pipe.md", "unreadable"), ("loop.md", "unreadable")}
    found = {Path(finding.path).name for finding in check([folder], TODAY).findings if finding.code == "unreadable"}
    assert found == {"pipe.md", "loop.md"}


def test_names_that_are_not_utf_8_are_problems_and_the_others_go_on(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    below = os.fsencode(folder) + b"/d\xff"
    os.mkdir(below)  # noqa: PTH102  pathlib knows no bytes
    (folder / os.fsdecode(b"k\xf6ln.md")).write_text("# Stadt\n\nText.\n", encoding="utf-8")
    (Path(os.fsdecode(below)) / "z.md").write_text("# Zett\n\nText.\n", encoding="utf-8")
    for new in (1, 0):
        report = ingest(library, [folder])
        assert counts(report) == (new, 0, 0, 1 - new, 2)
        assert {problem.code for problem in report.problems} == {"bad-name"}
        str(report.problems).encode("utf-8")
    with pytest.raises(UsageError):
        ingest(library, [Path(os.fsdecode(below))])


@pytest.fixture
def refused(library, folder, write, tmp_path) -> Path:
    """A folder with one good article, and a file for everything that may keep a file out or spoil it."""
    write("move", "Umzug", "Melden Sie den Umzug.")
    write("twin", "Zwilling", "Derselbe Name.", id="move")
    write("broken", "Kaputt: [offen", "Der Kopf ist kein YAML.")
    write("day", "Tag", "Den Tag gibt es nicht.", reviewed_on="2026-02-30")
    made = {
        "nothing.md": b"",
        "only-keys.md": b"---\nid: only-keys\n---\n",
        "binary.md": b"\0\1\2",
        "torn.md": b"\xff\xfe\0",
        "western.md": "# Größe\n\nDie Größe zählt.\n".encode("cp1252"),
        "large.markdown": b"# T\n\n" + b"Text. " * 2000,
        "minutes.docx": b"PK",
        "picture.png": b"\x89PNG",
    }
    for name, raw in made.items():
        (folder / name).write_bytes(raw)
    for name in (b"k\xf6ln.md", b"k\xf6ln.png"):
        (folder / os.fsdecode(name)).write_text("# Stadt\n\nText.\n", encoding="utf-8")
    os.mkfifo(folder / "pipe.md")
    (tmp_path / "secret.md").write_text("# Geheim\n\nNicht für alle.\n", encoding="utf-8")
    for name, target in (("out.md", tmp_path / "secret.md"), ("loop.md", folder / "loop.md"), ("to.md", folder / "no")):
        (folder / name).symlink_to(target)
    (folder / "inside.md").symlink_to(folder / "minutes.docx")
    library.settings = Settings.model_validate({"articles": {"max_bytes": 5000}})
    return folder


def test_what_an_ingest_finds_the_check_names_beforehand_with_the_same_code(library, refused) -> None:
    report = ingest(library, [refused])
    found = check([refused], TODAY, max_bytes=5000)
    told = {(finding.path, finding.code): finding.severity for finding in found.findings}
    assert {(problem.path, problem.code) for problem in report.problems} <= set(told)
    assert {problem.code for problem in report.problems} == {
        *("duplicate-id", "bad-front-matter", "bad-date", "empty", "binary", "invalid-encoding", "too-large"),
        *("not-markdown", "bad-name", "unreadable", "outside-root"),
    }
    assert report.rejected == sum(severity == "error" for (_, code), severity in told.items() if code in REJECTING)
    assert {severity for (_, code), severity in told.items() if code == "not-markdown"} == {"info"}
    assert not any(path.endswith(".png") for path, _ in told)
    for form in ("text", "json", "github", "junit", "sarif"):
        render(found, form).encode("utf-8")


def test_a_rejected_file_below_a_known_folder_keeps_its_text_when_only_its_own_folder_is_taken(
    library, folder, write
) -> None:
    file = write("de/move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    file.write_bytes(b"# T\n\n" + b"Text. " * 2000)
    library.settings = Settings.model_validate({"articles": {"max_bytes": 5000}})
    report = ingest(library, [folder / "de"])
    assert counts(report) == (0, 0, 0, 0, 1)
    assert [(problem.path, problem.code) for problem in report.problems] == [(str(file), "too-large")]
    assert titles(library) == ["Umzug"]


class Vanish(Quiet):
    def __init__(self, file: Path) -> None:
        self.file = file

    def reached(self, step: str) -> None:
        if step == "parse":
            self.file.unlink(missing_ok=True)


def test_a_file_that_goes_while_it_is_taken_is_removed_by_the_next_run(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    file = write("meter", "Zähler", "Lesen Sie ab.")
    assert counts(ingest(library, [folder], Vanish(file))) == (2, 0, 0, 0, 0)
    assert counts(ingest(library, [folder])) == (0, 0, 1, 1, 0)
    assert titles(library) == ["Umzug"]


def test_a_file_that_goes_before_it_is_read_is_a_problem_and_keeps_its_text(
    library, folder, write, monkeypatch
) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    write("move", "Umzug", "Neu.")
    real = Path.read_bytes

    def gone(file: Path) -> bytes:
        file.unlink()
        return real(file)

    monkeypatch.setattr(Path, "read_bytes", gone)
    report = ingest(library, [folder])
    monkeypatch.undo()
    assert problems(report) == {("move.md", "unreadable")}
    assert titles(library) == ["Umzug"]


def test_a_graph_that_was_torn_by_a_kill_is_made_anew_by_the_next_ingest(library, folder, write) -> None:
    """As it is left when the process dies while Chroma writes its graph."""
    graph = chroma.HNSW | {"batch_size": 5, "sync_threshold": 10}
    words = library.embedder
    chroma.ChromaVectors(library.chroma_place, words.fingerprint, words.dimensions, graph).close()
    for number in range(30):
        write(f"a{number}", f"Titel {number}", f"Text {number}.")
    ingest(library, [folder])
    library.vectors.search(library.embedder.embed_queries(["Titel"])[0], 3)
    library.close()
    (finished,) = library.chroma_place.glob("*/index_metadata.pickle")
    level = finished.with_name("data_level0.bin")
    level.write_bytes(level.read_bytes()[:1000])
    with pytest.raises(MissingPartError):
        library.vectors.ids()
    assert len(ask(library, "Titel", log=False).nearest) == 10
    report = ingest(library, [folder])
    assert (report.unchanged, report.embedded) == (30, 0)
    assert library.vectors.unreachable(sorted(library.vectors.ids())) == []


def test_without_a_catalog_reindex_asks_for_the_folders(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    library.close()
    (library.home / "index.sqlite3").write_bytes(b"rubbish" * 1000)
    with pytest.raises(NotFoundError) as caught:
        reindex(library, [], [Path("nowhere-at-all")])
    assert "kb reindex FOLDER" in caught.value.hint
    assert counts(reindex(library, [folder], [])) == (1, 0, 0, 0, 0)


def look_at_all(folder: Path) -> None:
    store = ChromaVectors(folder, "fingerprint-1", DIMENSIONS)
    try:
        assert store.unreachable(sorted(store.ids())) == []
    finally:
        store.close()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Chroma folder whose graph lies in files."""
    folder = tmp_path_factory.mktemp("graph") / "chroma"
    store = ChromaVectors(folder, "fingerprint-1", DIMENSIONS)
    rows = np.random.default_rng(0).normal(size=(RECORDS, DIMENSIONS)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    store.add([f"{n:04}" for n in range(RECORDS)], rows)
    store.search(rows[0], 1)
    store.close()
    return folder


def test_a_sound_graph_has_no_damage(graph: Path) -> None:
    (header,) = graph.glob("*/header.bin")
    assert hnsw.damage(header.parent) == ""


def test_a_graph_that_was_never_finished_is_made_anew(tmp_path: Path) -> None:
    rows = np.eye(DIMENSIONS, dtype=np.float32)
    store = ChromaVectors(tmp_path / "chroma", "fingerprint-1", DIMENSIONS)
    store.add([f"{n}" for n in range(DIMENSIONS)], rows)
    store.search(rows[0], 1)
    store.close()
    (header,) = (tmp_path / "chroma").glob("*/header.bin")
    header.write_bytes(b"")
    look_at_all(tmp_path / "chroma")


@pytest.mark.parametrize("share", [0, 0.5])
def test_notes_on_a_graph_that_a_kill_cut_off_are_damage(graph: Path, tmp_path: Path, share: float) -> None:
    folder = tmp_path / "chroma"
    shutil.copytree(graph, folder)
    (notes,) = folder.glob("*/index_metadata.pickle")
    raw = notes.read_bytes()
    notes.write_bytes(raw[: int(share * len(raw))])
    assert hnsw.damage(notes.parent) == "index_metadata.pickle is cut off"
    with pytest.raises(MissingPartError) as caught:
        look_at_all(folder)
    assert "kb ingest" in caught.value.hint


@pytest.mark.parametrize("name", ["header.bin", "data_level0.bin", "link_lists.bin"])
@pytest.mark.parametrize("kind", ["rubbish", "cut", "zeros"])
def test_a_damaged_graph_is_an_error_with_a_remedy_and_not_the_end_of_the_process(
    graph: Path, tmp_path: Path, name: str, kind: str
) -> None:
    folder = tmp_path / "chroma"
    shutil.copytree(graph, folder)
    (file,) = folder.glob(f"*/{name}")
    raw = file.read_bytes()
    rubbish = np.random.default_rng(1).bytes(len(raw))
    file.write_bytes({"rubbish": rubbish, "cut": raw[: len(raw) // 2], "zeros": bytes(len(raw))}[kind])
    with pytest.raises(MissingPartError) as caught:
        look_at_all(folder)
    assert "kb ingest" in caught.value.hint
