from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.embedding.protocol import FloatMatrix
from kb.vectors.question_vectors import QuestionVectors
from tests.fakes import WordEmbedder

TEXTS = ["Wie ändere ich meinen Abschlag?", "Where is my meter?", "Wie ändere ich meinen Abschlag?"]


class Counting(WordEmbedder):
    """Counts the questions that it embeds."""

    def __init__(self, fingerprint: str = "words-1") -> None:
        super().__init__(fingerprint)
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        self.asked += texts
        return super().embed_queries(texts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "question-vectors.sqlite3"


def test_a_text_is_embedded_once_however_often_it_is_wanted(file: Path) -> None:
    embedder = Counting()
    first = QuestionVectors(file, embedder).of(TEXTS)
    again = QuestionVectors(file, embedder).of(TEXTS)
    assert embedder.asked == TEXTS[:2]
    assert first.shape == (3, embedder.dimensions)
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert np.allclose(np.linalg.norm(first, axis=1), 1.0)
    assert np.abs(first - embedder.embed_queries(TEXTS)).max() < 1e-3


def test_what_a_question_was_found_to_have_is_not_embedded_again(file: Path) -> None:
    embedder = Counting()
    kept = QuestionVectors(file, embedder)
    kept.keep("Wie  hoch\n ist er?", WordEmbedder().embed_queries(["Wie hoch ist er?"])[0])
    assert np.array_equal(kept.of(["Wie hoch ist er?"]), QuestionVectors(file, Counting()).of(["Wie hoch ist er?"]))
    assert embedder.asked == []


def test_no_text_gives_no_rows(file: Path) -> None:
    assert QuestionVectors(file, Counting()).of([]).shape == (0, 64)
    assert not file.exists()


def test_vectors_of_another_embedder_are_never_given_and_go(file: Path) -> None:
    QuestionVectors(file, Counting("a")).of(TEXTS)
    other = Counting("b")
    QuestionVectors(file, other).of(TEXTS[:1])
    assert other.asked == TEXTS[:1]
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (1,)
        assert connection.execute("SELECT fingerprint FROM embedder").fetchall() == [("b",)]
    connection.close()


def test_the_file_is_for_its_owner_only_and_holds_no_text(file: Path) -> None:
    QuestionVectors(file, Counting()).of(TEXTS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}
    assert b"Abschlag" not in b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_a_damaged_file_costs_nothing_but_time(file: Path) -> None:
    kept = QuestionVectors(file, Counting())
    before = kept.of(TEXTS)
    file.write_bytes(b"this is not a database, it only has its name" * 100)
    kept.keep(TEXTS[0], before[0])
    assert np.array_equal(kept.of(TEXTS), before)
    embedder = Counting()
    QuestionVectors(file, embedder).of(TEXTS)
    assert embedder.asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert QuestionVectors(tmp_path / "q.sqlite3", Counting()).of(TEXTS).shape == (3, 64)


def test_a_place_that_is_no_folder_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    kept = QuestionVectors(tmp_path / "taken" / "q.sqlite3", Counting())
    kept.keep(TEXTS[0], Counting().embed_queries(TEXTS)[0])
    assert kept.of(TEXTS).shape == (3, 64)


def test_a_question_hardly_waits_for_another_writer(file: Path) -> None:
    kept = QuestionVectors(file, Counting())
    vectors = kept.of(TEXTS)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    start = time.perf_counter()
    kept.keep("Neu?", vectors[0])
    assert time.perf_counter() - start < 2
    assert np.array_equal(kept.of(TEXTS), vectors)  # readers do not wait
    other.close()


def test_several_processes_may_fill_it_at_once(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from fakes import WordEmbedder\n"
        "from kb.vectors.question_vectors import QuestionVectors\n"
        "QuestionVectors(Path(sys.argv[1]), WordEmbedder()).of([f'Frage {n}?' for n in range(600)])"
    )
    root = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}
    runs = [subprocess.Popen([sys.executable, "-c", code, str(file)], env=environment) for _ in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    embedder = Counting()
    QuestionVectors(file, embedder).of([f"Frage {number}?" for number in range(600)])
    assert embedder.asked == []


def test_any_text_has_a_vector(file: Path) -> None:
    @given(st.lists(st.text(st.characters(), max_size=20), max_size=5))
    @settings(max_examples=25, deadline=None)
    def holds(texts: list[str]) -> None:
        assert QuestionVectors(file, WordEmbedder()).of(texts).shape == (len(texts), 64)

    holds()


def test_a_hundred_thousand_are_read_in_seconds(file: Path) -> None:
    texts = [f"Frage {number}?" for number in range(100_000)]
    embedder = Counting()
    rows = np.random.default_rng(1).normal(size=(100_000, 64)).astype(np.float32)
    embedder.embed_queries = lambda texts: rows[: len(texts)]  # type: ignore[method-assign]
    kept = QuestionVectors(file, embedder)
    kept.of(texts)
    start = time.perf_counter()
    assert kept.of(texts).shape == (100_000, 64)
    assert time.perf_counter() - start < 10  # 1 s on an idle machine
