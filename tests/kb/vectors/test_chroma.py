from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kb.errors import MissingPartError
from kb.vectors.chroma import ChromaVectors

DIMENSIONS = 16


def unit(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory: pytest.TempPathFactory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma-server")
    command = [
        str(Path(sys.executable).parent / "chroma"),
        "run",
        "--path",
        str(folder),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


class Contract:
    """What every vector store keeps."""

    @pytest.fixture
    def store(self) -> ChromaVectors:
        raise NotImplementedError

    def test_the_nearest_come_first_with_their_cosine(self, store: ChromaVectors) -> None:
        rows = unit(200)
        store.add([f"{n:03}" for n in range(200)], rows)
        query = unit(1, seed=9)[0]
        hits = store.search(query, 5)
        expected = np.sort(rows @ query)[::-1][:5]
        assert [hit[1] for hit in hits] == pytest.approx(expected, abs=1e-4)

    def test_adding_twice_is_adding_once(self, store: ChromaVectors) -> None:
        store.add(["a"], unit(1))
        store.add(["a"], unit(1))
        assert store.ids() == {"a"}

    def test_deleted_ids_are_gone_and_unknown_ones_are_ignored(self, store: ChromaVectors) -> None:
        store.add(["a", "b"], unit(2))
        store.delete(["a", "never-there"])
        assert store.ids() == {"b"}
        assert [key for key, _ in store.search(unit(2)[0], 5)] == ["b"]

    def test_vectors_come_back_as_they_went_in(self, store: ChromaVectors) -> None:
        rows = unit(3)
        store.add(["a", "b", "c"], rows)
        stored = store.vectors(["c", "a", "missing"])
        assert stored.keys() == {"a", "c"}
        np.testing.assert_allclose(stored["c"], rows[2], atol=1e-6)

    def test_missing_ids_are_unreachable_and_equal_vectors_are_not(self, store: ChromaVectors) -> None:
        same = unit(1)[0]
        store.add(["a", "b"], np.stack([same, same]))
        assert store.unreachable(["a", "b", "missing"]) == ["missing"]

    def test_rebuilding_keeps_everything(self, store: ChromaVectors) -> None:
        rows = unit(30)
        ids = [f"{n:03}" for n in range(30)]
        store.add(ids, rows)
        store.rebuild()
        assert store.ids() == set(ids)
        assert store.unreachable(ids) == []

    def test_clearing_leaves_nothing(self, store: ChromaVectors) -> None:
        store.add(["a"], unit(1))
        store.clear()
        assert store.ids() == set()
        assert store.search(unit(1)[0], 3) == []


class TestFolder(Contract):
    @pytest.fixture
    def store(self, tmp_path: Path):
        made = ChromaVectors(tmp_path / "chroma", "fingerprint-1", DIMENSIONS)
        yield made
        made.close()

    def test_what_was_stored_is_there_after_opening_again(self, tmp_path: Path, store: ChromaVectors) -> None:
        store.add(["a"], unit(1))
        store.close()
        again = ChromaVectors(tmp_path / "chroma", "fingerprint-1", DIMENSIONS)
        assert again.ids() == {"a"}
        again.close()

    def test_vectors_of_two_models_never_meet(self, tmp_path: Path, store: ChromaVectors) -> None:
        store.add(["a"], unit(1))
        other = ChromaVectors(tmp_path / "chroma", "fingerprint-2", DIMENSIONS)
        assert other.ids() == set()
        other.drop_others()
        other.close()

    def test_a_rebuild_killed_before_its_last_step_is_adopted(self, tmp_path: Path, store: ChromaVectors) -> None:
        store.add(["a"], unit(1))
        store._collection.modify(name=store._name + "-rebuild")
        store.close()
        again = ChromaVectors(tmp_path / "chroma", "fingerprint-1", DIMENSIONS)
        assert again.ids() == {"a"}
        again.close()

    def test_a_damaged_folder_names_the_command_that_mends_it(self, tmp_path: Path) -> None:
        folder = tmp_path / "damaged"
        folder.mkdir()
        (folder / "chroma.sqlite3").write_bytes(b"rubbish " * 2000)
        with pytest.raises(MissingPartError) as caught:
            ChromaVectors(folder, "fingerprint-1", DIMENSIONS)
        assert "kb ingest" in caught.value.hint


class TestServer(Contract):
    @pytest.fixture
    def store(self, chroma_server: str, request: pytest.FixtureRequest):
        made = ChromaVectors(chroma_server, f"{abs(hash(request.node.name)):016x}", DIMENSIONS)
        yield made
        made.clear()
        made.close()


def test_a_server_that_is_not_there_is_named_with_the_way_to_start_it() -> None:
    with pytest.raises(MissingPartError) as caught:
        ChromaVectors("http://127.0.0.1:9", "fingerprint-1", DIMENSIONS)
    assert "http://127.0.0.1:9" in caught.value.message
    assert "chroma run" in caught.value.hint
