"""Questions from many threads while an ingest loop changes the articles under them, as in a running server."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from assistant.ask import ask
from ingest.pipeline import ingest
from kb.library import Library
from tests.ingest.soak.corpus import Text, open_library, text_of


@dataclass(slots=True)
class ServeReport:
    """Questions asked, how many were answered with quotes, ingests meanwhile, and faults."""

    asked: int = 0
    answered: int = 0
    ingests: int = 0
    slowest_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.asked} questions, {self.answered} answered, slowest {self.slowest_s:.2f} s, "
            f"{self.ingests} ingests meanwhile, {len(self.faults)} faults"
        )


class _Shelf:
    """The versions that may answer now: the one on disk, and the one before while an ingest is under way."""

    def __init__(self, library: Library, folder: Path, articles: int) -> None:
        self._library, self._folder = library, folder
        self.versions = [[text_of(library, number, 0)] for number in range(articles)]
        for (text,) in self.versions:
            self._write(text)

    def turn(self, version: int, rnd: random.Random) -> None:
        """Give half of the articles a new version."""
        for number in rnd.sample(range(len(self.versions)), len(self.versions) // 2):
            text = text_of(self._library, number, version)
            self.versions[number].append(text)
            self._write(text)

    def _write(self, text: Text) -> None:
        # In one step, as an editor or git does: the reader sees a whole file.
        draft = self._folder / f"{text.id}.tmp"
        draft.write_text(text.source, encoding="utf-8")
        draft.replace(self._folder / f"{text.id}.md")


def run(place: Path, seconds: float, seed: int = 0, articles: int = 30, threads: int = 10) -> ServeReport:
    """Ask from ``threads`` threads and ingest without a pause for ``seconds``."""
    folder = place / "articles"
    folder.mkdir(parents=True)
    library = open_library(place / "home")
    rnd = random.Random(seed)
    try:
        with library.serving("soak"):
            shelf = _Shelf(library, folder, articles)
            ingest(library, [folder])
            desk = _Desk(library, shelf)
            askers = [threading.Thread(target=desk.ask_on, args=(number,)) for number in range(threads)]
            for asker in askers:
                asker.start()
            try:
                deadline = time.monotonic() + seconds
                while time.monotonic() < deadline and not desk.report.faults:
                    desk.report.ingests += 1
                    shelf.turn(desk.report.ingests, rnd)
                    ingest(library, [folder])
            finally:
                desk.closed.set()
                for asker in askers:
                    asker.join()
    finally:
        library.close()
    return desk.report


class _Desk:
    """What the threads share."""

    def __init__(self, library: Library, shelf: _Shelf) -> None:
        self._library, self._shelf = library, shelf
        self._guard = threading.Lock()
        self.report = ServeReport()
        self.closed = threading.Event()

    def ask_on(self, seed: int) -> None:
        """Ask until the desk is closed."""
        rnd = random.Random(seed)
        while not self.closed.is_set():
            versions = self._shelf.versions[rnd.randrange(len(self._shelf.versions))]
            started = time.monotonic()
            answered, fault = self._ask(versions)
            with self._guard:
                self.report.asked += 1
                self.report.answered += answered
                self.report.slowest_s = max(self.report.slowest_s, time.monotonic() - started)
                self.report.faults += [fault] if fault else []

    def _ask(self, versions: list[Text]) -> tuple[bool, str]:
        """Whether the article was quoted, and what was wrong."""
        name = versions[0].id
        # The newest on disk may not be in the index yet; those that come while the question is answered may be.
        first = max(0, len(versions) - 2)
        try:
            reply = ask(self._library, f"Was kostet der Tarif {versions[0].topic}?", log=False)
        except Exception as error:  # noqa: BLE001  whatever is raised is what this looks for
            return False, f"{type(error).__name__}: {error}"
        if name not in {near.article_id for near in reply.nearest}:
            return False, f"{name} is not found: {[near.article_id for near in reply.nearest]}"
        quotes = [item.quote for item in reply.citations if item.article_id == name]
        if not any(all(quote in text.source for quote in quotes) for text in versions[first:]):
            return True, f"{name}: no version from {first} on holds {quotes}"
        return bool(quotes), ""
