"""The bundled models on onnxruntime: start in under a second, without torch."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kb.embedding.conversion.bundle import BUILD_HINT, GRAPH_FILE, INSTALL_HINT
from kb.embedding.conversion.convert import bundle_of, check_sizes, read_record
from kb.embedding.protocol import FloatMatrix
from kb.embedding.vectors import printable, unit_rows
from kb.errors import MissingPartError
from kb.runtime.cancellation import checkpoint

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Span = tuple[int, int]

# Padded tokens of one batch. More is slower on two cores and costs memory: a feed-forward layer holds 6 kB a token.
_PADDING_TOKENS = 16
"""Of a batch at most; as many take about as long as starting another one. With 64, eight sentences of about 30 tokens,
which an answer compares, took a tenth more of processor time, on one thread as on two."""

_BATCH_TOKENS = 512
_TOKENISED_TEXTS = 64  # at a time, as tokens with their offsets take a hundred times the memory of the text
_MAX_THREADS = 8  # a model this small does not use more


class OnnxEmbedder:
    """Embeds with the int8 graph in ``folder``, made by ``kb.embedding.conversion.convert``, as its bundle wants it.

    ``threads`` is how many a batch may use; 0 takes all processors up to eight. Raises MissingPartError when
    onnxruntime is not installed or the folder is damaged.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        check_sizes(folder)
        made_from, bundle = read_record(folder), bundle_of(folder)
        self.name = f"{bundle.name} (int8)"
        self.max_tokens = bundle.max_tokens
        self._prompts = bundle.prompts
        self._tokenizer, self._session = _load(folder, threads or min(processors(), _MAX_THREADS))
        self.dimensions = int(self._session.get_outputs()[0].shape[-1])
        self._pad = self._tokenizer.token_to_id("<pad>") or 0  # masked, so any id will do
        settings = (made_from.source_sha256, made_from.converter, "int8", "mean", self._prompts, self.max_tokens)
        self.fingerprint = hashlib.sha256(repr(settings).encode()).hexdigest()

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._embed(texts, self._prompts.query)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._embed(texts, self._prompts.passage)

    def token_offsets(self, text: str) -> list[Span]:
        """See ``Embedder``."""
        return list(self._tokenizer.encode(printable(text), add_special_tokens=False).offsets)

    def _embed(self, texts: Sequence[str], prefix: str) -> FloatMatrix:
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for index, states in self._states(texts, prefix):
            vectors[index] = states.mean(axis=0)
        return unit_rows(vectors)

    def _states(self, texts: Sequence[str], prefix: str) -> Iterator[tuple[int, FloatMatrix]]:
        """For each text its index and the states of its tokens, (tokens, dimensions), roughly shortest text first."""
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(texts), _TOKENISED_TEXTS):
            part = by_length[start : start + _TOKENISED_TEXTS]
            encodings = self._tokenizer.encode_batch([prefix + printable(texts[index]) for index in part])
            for batch in _batches([min(len(encoding), self.max_tokens) for encoding in encodings]):
                states, mask = self._run([encodings[place] for place in batch])
                for row, place in enumerate(batch):
                    yield part[place], states[row, : mask[row].sum()]

    def _run(self, encodings: Sequence[Encoding]) -> tuple[FloatMatrix, NDArray[np.int64]]:
        """One forward pass: states (texts, tokens, dimensions) and the mask (texts, tokens) of what is no padding."""
        checkpoint()
        tokens = [_cut(encoding.ids, self.max_tokens) for encoding in encodings]
        ids = np.full((len(tokens), max(map(len, tokens))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for row, content in enumerate(tokens):
            ids[row, : len(content)] = content
            mask[row, : len(content)] = 1
        states: FloatMatrix = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return states, mask


def _cut(ids: list[int], limit: int) -> list[int]:
    """At most ``limit``, still ending with the end mark."""
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches of similar length, each at most ``_BATCH_TOKENS`` with padding (or one text)."""
    batch: list[int] = []
    total = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        padded = (len(batch) + 1) * lengths[index]
        if batch and (padded > _BATCH_TOKENS or padded - total - lengths[index] > _PADDING_TOKENS):
            yield batch
            batch, total = [], 0
        batch.append(index)
        total += lengths[index]
    if batch:
        yield batch


def processors() -> int:
    """How many this process may use; a container often has fewer than the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load(folder: Path, threads: int) -> tuple[Tokenizer, InferenceSession]:
    try:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
    except ImportError as error:
        raise MissingPartError(
            f"The package {error.name}, which runs the model, is not installed", INSTALL_HINT
        ) from error
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle servers burn no processor time
    options.enable_cpu_mem_arena = False  # it keeps the largest batch's memory for ever
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()  # a text is cut and a batch padded here, as token_offsets wants neither
        tokenizer.no_padding()
        session = InferenceSession(str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # both libraries raise bare or private exception types
        raise MissingPartError(f"The model in {folder} cannot be loaded: {error}", BUILD_HINT) from error
    return tokenizer, session
