"""Any sentence-transformers model, by name or folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.embedding.conversion.bundle import TORCH_HINT
from kb.embedding.prompts import prompts_for
from kb.embedding.protocol import FloatMatrix
from kb.embedding.vectors import printable, unit_rows, word_offsets
from kb.errors import MissingPartError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_FALLBACK_MAX_TOKENS = 512  # for the few models that state no limit
_BATCH_TEXTS = 8  # of similar length; more is no faster on a CPU and pads more


class SentenceTransformerEmbedder:
    """Embeds with the model of that name or in that folder, and with the prompts it brings.

    A name is looked up in the local Hugging Face cache first and fetched only when it is not there; with ``offline``
    never. Raises MissingPartError when the packages or the model are missing.
    """

    def __init__(self, name_or_path: str, *, offline: bool = False) -> None:
        self.name = name_or_path
        self._model = _load(name_or_path, offline=offline)
        self._prompts = prompts_for(name_or_path, self._model.prompts)
        self._lock = threading.Lock()  # a fast tokenizer holds its padding as state while it encodes
        self.max_tokens = int(self._model.max_seq_length or _FALLBACK_MAX_TOKENS)
        self.dimensions = int(self._model.get_embedding_dimension() or self._run([""], "").shape[1])
        self.fingerprint = self._fingerprint()

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._embed(texts, self._prompts.query)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._embed(texts, self._prompts.passage)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """See ``Embedder``. Words and punctuation marks where the model's tokenizer keeps no offsets."""
        tokenizer: Any = self._model.tokenizer
        if not getattr(tokenizer, "is_fast", False):
            return word_offsets(text)
        with self._lock:
            found = tokenizer(
                printable(text), add_special_tokens=False, truncation=False, return_offsets_mapping=True, verbose=False
            )
        return [(int(start), int(end)) for start, end in found["offset_mapping"]]

    def _embed(self, texts: Sequence[str], prompt: str) -> FloatMatrix:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return unit_rows(self._run([printable(text) for text in texts], prompt))

    def _run(self, texts: list[str], prompt: str) -> FloatMatrix:
        with self._lock:
            vectors: Any = self._model.encode(
                texts, prompt=prompt, batch_size=_BATCH_TEXTS, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(vectors, dtype=np.float32)

    def _fingerprint(self) -> str:
        """Of weights, modules, tokenizer and prompts (under a second for a gigabyte)."""
        import torch

        digest = hashlib.sha256(repr((self._model, self._prompts, self.max_tokens)).encode())
        for name, tensor in self._model.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
        backend: Any = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if backend is not None:
            digest.update(backend.to_str().encode())
        return digest.hexdigest()


def _load(name_or_path: str, *, offline: bool) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingPartError(
            f"The package {error.name}, which runs {name_or_path}, is not installed", TORCH_HINT
        ) from error
    try:
        return SentenceTransformer(name_or_path, local_files_only=True)
    except (OSError, ValueError) as error:
        if offline or Path(name_or_path).exists():
            raise _unusable(name_or_path) from error
    try:
        return SentenceTransformer(name_or_path)
    except (OSError, ValueError) as error:
        raise _unusable(name_or_path) from error


def _unusable(name: str) -> MissingPartError:
    return MissingPartError(
        f"The embedding model {name} is neither a readable folder nor in reach by name",
        "Check the name, fetch the model once while online, or use the bundled model (embedding.model = 'bundled')",
    )
