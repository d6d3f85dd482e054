"""Step 5 and the first half of step 6: vectors are made, kept in the catalog, and copied into Chroma.

Every encoder of the library embeds the chunks and names of the articles in its language. All vectors stay in the
catalog; those that the main encoder gave to chunks go into Chroma as well, which finds the nearest of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from kb.catalog import NewChunk, NewName
from kb.library import CHROMA_STATE, LanguageEncoder, Library
from kb.text.language import primary_language
from kb.vectors.chroma import DamagedError, remove_folder

_T = TypeVar("_T")

_EMBEDDED_AT_ONCE = 512
"""Texts embedded and committed together when healing: what is lost when killed."""

_COPIED_AT_ONCE = 1000


@dataclass(slots=True)
class Texts:
    """What is to be embedded, text by vector id; ``languages`` of each id, as equal texts may stand in two."""

    chunks: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    languages: dict[str, set[str]] = field(default_factory=dict)

    def add(self, language: str, chunks: Sequence[NewChunk], names: Sequence[NewName]) -> None:
        """Add the texts of an article."""
        self.chunks |= {chunk.vector_id: chunk.text for chunk in chunks}
        self.names |= {name.vector_id: name.text for name in names}
        for key in (*(chunk.vector_id for chunk in chunks), *(name.vector_id for name in names)):
            self.languages.setdefault(key, set()).add(primary_language(language))

    def of(self, encoder: LanguageEncoder, besides: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Chunks and names that ``encoder`` embeds, leaving the ids ``besides`` out."""

        def wanted(key: str) -> bool:
            return key not in besides and (encoder.language is None or encoder.language in self.languages[key])

        chunks = {key: text for key, text in self.chunks.items() if wanted(key)}
        return chunks, {key: text for key, text in self.names.items() if wanted(key)}


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

    def write(self, texts: Texts) -> list[str]:
        """Embed what is not kept yet, and copy it into Chroma; the ids that went there."""
        for encoder in self._library.encoders:
            with self._library.catalog.snapshot() as snapshot:
                kept = snapshot.vectors(encoder.embedder.fingerprint, [*texts.chunks, *texts.names])
            self._keep(encoder, *texts.of(encoder, kept))
        return self._copy(list(texts.chunks))

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


def slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """``items`` in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
