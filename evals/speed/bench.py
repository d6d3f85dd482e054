"""How fast is it: ingest against sentence-transformers, asking cold and warm, running again, and memory.

Everything is measured in one run on one machine. The product's ingest is timed whole (read, cut, embed, write, check);
sentence-transformers only encodes: the same texts, with the same weights in float32, at its own default batch of 32
and its own number of threads. The two take turns and the better of two rounds counts, since machines are shared.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answering.reply import Reply
from assistant.ask import ask
from evals.quality.index import CACHE_VARIABLE, configured
from evals.quality.metrics import percentiles
from evals.quality.report import machine
from ingest.pipeline import ingest
from kb.embedding import BUNDLED
from kb.embedding.conversion.convert import default_cache, ensure_bundled
from kb.errors import UsageError
from kb.library import Library
from kb.settings import ENV_PREFIX, Settings

_ROUNDS = 2
_COLD_RUNS = 3
_QUESTIONS = 200
_WARM_UP = 5

_SERVE = """
import json, sys
from pathlib import Path
from assistant.ask import ask
from kb.library import Library
library = Library.open(Path(sys.argv[1]))
with library.reading():
    for question in json.loads(sys.argv[2]):
        ask(library, question, log=False)
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmRSS")))
"""
"""What a server needs in memory to answer, its web framework apart; prints kB."""

_COMMAND = "from assistant.cli import main; main()"


def bench(articles: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Measure on the folder ``articles``, which is left alone. Raises KBError for a missing folder or part.

    1. Ingest and encode in turns. 2. Ingest again unchanged, then with one article edited. 3. Ask, cold and warm, the
    articles' titles as questions. 4. The whole command `kb ask`, and the memory of a process that answers.
    """
    if not articles.is_dir():
        raise UsageError(f"There is no folder {articles}.", "Give a folder of Markdown articles with --articles.")
    config = configured(overrides)
    with tempfile.TemporaryDirectory(prefix="lotse-bench-") as name:
        place = _Place(Path(name), config)
        shutil.copytree(articles, place.articles)
        result: dict[str, Any] = {"articles": str(articles), "machine": machine()}
        result["ingest"] = _ingest(place)
        result["again"] = _again(place)
        questions = _questions(place)
        result["ask_ms"] = _ask(place, questions)
        result["command"] = _command(place, overrides, questions)
        return result


@dataclass(frozen=True, slots=True)
class _Place:
    """A temporary folder with a copy of the articles."""

    folder: Path
    config: Settings

    @property
    def articles(self) -> Path:
        return self.folder / "articles"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @contextlib.contextmanager
    def library(self, home: Path | None = None) -> Iterator[Library]:
        with contextlib.closing(Library(home or self.home, self.config)) as library:
            yield library


def _ingest(place: _Place) -> dict[str, Any]:
    """Sections a second: of the product's whole ingest, and of sentence-transformers' encoding alone."""
    encode: Callable[[Sequence[str]], object] | None = None
    product: list[float] = []
    other: list[float] = []
    sections = 0
    for number in range(_ROUNDS):
        home = place.home if number == 0 else place.folder / f"home-{number}"
        with place.library(home) as library:
            library.embedder.embed_passages(["warm up"])
            report = ingest(library, [place.articles])
            sections = report.embedded
            product.append(report.embedded / report.seconds)
            with library.catalog.snapshot() as snapshot:
                texts = list(snapshot.texts_of(sorted(snapshot.vector_ids())).values())
        if place.config.embedding.model == BUNDLED and not place.config.embedding.url:
            encode = encode or _sentence_transformers()
            started = time.perf_counter()
            encode(texts)
            other.append(len(texts) / (time.perf_counter() - started))
    best = max(other) if other else None
    return {
        "sections": sections,
        "sections_per_s": round(max(product), 1),
        "sentence_transformers_sections_per_s": round(best, 1) if best else None,
        "ratio": round(max(product) / best, 2) if best else None,
    }


def _sentence_transformers() -> Callable[[Sequence[str]], object]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(ensure_bundled(default_cache())), device="cpu")
    model.encode(["warm up"], prompt_name="passage")
    return lambda texts: model.encode(list(texts), prompt_name="passage", batch_size=32, show_progress_bar=False)


