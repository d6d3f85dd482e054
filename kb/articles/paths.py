"""Paths as people see them."""

from __future__ import annotations

from pathlib import Path


def shown(root: str, path: str) -> str:
    """A file as it can be opened from the current folder: relative where it lies below it, else absolute."""
    file = Path(root, path)
    here = Path.cwd()
    return file.relative_to(here).as_posix() if file.is_relative_to(here) else file.as_posix()
