"""Ingest: a folder of Markdown becomes an index, incrementally, healing what an earlier run left half done."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from ingest.chunking import recipe
from ingest.discovery import discover
from ingest.parsed_article import ChunkedArticle
from ingest.parsing import chunked, parse
from ingest.plan import Plan, plan
from ingest.report import IngestReport
from ingest.vectors import VectorWriter, slices
from kb.catalog import FileRow
from kb.catalog.ratings import take_in_ratings
from kb.library import Library
from kb.runtime.cancellation import checkpoint

__all__ = ["Hooks", "IngestReport", "ingest"]

_WINDOW = 64
"""Articles whose new chunks are embedded together: enough to sort by length, little enough to lose when killed."""

_PROBES = 200
"""Vectors asked for themselves after a change, besides the new ones (chroma #7758: some may get lost in the graph)."""


class Hooks(Protocol):
    """What an ingest tells while it runs."""

    def progress(self, done: int, total: int) -> None:
        """So many of the files that need work are through."""
        ...

    def reached(self, step: str) -> None:
        """A step begins; for tests that stop an ingest at any point."""
        ...


class Quiet:
    """Hooks that tell nothing."""

    def progress(self, done: int, total: int) -> None:
        """Ignored."""

    def reached(self, step: str) -> None:
        """Ignored."""


def ingest(
    library: Library,
    paths: Sequence[Path],
    hooks: Hooks | None = None,
    *,
    prune: bool = True,
    dry_run: bool = False,
    force: bool = False,
) -> IngestReport:
    """Bring the index up to date with ``paths`` (folders or single files).

    1. Discover the files. 2. Plan against the manifest, and heal what an earlier run left half done. Then, a window of
    articles at a time: 3. parse, 4. chunk, 5. embed what is not stored, into the catalog and then into Chroma,
    6. commit each article. At last 7. remove what has gone, sweep vectors that nothing names, take in the ratings.

    Vectors may run ahead of the articles, never behind, and queries join on the articles: killed at any point, the old
    or the new version of each article answers, and running again heals. Chroma writes its graph in place; killed then,
    it is torn, the catalog's vectors answer, and the next run fills Chroma from them. A file that cannot be taken is a
    problem in the report; what the index had of it stays. With ``dry_run`` nothing is written. ``force`` takes every
    file as changed. Raises KBError for a path that does not exist, a lock, or a store that fails.
    """
    hooks, report, started = hooks or Quiet(), IngestReport(), time.perf_counter()
    chunk_recipe = recipe(library.embedder, library.settings.embedding.chunk_tokens)
    vectors, added = VectorWriter(library, hooks.reached), list[str]()
    with library.writing("kb ingest"):
        with library.catalog.snapshot() as snapshot:
            manifest = snapshot.files()
        # 1
        hooks.reached("plan")
        files = discover(paths, manifest, library.settings.articles)
        # 2
        planned = plan(files, manifest, chunk_recipe, force=force)
        report.count_plan(files, planned)
        gone = {row.key: row for row in planned.gone if prune}
        owners = {row.key: (row.root, row.path) for row in manifest if row.key not in gone}
        if not dry_run:
            _heal(library, vectors, manifest, planned, hooks)
        for number, window in enumerate(slices(planned.to_read, _WINDOW), 1):
            # 3
            hooks.reached("parse")
            parsed = [article for file in window if (article := parse(file, owners, report))]
            changed = [one for one in parsed if force or not one.is_committed(chunk_recipe)]
            report.count_window(parsed, changed, gone)
            if not dry_run:
                # 4
                ready = [chunked(library, one) for one in changed]
                # 5
                hooks.reached("embed")
                added += vectors.write(ready)
                # 6
                _commit(library, ready, chunk_recipe, hooks)
            hooks.progress(min(number * _WINDOW, len(planned.to_read)), len(planned.to_read))
        # 7
        if not dry_run:
            _remove(library, gone.values(), added, hooks)
            take_in_ratings(library, anew=True)
        with library.catalog.snapshot() as snapshot:
            report.sections = snapshot.counts()["chunks"]
    report.removed, report.embedded, report.seconds = len(gone), vectors.embedded, time.perf_counter() - started
    return report


def _heal(library: Library, vectors: VectorWriter, manifest: Sequence[FileRow], planned: Plan, hooks: Hooks) -> None:
    """Make good what a new model, a lost folder or a killed run left behind."""
    if not manifest:
        library.catalog.note("fingerprint", library.embedder.fingerprint)
    hooks.reached("heal")
    vectors.heal({file.row.article for file in planned.to_read if file.row})


def _commit(library: Library, ready: Sequence[ChunkedArticle], chunk_recipe: str, hooks: Hooks) -> None:
    """One transaction an article; its vectors are there already."""
    for chunked_article in ready:
        checkpoint()
        hooks.reached("commit")
        article, file = chunked_article.parsed.article, chunked_article.parsed.file
        problems = [(problem.line, problem.code, problem.message) for problem in chunked_article.parsed.problems]
        chunks, names = chunked_article.chunks, chunked_article.names
        library.catalog.put(article, str(file.found.root), file.sha256, chunk_recipe, chunks, names, problems)


def _remove(library: Library, gone: Iterable[FileRow], added: Sequence[str], hooks: Hooks) -> None:
    """Remove articles that have gone, and then the vectors that nothing names any more."""
    hooks.reached("remove")
    for row in gone:
        library.catalog.remove([row.article])
    hooks.reached("sweep")
    library.catalog.note("fingerprint", library.embedder.fingerprint)
    sweep(library, added)
    library.catalog.drop_vectors([encoder.embedder.fingerprint for encoder in library.encoders])
    library.vectors.drop_others()


def sweep(library: Library, added: Sequence[str] = ()) -> int:
    """Delete vectors that no chunk names, then make sure that the others still find themselves; how many went."""
    with library.catalog.snapshot() as snapshot:
        named = snapshot.vector_ids()
    stray = library.vectors.ids() - named
    if stray:
        library.vectors.delete(stray)
    if (stray or added) and library.vectors.unreachable(probes(named, added)):
        library.vectors.rebuild()
    return len(stray)


def probes(named: set[str], added: Sequence[str] = ()) -> list[str]:
    """``added`` and an even sample of the rest, for asking vectors for themselves."""
    ordered = sorted(named)
    step = max(1, len(ordered) // _PROBES)
    return sorted({*ordered[::step], *(key for key in added if key in named)})
