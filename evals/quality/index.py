"""The index of a data set, made once: cached by the content of its articles and by everything that makes an index.

The name of an entry is a hash over the articles' bytes, the recipe (embedder, chunk budget) and the source of the
rooms `kb` and `ingest`: an index that other code has made is never measured.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import ingest
import kb
from evals.quality.baseline import VERSION, Baseline
from evals.quality.vector_cache import StoringEmbedder
from ingest.chunking import recipe
from ingest.pipeline import ingest as ingest_folder
from kb import settings
from kb.embedding.protocol import Embedder, FloatMatrix
from kb.errors import UsageError
from kb.library import Library
from kb.runtime import lock
from kb.settings import Settings

CACHE_VARIABLE = "KB_EVALS_CACHE"
_READY = "ready"
_CODE = {".py", ".txt", ".json"}
_KEPT_DAYS = 14
_BUILD_WAIT_S = 3600.0
"""How long a run waits for another one that is making the same index."""


@dataclass(frozen=True, slots=True)
class Index:
    """An open index. ``names`` maps every name an article may go by to its id; ``languages`` an id to its languages."""

    library: Library
    baseline: Baseline
    articles: int
    sections: int
    names: Mapping[str, str]
    languages: Mapping[str, frozenset[str]]


def configured(overrides: Sequence[str] = ()) -> Settings:
    """The settings of the current folder with ``section.key=value`` overrides. Raises UsageError as `kb` does."""
    env = {name: value for name, value in os.environ.items() if name != CACHE_VARIABLE}
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals or "." not in name:
            raise UsageError(f"'{override}' sets nothing.", "Write --set section.key=value; `kb settings` lists them.")
        env[settings.ENV_PREFIX + name.replace(".", "__", 1).upper()] = value
    return settings.load(env=env)[0]


@contextlib.contextmanager
def opened(articles: Path, config: Settings, embedder: Embedder | None = None) -> Iterator[Index]:
    """The index of the folder ``articles``, from the cache or made now; two runs that start at once make it once.

    ``embedder`` replaces the configured one. Raises KBError where the index cannot be made.
    """
    plain = Library(Path(), config)
    model = embedder or plain.embedder
    english = None if embedder else plain.english
    files = sorted(path for path in articles.rglob("*.md") if path.is_file())
    content = _digest(*(f"{path.relative_to(articles).as_posix()} {_sha(path.read_bytes())}" for path in files))
    made_by = recipe(model, config.embedding.chunk_tokens)
    home = _cache() / _digest(
        content, made_by, english.fingerprint if english else "", config.articles.model_dump_json(), _code()
    )
    beside = _cache() / _digest(content, "baseline", str(VERSION))
    _forget_old()
    library = Library(home, config)
    _cache().mkdir(parents=True, exist_ok=True)
    shelf = kept_vectors()
    library.embedder, library.english = (
        StoringEmbedder(model, shelf),
        StoringEmbedder(english, shelf) if english else None,
    )
    with contextlib.closing(library):
        once(home, lambda: ingest_folder(library, [articles]))
        with contextlib.closing(Baseline(beside)) as baseline:
            once(beside, lambda: baseline.build(articles, files))
            with library.reading():
                yield _described(library, baseline, articles, files)


def question_vectors(
    fingerprint: str, texts: Sequence[str], embed: Callable[[Sequence[str]], FloatMatrix]
) -> FloatMatrix:
    """``embed(texts)``, shape (len(texts), d), from the cache where the same texts were embedded by the same model."""
    place = _cache() / f"{_digest(fingerprint, *texts)}.npy"
    if not place.is_file():
        vectors = embed(texts)
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(f".{os.getpid()}.tmp")
        with half.open("wb") as file:
            np.save(file, vectors)
        half.replace(place)
    os.utime(place)
    return np.asarray(np.load(place), dtype=np.float32)


def kept_vectors() -> Path:
    """The file that keeps vectors of texts from one index to the next."""
    _cache().mkdir(parents=True, exist_ok=True)
    return _cache() / "passages.sqlite3"


def _cache() -> Path:
    return Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache" / "lotse" / "evals")


def once(folder: Path, make: Callable[[], object]) -> None:
    """Run ``make`` unless ``folder`` was made before; killed half-way, it runs again and mends."""
    ready = folder / _READY
    if not ready.exists():
        with lock.hold(folder.with_suffix(".lock"), "python -m evals", wait_s=_BUILD_WAIT_S):
            if not ready.exists():
                make()
                ready.touch()
    os.utime(ready)


def _described(library: Library, baseline: Baseline, articles: Path, files: Sequence[Path]) -> Index:
    stems = [path.relative_to(articles).with_suffix("").as_posix() for path in files]
    names = {stem: stem for stem in stems}
    languages: dict[str, set[str]] = defaultdict(set)
    with library.catalog.snapshot() as snapshot:
        counts, rows = snapshot.counts(), snapshot.files()
    for row in rows:
        name = row.key.article_id
        names[row.path.removesuffix(".md")] = names[name] = name
        languages[name].add(row.key.primary_language)
    known = {name: frozenset(tags) for name, tags in languages.items()}
    return Index(library, baseline, counts["articles"], counts["chunks"], names, known)


@cache
def _code() -> str:
    """Of the source as this process found it: an edit made while it runs does not reach it."""
    files = [path for room in (kb, ingest) for path in sorted(Path(room.__path__[0]).rglob("*"))]
    return _digest(*(_sha(path.read_bytes()) for path in files if path.suffix in _CODE))


def _forget_old() -> None:
    """Remove entries that nobody has used for a while; they come back when they are needed."""
    oldest = time.time() - 86_400 * _KEPT_DAYS
    for entry in _cache().glob("*"):
        used = entry / _READY if entry.is_dir() else entry
        if used.exists() and used.stat().st_mtime < oldest:
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def _digest(*parts: str) -> str:
    return _sha(json.dumps(parts).encode())[:32]


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
