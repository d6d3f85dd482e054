"""An embedding service that speaks the OpenAI protocol: ``POST {url}/embeddings``."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from kb.embedding.conversion.bundle import INSTALL_HINT
from kb.embedding.prompts import prompts_for
from kb.embedding.protocol import FloatMatrix
from kb.embedding.vectors import printable, unit_rows, word_offsets
from kb.errors import MissingPartError
from kb.runtime.cancellation import checkpoint

_BATCH_TEXTS = 32
_TIMEOUT_S = 60.0
_CONNECT_TIMEOUT_S = 5.0
_PAUSES_S = (0.5, 2.0)  # before the second and the third try
_RETRIED = (408, 429, 500, 502, 503, 504)
_HINT = "Check embedding.url, embedding.model and embedding.api_key, and that the service runs"


class EndpointEmbedder:
    """Embeds over HTTP. ``url`` is the base address (``https://host/v1``); an E5 model gets E5's prefixes.

    The constructor asks for one vector, to learn the dimensions. ``max_tokens`` counts the words of ``token_offsets``;
    longer texts are cut to it. ``pauses_s``: before each further try. Raises MissingPartError when the
    service cannot be reached or does not answer as expected; neither the key nor credentials in ``url`` ever appear in
    an error, in ``name`` or in ``fingerprint``.
    """

    def __init__(
        self, url: str, model: str, api_key: str = "", *, max_tokens: int = 384, pauses_s: Sequence[float] = _PAUSES_S
    ) -> None:
        try:
            import httpx
        except ImportError as error:
            raise MissingPartError(
                "The package httpx, which calls the endpoint, is not installed", INSTALL_HINT
            ) from error
        self._transport_error = httpx.HTTPError, httpx.InvalidURL
        self._shown = _without_secrets(url)
        self._address = url if url.rstrip("/").endswith("/embeddings") else f"{url.rstrip('/')}/embeddings"
        self._client = httpx.Client(
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
        )
        self._model = model
        self._pauses_s = pauses_s
        self._prompts = prompts_for(model)
        self.name = f"{model} at {self._shown}"
        self.max_tokens = max_tokens
        self.dimensions = len(self._request(["dimensions"])[0])
        identity = repr((self._shown, model, self.dimensions, self._prompts))
        self.fingerprint = hashlib.sha256(identity.encode()).hexdigest()

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._embed(texts, self._prompts.query)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """See ``Embedder``."""
        return self._embed(texts, self._prompts.passage)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Words and punctuation marks: the service's own tokens, about a third more, are out of reach."""
        return word_offsets(text)

    def _embed(self, texts: Sequence[str], prefix: str) -> FloatMatrix:
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), _BATCH_TEXTS):
            checkpoint()
            batch = [self._prepared(prefix, text) for text in texts[start : start + _BATCH_TEXTS]]
            found = self._request(batch)
            if found.shape != (len(batch), self.dimensions):
                raise self._unexpected(
                    f"{found.shape[0]} vectors of {found.shape[1]} dimensions for {len(batch)} texts"
                )
            vectors[start : start + len(batch)] = found
        return unit_rows(vectors)

    def _prepared(self, prefix: str, text: str) -> str:
        """Cut to ``max_tokens``, as services refuse what is too long; and never empty, which many refuse too."""
        text = printable(text)
        words = word_offsets(text)
        if len(words) > self.max_tokens:
            text = text[: words[self.max_tokens - 1][1]]
        return (prefix + text) if (prefix + text).strip() else "."

    def _request(self, texts: list[str]) -> FloatMatrix:
        body = self._post({"model": self._model, "input": texts, "encoding_format": "float"})
        try:
            rows = sorted(body["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (KeyError, TypeError, ValueError):
            raise self._unexpected("no list of vectors") from None
        if vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise self._unexpected("no finite numbers")
        return vectors

    def _post(self, payload: dict[str, object]) -> Any:  # noqa: ANN401 - whatever the service sends
        """The JSON of a good answer, trying again when the service is busy or away for a moment."""
        trouble = ""
        for pause_s in (*self._pauses_s, None):
            try:
                response = self._client.post(self._address, json=payload)
                if response.is_success:
                    return response.json()
                trouble = f"HTTP {response.status_code}"
                if response.status_code not in _RETRIED:
                    break
            except self._transport_error as error:
                trouble = type(error).__name__  # its text may hold the address with credentials
            except ValueError:
                raise self._unexpected("no JSON") from None
            if pause_s is not None:
                time.sleep(pause_s)
        raise MissingPartError(f"The embedding endpoint {self._shown} failed: {trouble}", _HINT)

    def _unexpected(self, what: str) -> MissingPartError:
        return MissingPartError(f"The embedding endpoint {self._shown} sent an unexpected answer: {what}", _HINT)


def _without_secrets(url: str) -> str:
    """Scheme, host, port and path: user, password and query may be credentials."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
