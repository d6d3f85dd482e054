"""Which files are articles: a walk that never leaves its root."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.article import Problem
from kb.errors import NotFoundError, UsageError

MARKDOWN = frozenset({".md", ".markdown"})
_OTHER_TEXT = frozenset({".html", ".htm", ".txt", ".rst", ".adoc", ".json", ".docx", ".pdf", ".odt"})
"""Files that someone may have meant as articles, so that skipping them is said; pictures and styles are not."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be an article; ``path`` is POSIX, below ``root``, which is absolute and resolved."""

    root: Path
    path: str
    size: int

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self.root / self.path


@dataclass(frozen=True, slots=True)
class Scope:
    """What one PATH argument covers: a folder with all below it, or a single file of ``root``."""

    root: Path
    only: str | None = None

    def covers(self, root: str, path: str) -> bool:
        """Whether a file of the manifest lies in this scope, so that it is removed when it has gone."""
        if self.only is not None:
            return root == str(self.root) and path == self.only
        return Path(root, path).is_relative_to(self.root)


def scope_of(path: Path, known_roots: frozenset[str], known_files: frozenset[Path]) -> Scope:
    """The scope of a PATH argument. A folder or file below a root that is already known keeps that root.

    That way an article's id, where it comes from its path, does not depend on how much was ingested at once. A file
    that is known and has gone is a scope too: ingesting it removes its article. Raises NotFoundError where there
    is nothing and never was.
    """
    resolved = path.resolve()
    if not _is_text(str(resolved)):
        raise UsageError(f"The name of {_readable(str(path))} is not UTF-8.", "Rename it, or the folder it lies in.")
    if resolved.is_dir():
        return Scope(resolved)
    parents = [str(parent) for parent in resolved.parents if str(parent) in known_roots]
    if not resolved.exists() and resolved not in known_files:
        raise NotFoundError(
            f"There is no file or folder {path}.", "Name a folder of Markdown articles, or a file of it."
        )
    root = Path(parents[-1]) if parents else resolved.parent
    return Scope(root, resolved.relative_to(root).as_posix())


def discover(
    scope: Scope, ignore: tuple[str, ...], max_bytes: int, known_roots: frozenset[str]
) -> Iterator[Found | Problem]:
    """All Markdown files of a scope in the order of their paths; what is passed over and matters is a Problem."""
    parents = [str(parent) for parent in scope.root.parents if str(parent) in known_roots]
    root = Path(parents[-1]) if parents and scope.only is None else scope.root
    names: Iterable[str] = _walk(scope.root)
    if scope.only is not None:
        names = [scope.only] if (scope.root / scope.only).exists() else []
    for name in names:
        file = scope.root / name
        path = file.relative_to(root).as_posix()
        if not _is_text(path):
            yield Problem(_readable(path), 0, "bad-name", "The name of the file or its folder is not UTF-8: rename it.")
            continue
        if any(fnmatch.fnmatch(file.name, pattern) for pattern in ignore):
            continue
        if file.suffix.lower() not in MARKDOWN:
            if file.suffix.lower() in _OTHER_TEXT or scope.only is not None:
                yield Problem(path, 0, "not-markdown", "Not a Markdown file (.md, .markdown): skipped.")
            continue
        yield _entry(root, path, file, max_bytes)


def _is_text(path: str) -> bool:
    """Names are bytes to the system; one that is not UTF-8 could neither be stored nor printed."""
    return _readable(path) == path


def _readable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _entry(root: Path, path: str, file: Path, max_bytes: int) -> Found | Problem:
    try:
        if file.is_symlink() and not file.resolve(strict=True).is_relative_to(root):
            return Problem(path, 0, "outside-root", "A link to a file outside the folder: not followed.")
        size = file.stat().st_size
    except OSError as error:
        return Problem(path, 0, "unreadable", f"The file cannot be read: {error.strerror}.")
    except RuntimeError:  # how pathlib says ELOOP before Python 3.13
        return Problem(path, 0, "unreadable", "A link that leads to itself.")
    if not file.is_file():
        return Problem(path, 0, "unreadable", "Not a regular file.")
    if size > max_bytes:
        return Problem(path, 0, "too-large", f"{size:,} bytes; articles.max_bytes allows {max_bytes:,}.")
    return Found(root, path, size)


def _walk(root: Path) -> Iterator[str]:
    """Paths below ``root`` in a stable order; hidden folders and linked folders are not entered."""
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(folder).relative_to(root)
        for name in sorted(files):
            if not name.startswith("."):
                yield (here / name).as_posix()
