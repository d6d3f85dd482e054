"""The files under check: found, read, and known to each other by id and by path."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb import markdown
from kb.articles import files, front_matter
from kb.articles.reader import read
from kb.checks.page import NO_BODY, Page
from kb.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date


MAX_COMPARISONS = 30_000
"""Names compared for suggestions in one check, about 3 s: who has more dead links than that has another problem."""


class Corpus:
    """All pages of one check, for the rules that look beyond a single article."""

    def __init__(self, pages: Sequence[Page], today: date) -> None:
        self.pages = pages
        self.today = today
        self._comparisons_left = MAX_COMPARISONS
        self._anchors: dict[str, frozenset[str] | None] = {page.file: page.body.anchors for page in pages}

    @cached_property
    def by_id(self) -> dict[str, list[Page]]:
        """Pages with an article by the article's id: its languages, and duplicates."""
        found: dict[str, list[Page]] = defaultdict(list)
        for page in self.pages:
            if page.article:
                found[page.article.id].append(page)
        return dict(found)

    @cached_property
    def by_file(self) -> dict[str, Page]:
        """Pages by their absolute path."""
        return {page.file: page for page in self.pages}

    @cached_property
    def languages(self) -> frozenset[str]:
        """Primary language tags that the library is kept in: those of a tenth of its articles at least.

        A stray article in another language, or one whose language was told wrongly, does not make it bilingual.
        """
        counts = Counter(page.article.primary_language for page in self.pages if page.article)
        return frozenset(language for language, number in counts.items() if number * 10 >= counts.total())

    def nearest(self, name: str, candidates: Iterable[str]) -> str:
        """The candidate most like ``name``, else empty. Only the first findings get a suggestion: it is slow work."""
        names = list(candidates)
        if self._comparisons_left <= 0:
            return ""
        self._comparisons_left -= len(names)
        return next(iter(get_close_matches(name, names, n=1, cutoff=0.6)), "")

    def anchors_of(self, file: str) -> frozenset[str] | None:
        """Anchors of a Markdown file, read now if it is not among the pages; None where there is no such text."""
        if file not in self._anchors:
            try:
                text = Path(file).read_bytes().decode("utf-8", errors="replace")
                self._anchors[file] = markdown.parse(text[front_matter.split(text)[1] :]).anchors
            except OSError:
                self._anchors[file] = None
        return self._anchors[file]


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file to read: ``root`` is the folder its article's path counts from, ``here`` the one people stand in."""

    file: str
    root: Path
    here: Path
    wanted: bool
    max_bytes: int = files.MAX_BYTES

    @property
    def shown(self) -> str:
        """The file as people can open it from where they stand."""
        path = Path(self.file)
        shown = path.relative_to(self.here).as_posix() if path.is_relative_to(self.here) else path.as_posix()
        return files.readable(shown)

    def read(self) -> Page:
        """Read it, whatever it holds; what an ingest would refuse is not opened either."""
        path, shown = Path(self.file), self.shown
        below = path.relative_to(self.root).as_posix()
        problem = files.refused(self.root, below, self.max_bytes)
        try:
            raw = b"" if problem else path.read_bytes()
        except OSError as error:
            problem = files.unreadable(below, str(error.strerror))
        if problem:
            return Page(self.file, shown, None, NO_BODY, front_matter.NOTHING, (problem,), self.wanted)
        result = read(below, raw)
        body = result.body or NO_BODY
        return Page(self.file, shown, result.article, body, result.front_matter, result.problems, self.wanted)


def find(
    paths: Sequence[Path], ignore: Sequence[str], here: Path | None = None, max_bytes: int = files.MAX_BYTES
) -> list[FileToRead]:
    """All files of ``paths`` that may be articles in a stable order, each once. A single file brings its folder along.

    ``here`` (default: the current folder) is where shown paths count from; files of more than ``max_bytes`` are not
    read. Raises NotFoundError for a path that does not exist.
    """
    here = here or Path.cwd()
    wanted: dict[str, Path] = {}
    neighbours: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"There is no file or folder {path}.", "Name a folder of Markdown articles or a file.")
        root = path.resolve()
        if root.is_dir():
            wanted |= _below(root, ignore)
        else:
            wanted[str(root)] = root.parent
            neighbours |= _below(root.parent, ignore)
    return [FileToRead(file, root, here, file in wanted, max_bytes) for file, root in {**neighbours, **wanted}.items()]


def _below(root: Path, ignore: Sequence[str]) -> dict[str, Path]:
    return {os.path.join(root, name): root for name in files.listed(root, ignore)}  # noqa: PTH118 - a hot loop