def _again(place: _Place) -> dict[str, Any]:
    """Seconds of an ingest of the same folder (median of three), and of one where one article has another sentence."""
    with place.library() as library:
        library.embedder.embed_passages(["warm up"])
        same = [ingest(library, [place.articles]).seconds for _ in range(_COLD_RUNS)]
        edited = min(place.articles.rglob("*.md"))
        edited.write_text(edited.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
        one = ingest(library, [place.articles])
    return {
        "unchanged_s": round(percentiles(same)["p50"] or 0.0, 3),
        "one_edited_s": round(one.seconds, 3),
        "one_edited_embedded": one.embedded,
    }


def _questions(place: _Place) -> list[str]:
    with place.library() as library, library.catalog.snapshot() as snapshot:
        rows = snapshot.articles([row.article for row in snapshot.files()])
    titles = sorted({row.title for row in rows.values()})
    return titles[:: max(1, -(-len(titles) // _QUESTIONS))]


def _ask(place: _Place, questions: Sequence[str]) -> dict[str, Any]:
    """Milliseconds of one ``ask``: the first of a library that was just opened, model loading apart, and warm ones."""
    cold: list[Reply] = []
    for number in range(_COLD_RUNS):
        with place.library() as library, library.reading():
            _ = library.embedder
            cold.append(ask(library, questions[number % len(questions)], log=False))
    with place.library() as library, library.reading():
        for question in questions[:_WARM_UP]:
            ask(library, question, log=False)
        warm = [ask(library, question, log=False) for question in questions]
    return {
        "cold": _rounded(percentiles([reply.timings_ms.total for reply in cold])["p50"]),
        "warm": {
            part: {name: _rounded(value) for name, value in _times(warm, part).items()}
            for part in ("embed", "search", "answer", "total")
        },
    }


def _times(replies: Sequence[Reply], part: str) -> dict[str, float | None]:
    return percentiles([float(getattr(reply.timings_ms, part)) for reply in replies])


def _command(place: _Place, overrides: Sequence[str], questions: Sequence[str]) -> dict[str, Any]:
    """Seconds of `kb ask` from nothing to its end (median), and MB of a process that has answered some questions."""
    env = {name: value for name, value in os.environ.items() if name != CACHE_VARIABLE}
    for override in overrides:
        name, _, value = override.partition("=")
        env[ENV_PREFIX + name.replace(".", "__", 1).upper()] = value
    env["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    asking = [sys.executable, "-c", _COMMAND, "ask", questions[0], "--home", str(place.home), "--json"]
    seconds = []
    for _ in range(_COLD_RUNS):
        started = time.perf_counter()
        subprocess.run(asking, env=env, cwd=place.folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
        seconds.append(time.perf_counter() - started)
    serving = [sys.executable, "-c", _SERVE, str(place.home), json.dumps(questions[:20])]
    kilobytes = subprocess.run(serving, env=env, cwd=place.folder, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603
    median = percentiles(seconds)["p50"]
    return {"kb_ask_s": round(median or 0.0, 2), "answering_rss_mb": int(kilobytes) // 1024}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def markdown(result: dict[str, Any]) -> str:
    """The result as a table for people."""
    ingested, again, asked, command = result["ingest"], result["again"], result["ask_ms"], result["command"]
    rows: list[tuple[str, object]] = [
        (f"ingest, sections a second ({ingested['sections']} sections)", ingested["sections_per_s"]),
        ("sentence-transformers, same texts and weights", ingested["sentence_transformers_sections_per_s"]),
        ("ratio", ingested["ratio"]),
        ("ingest again, nothing changed, s", again["unchanged_s"]),
        (f"ingest again, one article edited ({again['one_edited_embedded']} embedded), s", again["one_edited_s"]),
        ("first ask of an opened library, ms", asked["cold"]),
        *((f"warm ask, {part}, ms (p50 / p95)", f"{t['p50']} / {t['p95']}") for part, t in asked["warm"].items()),
        ("`kb ask` as a whole process, s", command["kb_ask_s"]),
        ("memory of a process that answers, MB", command["answering_rss_mb"]),
    ]
    head = [f"# Speed: {result['articles']}, {result['machine']}", "", "| what | value |", "|---|---|"]
    return "\n".join([*head, *(f"| {name} | {'–' if value is None else value} |" for name, value in rows)]) + "\n"
