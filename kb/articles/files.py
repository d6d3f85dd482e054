"""Which files may be articles, and why one of them is not taken: the same for ``kb check`` and ``kb ingest``."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.articles.article import Problem

MAX_BYTES = 4_000_000
"""A thousand pages: larger files are hardly ever one article."""

_MARKDOWN = frozenset({".md", ".markdown"})
_OTHER_TEXT = frozenset({".html", ".htm", ".txt", ".rst", ".adoc", ".json", ".docx", ".pdf", ".odt"})
"""Files that someone may have meant as articles, so that skipping them is said; pictures and styles are not."""


def listed(root: Path, ignore: Sequence[str] = ()) -> Iterator[str]:
    """POSIX paths below ``root`` of all that may be articles or was perhaps meant as one, in a stable order.

    Hidden files, hidden folders and linked folders are passed over, and names that a pattern of ``ignore`` fits.
    """
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = os.path.relpath(folder, root)
        before = "" if below == "." else f"{below}/"
        for name in sorted(names):
            suffix = _suffix(name)
            if name.startswith(".") or (suffix not in _MARKDOWN and suffix not in _OTHER_TEXT):
                continue
            if not is_ignored(name, ignore):
                yield before + name


def is_ignored(name: str, ignore: Sequence[str]) -> bool:
    """Whether a pattern of ``ignore`` fits the name of a file."""
    return any(fnmatch.fnmatch(name, pattern) for pattern in ignore)


def is_markdown(name: str) -> bool:
    """Whether a file is named as an article is."""
    return _suffix(name) in _MARKDOWN


def refused(root: Path, path: str, max_bytes: int = MAX_BYTES) -> Problem | None:
    """Why the file at ``path`` below ``root``, which is resolved, is not taken before it is even read; else None."""
    if not is_text(path):
        return Problem(readable(path), 0, "bad-name", "the name of the file or its folder is not UTF-8")
    if not is_markdown(path):
        return Problem(path, 0, "not-markdown", "not a Markdown file (.md, .markdown): it is skipped")
    return _refused_on_disk(root, path, max_bytes)


def _refused_on_disk(root: Path, path: str, max_bytes: int) -> Problem | None:
    file = os.path.join(root, path)  # noqa: PTH118 - a hot loop
    try:
        if os.path.islink(file) and not Path(file).resolve().is_relative_to(root):  # noqa: PTH114
            return Problem(path, 0, "outside-root", "a link to a file outside the folder is not followed")
        about = os.stat(file)  # noqa: PTH116
    except OSError as error:
        return unreadable(path, str(error.strerror))
    except RuntimeError:  # how pathlib says ELOOP before Python 3.13
        return unreadable(path, "it is a link that leads to itself")
    if not stat.S_ISREG(about.st_mode):  # a pipe would be waited on forever
        return unreadable(path, "it is not a regular file")
    if about.st_size > max_bytes:
        message = f"the file has {about.st_size:,} bytes; articles.max_bytes allows {max_bytes:,}"
        return Problem(path, 0, "too-large", message)
    return None


def unreadable(path: str, why: str) -> Problem:
    """What is said of a file that cannot be read."""
    return Problem(path, 0, "unreadable", f"the file cannot be read: {why}")


def is_text(path: str) -> bool:
    """Names are bytes to the system; one that is not UTF-8 could neither be stored nor printed."""
    return readable(path) == path


def readable(path: str) -> str:
    """``path`` with the bytes that are not UTF-8 written as escapes."""
    return path.encode("utf-8", "backslashreplace").decode()


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - a hot loop
