"""Step 5 and the first half of step 6: vectors are made, kept in the catalog, and copied into Chroma.

Every encoder of the library embeds the chunks and names of the articles in its language. All vectors stay in the
catalog; those that the main encoder gave to chunks go into Chroma as well, which finds the nearest of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from ingest.parsed_article import ChunkedArticle
from kb.library import CHROMA_STATE, LanguageEncoder, Library
from kb.vectors.chroma import DamagedError, remove_folder

_T = TypeVar("_T")

_EMBEDDED_AT_ONCE = 512
"""Texts embedded and committed together when healing: what is lost when killed."""

_COPIED_AT_ONCE = 1000


class VectorWriter:
    """Writes the vectors of one ingest. ``reached`` is told each step; ``embedded`` counts chunks, not names."""

    def __init__(self, library: Library, reached: Callable[[str], None]) -> None:
        self._library = library
        self._reached = reached
        self._in_chroma: set[str] = set()
        self.embedded = 0

    def heal(self, busy: Collection[int]) -> None:
        """Embed what the catalog lacks (a new model), then give Chroma what it lacks (a lost or torn folder).

        The articles ``busy`` are about to be made anew: they are not embedded for that.
        """
        catalog, fingerprint = self._library.catalog, self._library.embedder.fingerprint
        for encoder in self._library.encoders:
            with catalog.snapshot() as snapshot:
                chunks, names = snapshot.lacking(encoder.embedder.fingerprint, encoder.language, busy)
            for part in slices(list(chunks), _EMBEDDED_AT_ONCE):
                self._keep(encoder, {key: chunks[key] for key in part}, {})
            for part in slices(list(names), _EMBEDDED_AT_ONCE):
                self._keep(encoder, {}, {key: names[key] for key in part})
        with catalog.snapshot() as snapshot:
            named = snapshot.vector_ids() & snapshot.kept_vectors(fingerprint)
        self._in_chroma = self._stored()
        if named - self._in_chroma:
            catalog.note(CHROMA_STATE, "behind")  # until it is filled, it is not asked
            self._copy(sorted(named))
        catalog.note(CHROMA_STATE, "complete")

    def write(self, articles: Sequence[ChunkedArticle]) -> list[str]:
        """Embed what is not kept yet of ``articles``, and copy it into Chroma; the ids that went there."""
        for encoder in self._library.encoders:
            own = [one for one in articles if encoder.language in (None, one.parsed.article.primary_language)]
            chunks = {chunk.vector_id: chunk.text for one in own for chunk in one.chunks}
            names = {name.vector_id: name.text for one in own for name in one.names}
            with self._library.catalog.snapshot() as snapshot:
                kept = snapshot.vectors(encoder.embedder.fingerprint, [*chunks, *names])
            self._keep(encoder, _without(kept, chunks), _without(kept, names))
        return self._copy(list(dict.fromkeys(chunk.vector_id for one in articles for chunk in one.chunks)))

    def _keep(self, encoder: LanguageEncoder, chunks: Mapping[str, str], names: Mapping[str, str]) -> None:
        """Embed texts by id, names as the questions that they are, and keep their vectors in the catalog."""
        embedder = encoder.embedder
        for texts, embed in ((chunks, embedder.embed_passages), (names, embedder.embed_queries)):
            if texts:
                vectors = embed(list(texts.values()))
                self._reached("keep")
                self._library.catalog.keep_vectors(embedder.fingerprint, list(texts), vectors)
        if embedder is self._library.embedder:
            self.embedded += len(chunks)

    def _copy(self, ids: Sequence[str]) -> list[str]:
        """Give Chroma those of the vectors ``ids`` that it lacks, from the catalog; their ids."""
        lacking = [key for key in ids if key not in self._in_chroma]
        for part in slices(lacking, _COPIED_AT_ONCE):
            with self._library.catalog.snapshot() as snapshot:
                vectors = snapshot.vectors(self._library.embedder.fingerprint, part)
            self._reached("vectors")
            self._library.vectors.add(part, np.stack([vectors[key] for key in part]))
        self._in_chroma.update(lacking)
        return lacking

    def _stored(self) -> set[str]:
        """The ids in Chroma. It writes its graph in place, every thousand changes; killed then, it is torn."""
        try:
            return self._library.vectors.ids()
        except DamagedError:
            if isinstance(self._library.chroma_place, Path):
                self._library.let_go("vectors")
                remove_folder(self._library.chroma_place)
            return self._library.vectors.ids()


def _without(kept: Collection[str], texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if key not in kept}


def slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """``items`` in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
