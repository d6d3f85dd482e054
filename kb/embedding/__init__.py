"""Texts to vectors. ``open_embedder`` picks the implementation; importing this package imports no model library."""

from __future__ import annotations

import logging
from pathlib import Path

from kb.embedding.protocol import Embedder, FloatMatrix

__all__ = ["BUNDLED", "Embedder", "FloatMatrix", "open_embedder", "open_english"]

BUNDLED = "bundled"

_log = logging.getLogger(__name__)


def open_embedder(model: str, url: str, api_key: str, cache: Path, threads: int = 0) -> Embedder:
    """The embedder that the settings ask for.

    With ``url`` set, ``model`` as served by that OpenAI-compatible endpoint. Else ``bundled`` (or nothing): the model
    that comes with the installation, converted into ``cache`` when it is not there yet. Else any sentence-transformers
    model by name or folder; a folder that holds our int8 graph is served by onnxruntime, on ``threads`` (0: all).

    Raises MissingPartError when a package, a model or the endpoint is missing.
    """
    if url:
        from kb.embedding.endpoint import EndpointEmbedder

        return EndpointEmbedder(url, model, api_key)
    if model in ("", BUNDLED):
        from kb.embedding.conversion.convert import ensure_bundled

        return _onnx(ensure_bundled(cache, _log.info), threads)
    from kb.embedding.conversion.convert import is_converted

    if is_converted(Path(model)):
        return _onnx(Path(model), threads)
    from kb.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model)


def open_english(cache: Path, threads: int = 0) -> Embedder | None:
    """The bundled all-MiniLM-L6-v2, for English alone, converted into ``cache`` when it is not there yet.

    None, with a warning, where the package with its weights is not installed: the first encoder reads English, too.
    Raises MissingPartError when another package is missing, or the model is damaged.
    """
    from kb.embedding.conversion.convert import MINILM, ensure_bundled, is_at_hand

    if not is_at_hand(cache, MINILM):
        _log.warning("The second encoder for English is not installed (embedding.english). %s", MINILM.install_hint)
        return None
    return _onnx(ensure_bundled(cache, _log.info, bundle=MINILM), threads)


def _onnx(folder: Path, threads: int) -> Embedder:
    from kb.embedding.onnx import OnnxEmbedder

    return OnnxEmbedder(folder, threads)
