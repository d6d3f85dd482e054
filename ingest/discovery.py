"""Which files are articles: a walk that never leaves its root."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kb.articles import files
from kb.articles.article import Problem
from kb.catalog import FileRow
from kb.errors import NotFoundError, UsageError
from kb.settings import ArticleSettings


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be an article; ``path`` is POSIX, below ``root``, which is absolute and resolved."""

    root: Path
    path: str

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self.root / self.path


@dataclass(frozen=True, slots=True)
class PathScope:
    """What one PATH argument covers: a folder with all below it, or a single file of ``root``."""

    root: Path
    only: str | None = None

    def covers(self, root: str, path: str) -> bool:
        """Whether a file of the manifest lies in this scope, so that it is removed when it has gone."""
        if self.only is not None:
            return root == str(self.root) and path == self.only
        return Path(root, path).is_relative_to(self.root)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What some paths hold: ``files`` by (root, path); ``passed_over`` are there, but cannot be taken, by root."""

    scopes: list[PathScope]
    files: dict[tuple[str, str], FoundFile] = field(default_factory=dict)
    passed_over: list[tuple[str, Problem]] = field(default_factory=list)


def scope_of(path: Path, known_roots: frozenset[str], known_files: frozenset[Path]) -> PathScope:
    """The scope of a PATH argument. A folder or file below a root that is already known keeps that root.

    That way an article's id, where it comes from its path, does not depend on how much was ingested at once. A file
    that is known and has gone is a scope too: ingesting it removes its article. Raises NotFoundError where there
    is nothing and never was.
    """
    resolved = path.resolve()
    if not files.is_text(str(resolved)):
        raise UsageError(
            f"The name of {files.readable(str(path))} is not UTF-8.", "Rename it, or the folder it lies in."
        )
    if resolved.is_dir():
        return PathScope(resolved)
    parents = [str(parent) for parent in resolved.parents if str(parent) in known_roots]
    if not resolved.exists() and resolved not in known_files:
        raise NotFoundError(
            f"There is no file or folder {path}.", "Name a folder of Markdown articles, or a file of it."
        )
    root = Path(parents[-1]) if parents else resolved.parent
    return PathScope(root, resolved.relative_to(root).as_posix())


def discover(paths: Sequence[Path], manifest: Sequence[FileRow], settings: ArticleSettings) -> Discovered:
    """All Markdown files of ``paths``, each once, in the order of their paths. Raises as ``scope_of``."""
    roots = frozenset(row.root for row in manifest)
    known_files = frozenset(Path(row.root, row.path) for row in manifest)
    found = Discovered([scope_of(path, roots, known_files) for path in paths])
    for scope in found.scopes:
        root = _root_of(scope, roots)
        for name in _names(scope, settings.ignore):
            path = (scope.root / name).relative_to(root).as_posix()
            if (problem := files.refused(root, path, settings.max_bytes)) is not None:
                found.passed_over.append((str(root), problem))
            else:
                found.files[str(root), path] = FoundFile(root, path)
    return found


def _root_of(scope: PathScope, known_roots: frozenset[str]) -> Path:
    """The folder from which the paths of a scope's files count."""
    parents = [parent for parent in scope.root.parents if str(parent) in known_roots]
    return parents[-1] if parents and scope.only is None else scope.root


def _names(scope: PathScope, ignore: tuple[str, ...]) -> Iterable[str]:
    if scope.only is None:
        return files.listed(scope.root, ignore)
    there = os.path.lexists(scope.root / scope.only) and not files.is_ignored(Path(scope.only).name, ignore)
    return [scope.only] if there else []
