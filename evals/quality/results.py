"""What a run leaves behind: its report as JSON, as Markdown with the questions that were missed, and a figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.quality import plots
from evals.quality.datasets import REPOSITORY, even
from evals.quality.metrics import RANKING
from evals.quality.report import Run
from evals.quality.scores import Parts, Row
from evals.quality.systems import product
from evals.quality.tables import markdown, table

RESULTS = REPOSITORY / "evals" / "results"
_MISSES = 40


def save(run: Run, folder: Path = RESULTS, repository: Path = REPOSITORY) -> list[Path]:
    """Write three files, named after the data set and after all that makes the run another than the plain one."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = _stem(run, repository)
    data, text, figure = (folder / f"{stem}{suffix}" for suffix in (".json", ".md", ".svg"))
    data.write_text(json.dumps(run.report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    plots.draw(run.report["abstention"], stem, figure)
    lines = [
        "",
        f"![Risk over coverage, and reliability]({figure.name})",
        "",
        *missed(misses(run.measured.parts), len(run.measured.parts.all)),
    ]
    text.write_text(markdown(run.report) + "\n".join(lines) + "\n", encoding="utf-8")
    return [data, text, figure]


def _stem(run: Run, repository: Path) -> str:
    """The repository's own folder is called anything: its questions are known by their files alone."""
    chosen = dict(run.report["selection"])
    queries = chosen.pop("queries", [])
    own = run.measured.dataset.articles.resolve().parent == repository
    names = [] if own and queries else [run.measured.dataset.name]
    return "-".join([*names, *queries, *map(str, chosen.values()), *run.report["settings"]])


def misses(parts: Parts) -> list[Row]:
    """The questions of which no relevant article ranks first in the product, over the whole index."""
    place = list(RANKING).index("recall@1")
    return [row for row in parts.all if row.values[product(row.values)][place] == 0]


def missed(rows: Sequence[Row], questions: int) -> Iterator[str]:
    """The lines that show ``rows``, what was missed of so many ``questions``; at most so many as can be read."""
    chosen = even(rows, _MISSES)
    yield f"## Missed: {len(rows)} of {questions} questions have another article first"
    yield ""
    if len(chosen) < len(rows):
        yield from (f"{len(chosen)} of them, taken evenly.", "")
    if chosen:
        yield from table(["id", "question", "relevant", "rank", "first"], (_described(row) for row in chosen))


def _described(row: Row) -> list[object]:
    ranked = row.outcome.rankings[product(row.values), row.language]
    rank = next((number for number, name in enumerate(ranked, 1) if name in row.relevant), None)
    relevant = ", ".join(f"`{name}`" for name in sorted(row.relevant))
    return [row.question.id, row.question.text, relevant, rank, f"`{ranked[0]}`" if ranked else None]
