"""A library that is edited, pruned, renamed and extended round after round: nothing is lost, nothing is left over."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

from ingest.pipeline import ingest
from kb.library import Library
from tests.ingest.soak.corpus import open_library, text_of


@dataclass(slots=True)
class ChurnReport:
    """Rounds, vectors that were deleted, graphs that had to be rebuilt, vectors found unreachable, and faults."""

    rounds: int = 0
    deleted: int = 0
    rebuilt: int = 0
    unreachable: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, {self.deleted} vectors deleted, {self.rebuilt} rebuilds during ingests, "
            f"{self.unreachable} vectors unreachable after them, {len(self.faults)} faults"
        )


def run(place: Path, rounds: int, seed: int = 0, articles: int = 60, every: int = 1) -> ChurnReport:
    """Change some files and ingest, ``rounds`` times; look closely after every ``every``-th round and the last."""
    rnd = random.Random(seed)
    folder = place / "articles"
    folder.mkdir(parents=True)
    report = ChurnReport()
    library = open_library(place / "home")
    _count(library, report)
    try:
        shelf = _Shelf(library, folder, rnd)
        for _ in range(articles):
            shelf.add(0)
        for turn in range(1, rounds + 1):
            for _ in range(rnd.randint(1, 12)):
                shelf.change(turn)
            result = ingest(library, [folder])
            report.rounds = turn
            if result.rejected:
                report.faults.append(f"round {turn}: {result.problems[:3]}")
            if turn % every == 0 or turn == rounds:
                _inspect(library, folder, report)
            if report.faults:
                break
    finally:
        library.close()
    return report


class _Shelf:
    """The files and what may happen to them."""

    def __init__(self, library: Library, folder: Path, rnd: random.Random) -> None:
        self._library, self._folder, self._rnd = library, folder, rnd
        self._files: dict[int, Path] = {}
        self._made = 0

    def add(self, version: int) -> None:
        """A new article."""
        self._files[self._made] = self._place(self._made)
        self._write(self._made, version)
        self._made += 1

    def change(self, version: int) -> None:
        """Edit, delete, rename or add one."""
        number = self._rnd.choice(sorted(self._files))
        action = self._rnd.choice(("edit", "edit", "delete", "rename", "add"))
        if action == "delete" and len(self._files) > 1:
            self._files.pop(number).unlink()
        elif action == "rename":
            self._files[number] = self._files[number].rename(self._place(number))
        elif action == "add":
            self.add(version)
        else:
            self._write(number, version)

    def _write(self, number: int, version: int) -> None:
        self._files[number].write_text(text_of(self._library, number, version).source, encoding="utf-8")

    def _place(self, number: int) -> Path:
        below = self._folder / self._rnd.choice(("", "a", "b/c"))
        below.mkdir(parents=True, exist_ok=True)
        return below / f"{number}-{self._rnd.randrange(10**6)}.md"


def _inspect(library: Library, folder: Path, report: ChurnReport) -> None:
    on_disk = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*.md")
    }
    with library.catalog.snapshot() as snapshot:
        indexed = {row.path: row.sha256 for row in snapshot.files()}
        named = snapshot.vector_ids()
    stored = library.vectors.ids()
    lost = library.vectors.unreachable(sorted(named & stored))
    report.unreachable += len(lost)
    if indexed != on_disk:
        report.faults.append(f"round {report.rounds}: files {sorted(indexed.items() ^ on_disk.items())[:3]} differ")
    if stored != named:
        report.faults.append(
            f"round {report.rounds}: {len(stored - named)} stray, {len(named - stored)} missing vectors"
        )
    if lost:
        library.vectors.rebuild()
        again = library.vectors.unreachable(sorted(named))
        report.faults += [f"round {report.rounds}: {len(again)} vectors unreachable after a rebuild"] if again else []


def _count(library: Library, report: ChurnReport) -> None:
    """Count what the store is told to do."""
    store = library.vectors
    delete, rebuild = store.delete, store.rebuild

    def deleting(ids: set[str]) -> None:
        report.deleted += len(ids)
        delete(ids)

    def rebuilding() -> None:
        report.rebuilt += 1
        rebuild()

    vars(store).update(delete=deleting, rebuild=rebuilding)
