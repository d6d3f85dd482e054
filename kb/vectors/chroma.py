"""The vector store: a Protocol, and its Chroma adapter (the only module that imports chromadb).

Chroma's own defaults are not used: its space is L2 and its embedder English and downloaded. Here the space is cosine,
vectors always come from outside, and telemetry is off. A collection belongs to one embedder fingerprint, so vectors of
two models never meet.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from kb.embedding.protocol import FloatMatrix
from kb.errors import MissingPartError
from kb.vectors import hnsw

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

_BATCH = 1000
"""Records a call, well under Chroma's own limit (SQLite variables: 5,461 and more)."""

HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 32,
    "batch_size": 100,
    "sync_threshold": 1000,
}
"""How new collections are made; the last two are Chroma's own. Recall at 200 of 10,000 clustered vectors: 0.997, at
2.4 ms a query; the defaults of the others (100, 100, 16) gave 0.96."""

_REBUILD_SUFFIX = "-rebuild"


class DamagedError(MissingPartError):
    """The vectors in Chroma cannot be read any more; the catalog has them all (exit code 3)."""


class ChromaVectors:
    """Unit vectors by id in Chroma, in a folder of this machine or on a server.

    Ids are content hashes, so adding one twice is the same as adding it once. Safe to call from several threads of one
    process. Every method raises MissingPartError when the store is out of reach or damaged, naming the remedy.
    ``place`` is a folder, or an ``http(s)://host:port`` URL. ``fingerprint`` and ``dimensions`` are the embedder's. A
    new collection is made with ``graph``.
    """

    def __init__(
        self, place: Path | str, fingerprint: str, dimensions: int, graph: CreateHNSWConfiguration = HNSW
    ) -> None:
        self._place = place
        self._dimensions = dimensions
        self._graph = graph
        self._name = f"chunks-{fingerprint[:16]}"
        with self._guard(), _hushed(folder=isinstance(place, Path)):
            self._client = _client(place)
            try:
                self._collection = self._open()
            except BaseException:
                self.close()  # else the next one to open this folder would share what is broken
                raise

    def ids(self) -> set[str]:
        """All ids in the store."""
        with self._guard():
            return set(self._collection.get(include=[])["ids"])

    def add(self, ids: Sequence[str], vectors: FloatMatrix) -> None:
        """Store ``vectors`` (n, d), rows of length 1, under ``ids`` (n), replacing what stood there."""
        with self._guard():
            _add(self._collection, ids, vectors)

    def delete(self, ids: Iterable[str]) -> None:
        """Remove ``ids``; unknown ones are ignored."""
        gone = list(ids)
        with self._guard():
            for start in range(0, len(gone), _BATCH):
                self._collection.delete(ids=gone[start : start + _BATCH])

    def search(self, vector: FloatMatrix, limit: int) -> list[tuple[str, float]]:
        """The ``limit`` nearest ids with their cosine (-1..1), best first."""
        with self._guard():
            found = self._collection.query(
                query_embeddings=vector[np.newaxis],
                n_results=limit,
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        hits = [(key, 1.0 - float(distance)) for key, distance in zip(found["ids"][0], distances, strict=True)]
        # Equal cosines come back in the order of the graph; the id makes the order the same on every run.
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def vectors(self, ids: Sequence[str]) -> dict[str, FloatMatrix]:
        """The vectors (d,) of those ``ids`` that are stored."""
        if not ids:
            return {}
        with self._guard():
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        rows = np.asarray(found["embeddings"], dtype=np.float32)
        return dict(zip(found["ids"], rows, strict=True))

    def unreachable(self, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` whose own vector does not find them (or an equal vector) any more: a damaged graph."""
        lost: list[str] = []
        for start in range(0, len(ids), 200):
            part = list(ids[start : start + 200])
            stored = self.vectors(part)
            lost += [key for key in part if key not in stored]
            keys = list(stored)
            if not keys:
                continue
            with self._guard():
                found = self._collection.query(
                    query_embeddings=np.stack([stored[key] for key in keys]), n_results=1, include=["distances"]
                )
            distances = found["distances"] or []
            for key, nearest, distance in zip(keys, found["ids"], distances, strict=True):
                # Two chunks may have equal vectors; then either may come first, at distance 0.
                if not nearest or (nearest[0] != key and distance[0] > 1e-5):
                    lost.append(key)
        return lost

    def rebuild(self) -> None:
        """Build the index anew from its own vectors, as a remedy for unreachable records."""
        with self._guard():
            stored = self._collection.get(include=["embeddings"])
            name = self._name + _REBUILD_SUFFIX
            self._drop(name)
            fresh = self._create(name)
            if stored["ids"]:
                _add(fresh, stored["ids"], np.asarray(stored["embeddings"], dtype=np.float32))
            # Killed before the drop: the old one serves on. Killed after it: `_open` finds the whole new one.
            self._client.delete_collection(self._name)
            fresh.modify(name=self._name)
            self._collection = fresh

    def clear(self) -> None:
        """Remove everything."""
        with self._guard():
            self._drop(self._name)
            self._drop(self._name + _REBUILD_SUFFIX)
            self._collection = self._create(self._name)

    def drop_others(self) -> None:
        """Remove the collections of other embedders; called once everything is embedded with this one."""
        with self._guard():
            for collection in self._client.list_collections():
                if collection.name.startswith("chunks-") and collection.name != self._name:
                    self._client.delete_collection(collection.name)

    def close(self) -> None:
        """Let go of the folder, so that another client of this process may open it."""
        with contextlib.suppress(Exception):
            self._client.close()  # type: ignore[attr-defined]  # the class has it, its base does not

    def _open(self) -> Collection:
        names = {collection.name for collection in self._client.list_collections()}
        half_built = self._name + _REBUILD_SUFFIX
        if self._name in names:
            return self._client.get_collection(self._name, embedding_function=None)
        if half_built in names:
            collection = self._client.get_collection(half_built, embedding_function=None)
            collection.modify(name=self._name)
            return collection
        return self._create(self._name)

    def _create(self, name: str) -> Collection:
        return self._client.create_collection(
            name,
            configuration={"hnsw": self._graph},
            embedding_function=None,
        )

    def _drop(self, name: str) -> None:
        if name in {collection.name for collection in self._client.list_collections()}:
            self._client.delete_collection(name)

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Chroma raises errors of many kinds (its own, sqlite3's, Rust panics, httpx's): one kind leaves here."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit, MissingPartError):
            raise
        except BaseException as error:
            # A panic of Chroma's Rust core is a BaseException, and the only sign of a damaged folder.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise _explained(self._place, error) from error


def remove_folder(folder: Path) -> None:
    """Delete a damaged Chroma folder; everything in it can be made again from the catalog."""
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _hushed(*, folder: bool) -> Iterator[None]:
    """Keep what Chroma's core says about its own panic away from people: the error that leaves says it in our words.

    It writes to the descriptor of stderr, past Python; in all that was damaged on purpose, it panicked on opening only.
    """
    if not folder:
        yield
        return
    import chromadb  # noqa: F401  so that only the opening itself is hushed

    with Path(os.devnull).open("w") as nothing:
        kept = os.dup(2)
        try:
            os.dup2(nothing.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _client(place: Path | str) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, Path):
        place.mkdir(parents=True, exist_ok=True)
        # Without this file Chroma has not finished a graph yet and makes it anew from its log, whatever lies there.
        for finished in place.glob("*/index_metadata.pickle"):
            if damage := hnsw.damage(finished.parent):
                raise _explained(place, ValueError(damage))
        try:
            return chromadb.PersistentClient(str(place), settings=settings)
        except BaseException:
            _forget(str(place))
            raise
    parts = urlsplit(place)
    return chromadb.HttpClient(
        host=parts.hostname or "localhost", port=parts.port or 8000, ssl=parts.scheme == "https", settings=settings
    )


def _forget(folder: str) -> None:
    """Chroma 1.5 remembers a folder that it failed to open and gives out the broken remains from then on."""
    from chromadb.api.shared_system_client import SharedSystemClient

    if folder not in SharedSystemClient._identifier_to_refcount:  # noqa: SLF001  nobody has it open
        SharedSystemClient._identifier_to_system.pop(folder, None)  # noqa: SLF001


def _add(collection: Collection, ids: Sequence[str], vectors: FloatMatrix) -> None:
    for start in range(0, len(ids), _BATCH):
        collection.upsert(ids=list(ids[start : start + _BATCH]), embeddings=vectors[start : start + _BATCH])


def _explained(place: Path | str, error: BaseException) -> MissingPartError:
    reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    if not isinstance(place, Path):
        return MissingPartError(
            f"The Chroma server at {place} does not answer: {reason}.",
            f"Start it with `chroma run --port {urlsplit(place).port or 8000}`, or take the setting vectors.url out.",
        )
    lowered = reason.lower()
    if "disk is full" in lowered or "no space" in lowered:
        return MissingPartError(
            f"No space left for the vectors in {place}.", "Free some space, then run `kb ingest` again: it continues."
        )
    if "readonly" in lowered or "read-only" in lowered or "permission" in lowered:
        return MissingPartError(
            f"The vectors in {place} cannot be written: {reason}.", "Mend the folder's rights or choose another --home."
        )
    return DamagedError(
        f"The vectors in {place} cannot be read: {reason}.", "Run `kb ingest`: it builds them anew from the catalog."
    )
