"""Ingest: a folder of Markdown becomes an index, incrementally, healing what an earlier run left half done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ingest.chunking import chunk, names, recipe
from ingest.discovery import Found, discover, root_of, scope_of
from ingest.plan import Plan, Todo, plan
from ingest.report import IngestReport
from ingest.vectors import Texts, VectorWriter, slices
from kb.articles.article import Article, ArticleKey, Problem
from kb.articles.paths import shown
from kb.articles.reader import id_from_path, read
from kb.catalog import FileRow, NewChunk
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

    1. discover the files; 2. plan against the manifest; then, a window of articles at a time: 3. parse, 4. chunk,
    5. embed what is not stored, 6. write vectors, into the catalog and then into Chroma, and commit each article; at
    last remove what has gone and 7. sweep vectors that nothing names.

    Vectors may run ahead of the articles, never behind, and queries join on the articles: killed at any point, the old
    or the new version of each article answers, and running again heals. Chroma writes its graph in place; killed then,
    it is torn, the catalog's vectors answer, and the next run fills Chroma from them. A file that cannot be taken is a
    problem in the report; what the index had of it stays. With ``dry_run`` nothing is written. ``force`` takes every
    file as changed. Raises KBError for a path that does not exist, a lock, or a store that fails.
    """
    with library.writing("kb ingest"):
        report = _Run(library, hooks or Quiet(), dry_run=dry_run, force=force).run(paths, prune=prune)
        if not dry_run:
            take_in_ratings(library, anew=True)
        return report


@dataclass(frozen=True, slots=True)
class _Ready:
    """An article that is read and cut, with what it came from."""

    todo: Todo
    article: Article
    chunks: list[NewChunk]
    problems: tuple[Problem, ...]


class _Run:
    def __init__(self, library: Library, hooks: Hooks, *, dry_run: bool, force: bool) -> None:
        self.library = library
        self.hooks = hooks
        self.dry_run = dry_run
        self.force = force
        self.report = IngestReport()
        self.vectors = VectorWriter(library, self.hooks.reached)
        self.recipe = recipe(library.embedder, library.settings.embedding.chunk_tokens)

    def run(self, paths: Sequence[Path], *, prune: bool) -> IngestReport:
        started = time.perf_counter()
        with self.library.catalog.snapshot() as snapshot:
            manifest = snapshot.files()
        self.hooks.reached("plan")
        todo = self._plan(paths, manifest)
        if not prune:
            todo.gone.clear()
        if not self.dry_run:
            self._heal(manifest, todo)
        fresh = self._articles(todo, manifest)
        self._finish(todo, fresh)
        self.report.seconds = time.perf_counter() - started
        return self.report

    def _plan(self, paths: Sequence[Path], manifest: list[FileRow]) -> Plan:
        """Steps 1 and 2."""
        roots = frozenset(row.root for row in manifest)
        files = frozenset(Path(row.root, row.path) for row in manifest)
        scopes = [scope_of(path, roots, files) for path in paths]
        settings = self.library.settings.articles
        found: dict[tuple[str, str], Found] = {}
        passed_over: list[tuple[str, str]] = []
        for scope in scopes:
            root = str(root_of(scope, roots))
            for entry in discover(scope, settings.ignore, settings.max_bytes, roots):
                if isinstance(entry, Found):
                    found[str(entry.root), entry.path] = entry
                else:
                    passed_over.append((root, entry.path))
                    self._reject(root, entry)
        result = plan(found.values(), passed_over, manifest, scopes, self.recipe, force=self.force)
        for problem in result.unreadable:
            self._reject("", problem)
        for row in result.unchanged:
            self._tell(row.root, [Problem(row.path, *problem) for problem in row.problems])
        self.report.unchanged = len(result.unchanged)
        return result

    def _heal(self, manifest: list[FileRow], todo: Plan) -> None:
        """Make good what a new model, a lost folder or a killed run left behind."""
        if not manifest:
            self.library.catalog.note("fingerprint", self.library.embedder.fingerprint)
        self.hooks.reached("heal")
        self.vectors.heal({item.row.article for item in todo.todo if item.row})

    def _articles(self, todo: Plan, manifest: list[FileRow]) -> list[str]:
        """Steps 3 to 6; the ids of the vectors that were added."""
        alive = {row.key: (row.root, row.path) for row in manifest}
        for row in todo.gone:
            alive.pop(row.key, None)
        moved = {row.key: row for row in todo.gone}
        added: list[str] = []
        total = len(todo.todo)
        for number, window in enumerate(slices(todo.todo, _WINDOW)):
            self.hooks.reached("parse")
            ready = [item for todo_item in window if (item := self._read(todo_item, alive))]
            if not self.dry_run:
                added += self._embed(ready)
            for item in ready:
                self._commit(item, moved)
            self.hooks.progress(min((number + 1) * _WINDOW, total), total)
        todo.gone[:] = moved.values()
        return added

    def _read(self, item: Todo, alive: dict[ArticleKey, tuple[str, str]]) -> _Ready | None:
        """Steps 3 and 4."""
        checkpoint()
        root, place = str(item.found.root), (str(item.found.root), item.found.path)
        result = read(item.found.path, item.raw)
        article, problems = result.article, result.problems
        if article is None:
            self._reject(root, *problems)
            return None
        owner = _other_owner(alive, article, place)
        if owner:
            article, problems = self._renamed(article, problems, owner)
            if _other_owner(alive, article, place):
                self._reject(root, *problems)
                return None
        if item.row and item.row.key != article.key:
            alive.pop(item.row.key, None)
        alive[article.key] = place
        self._tell(root, problems)
        if (
            item.row
            and not self.force
            and (item.row.sha256, item.row.recipe, item.row.key) == (item.sha256, self.recipe, article.key)
        ):
            self.report.unchanged += 1
            return None
        budget = self.library.settings.embedding.chunk_tokens
        chunks = [] if self.dry_run else chunk(article, self.library.embedder, budget)
        return _Ready(item, article, chunks, problems)

    def _renamed(
        self, article: Article, problems: tuple[Problem, ...], owner: tuple[str, str]
    ) -> tuple[Article, tuple[Problem, ...]]:
        """An article whose id stands in another file goes by its path: neither replaces the other, both are found."""
        name = id_from_path(article.path)
        taken = f"The article '{article.id}' ({article.language}) already stands in {shown(*owner)}"
        message = f"{taken}; this file is kept as '{name}'."
        return replace(article, id=name), (*problems, Problem(article.path, 1, "duplicate-id", message))

    def _embed(self, ready: list[_Ready]) -> list[str]:
        """Step 5 and the first half of 6: vectors are written before anything names them."""
        self.hooks.reached("embed")
        texts = Texts()
        for item in ready:
            texts.add(item.article.language, item.chunks, names(item.article))
        return self.vectors.write(texts)

    def _commit(self, item: _Ready, moved: dict[ArticleKey, FileRow]) -> None:
        """The second half of step 6: one transaction an article."""
        checkpoint()
        if item.todo.row or item.article.key in moved:
            self.report.changed += 1
        else:
            self.report.added += 1
        moved.pop(item.article.key, None)
        if self.dry_run:
            return
        self.hooks.reached("commit")
        problems = [(problem.line, problem.code, problem.message) for problem in item.problems]
        root = str(item.todo.found.root)
        known_as = names(item.article)
        self.library.catalog.put(item.article, root, item.todo.sha256, self.recipe, item.chunks, known_as, problems)

    def _finish(self, todo: Plan, added: list[str]) -> None:
        """What has gone is removed, and step 7."""
        library = self.library
        self.report.removed = len(todo.gone)
        if not self.dry_run:
            self.hooks.reached("remove")
            for row in todo.gone:
                library.catalog.remove([row.article])
            self.hooks.reached("sweep")
            library.catalog.note("fingerprint", library.embedder.fingerprint)
            sweep(library, added)
            library.catalog.drop_vectors([encoder.embedder.fingerprint for encoder in library.encoders])
            library.vectors.drop_others()
        self.report.embedded = self.vectors.embedded
        with library.catalog.snapshot() as snapshot:
            self.report.sections = snapshot.counts()["chunks"]

    def _reject(self, root: str, *problems: Problem) -> None:
        self.report.rejected += any(problem.code != "not-markdown" for problem in problems)
        self._tell(root, problems)

    def _tell(self, root: str, problems: Sequence[Problem]) -> None:
        for problem in problems:
            path = shown(root, problem.path)
            self.report.problems.append(Problem(path, problem.line, problem.code, problem.message))


def _other_owner(
    alive: dict[ArticleKey, tuple[str, str]], article: Article, place: tuple[str, str]
) -> tuple[str, str] | None:
    """The other file that holds this article's key and still exists."""
    owner = alive.get(article.key)
    return owner if owner and owner != place and Path(*owner).is_file() else None


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
