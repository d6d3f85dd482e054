"""The command ``python -m evals``."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kb.errors import KBError

app = typer.Typer(
    name="python -m evals",
    help="Measure retrieval, answers, abstention and speed.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Split(StrEnum):
    """Which half of a data set."""

    ALL = "all"
    DEV = "dev"
    TEST = "test"


Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Override a setting for this run.", show_default=False),
]

Datasets = Annotated[
    list[str],
    typer.Argument(metavar="DATASET[:FILE,…]…", help="Folders, with other files of questions after a colon."),
]

_WrongUsage: type[typer.BadParameter] = typer.BadParameter.__base__  # type: ignore[assignment]
"""The base of all usage errors. Typer has it from click; newer versions from a copy of click inside themselves."""


@app.command()
def run(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder with articles/ and queries.jsonl.")],
    queries: Annotated[
        list[Path] | None, typer.Option(help="Other questions than its own; repeatable.", show_default=False)
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, taken evenly.", show_default=False)] = None,
    split: Annotated[Split, typer.Option(help="Only this half of the questions.")] = Split.ALL,
    unanswerable: Annotated[
        Path | None, typer.Option(help="Add these questions, of another subject.", show_default=False)
    ] = None,
    unanswerable_limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many of them.", show_default=False)
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Write tables, figure and JSON into the results.")] = False,
    results: Annotated[Path | None, typer.Option(help="Folder for --save.", show_default="evals/results")] = None,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Run a data set through every system and print how good each is."""
    from evals.quality.datasets import Selection
    from evals.quality.report import evaluate
    from evals.quality.results import RESULTS
    from evals.quality.results import save as saved
    from evals.quality.tables import markdown

    selection = Selection(tuple(queries or ()), split.value, limit, unanswerable, unanswerable_limit)
    measured = evaluate(dataset, selection, overrides or [])
    report = measured.report
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else markdown(report))
    if save or results:
        for file in saved(measured, results or RESULTS):
            print(file, file=sys.stderr)


@app.command()
def compare(
    baseline: Annotated[Path | None, typer.Option(help="File.", show_default="evals/baseline.json")] = None,
    repository: Annotated[
        Path | None, typer.Option(help="Folder with articles/ and evals/data/gold_*.jsonl.", show_default="this one")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Keep this run as the baseline.")] = False,
    as_json: Json = False,
) -> None:
    """Put the gold questions to the repository's own articles; exit code 1 where a measure has dropped."""
    from evals.gate import gold
    from evals.gate.compare import compare as compared
    from evals.gate.compare import described, markdown
    from evals.quality.datasets import REPOSITORY

    folder = repository or REPOSITORY
    file = baseline or folder / gold.BASELINE
    before = None if update else gold.read(file)
    now = gold.current(folder)
    if before is None:
        gold.write(described(now), file)
        print(file, file=sys.stderr)
        return
    result = compared(before, now)
    print(json.dumps(result, ensure_ascii=False, indent=2) if as_json else markdown(result))
    if result["dropped"]:
        raise typer.Exit(1)


@app.command()
def learning(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder with articles/ and queries.jsonl.")],
    queries: Annotated[
        list[Path] | None, typer.Option(help="Other questions than its own; repeatable.", show_default=False)
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, taken evenly.", show_default=False)] = None,
    split: Annotated[Split, typer.Option(help="Only this half of the questions.")] = Split.ALL,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Rate half of the questions as an agent would, and print what that does to the other half."""
    from evals.fitting.learning import markdown, replay
    from evals.quality.datasets import Selection

    report = replay(dataset, Selection(tuple(queries or ()), split.value, limit), overrides or [])
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else markdown(report))


@app.command()
def weights(
    datasets: Datasets,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions of a set at most.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Fit the weights of the fusion on the development splits of data sets; what the product uses is in its code."""
    from evals.fitting.weights import fit

    result = fit(_folders(datasets), limit)
    print(json.dumps(result, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def calibrate(
    datasets: Datasets,
    far: Annotated[
        Path | None, typer.Option(help="Questions of other subjects, asked besides.", show_default=False)
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions of a set at most.", show_default=False)] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the result to where the product reads it.")] = False,
    as_json: Json = False,
) -> None:
    """Fit the confidence on the development splits of data sets."""
    from evals.fitting.calibrate import calibrate as fitted
    from evals.fitting.calibrate import save

    result = fitted(_folders(datasets), far, limit)
    if update:
        save(result)
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        asked = sum(one["examples"] for one in result["data"])
        print(f"Fitted on {asked} examples of {len(result['data'])} sets.")
        print(f"For a risk of {result['risk']:.0%}, set answer.threshold to {result['threshold']}.")


@app.command()
def load(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder with articles/ and queries.jsonl.")],
    agents: Annotated[int, typer.Option(min=1, help="How many people ask at once.")] = 50,
    pacing_s: Annotated[float, typer.Option(min=0.1, help="Every so many seconds each of them asks.")] = 5.0,
    minutes: Annotated[float, typer.Option(min=0.05, help="For so long.")] = 5.0,
    together: Annotated[bool, typer.Option("--together", help="All ask in the same instant.")] = False,
    as_json: Json = False,
) -> None:
    """Put a server under load: many agents ask at once, an ingest meanwhile. Exit code 1 where a request failed."""
    from evals.quality.datasets import load as read
    from evals.speed.load import load as measured

    questions = [one.text for one in read(dataset).questions]
    result = measured(dataset / "articles", questions, agents, pacing_s, minutes, together=together)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        times = result["latency_ms"]
        print(
            f"{result['requests']} requests, {result['errors']} errors; p50 {times['p50']} ms, p95 {times['p95']} ms."
        )
    if result["errors"]:
        raise typer.Exit(1)


@app.command()
def regress(
    home: Annotated[
        Path | None, typer.Option(help="Folder of the index (default: KB_HOME, else .kb).", show_default=False)
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the questions as a data set's instead.", show_default=False),
    ] = None,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Ask the questions that gaps were closed with again; exit code 1 where one is not answered any more."""
    from datetime import UTC, datetime

    from evals.gate.regress import export as exported
    from evals.gate.regress import markdown
    from evals.gate.regress import regress as asked
    from evals.quality.index import configured
    from kb.library import Library

    opened = Library.open(home)
    library = Library(opened.home, configured(overrides or [])) if overrides else opened
    if export is not None:
        number = exported(library.backlog.regression_questions(), export)
        print(json.dumps({"path": str(export), "questions": number}) if as_json else f"{number} questions in {export}.")
        return
    report = asked(library, datetime.now(UTC))
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else markdown(report))
    if report["broken"]:
        raise typer.Exit(1)


@app.command()
def gaps(
    datasets: Annotated[
        list[str],
        typer.Argument(metavar="DATASET[:FILE,…]…", help="Folders, with other files of questions after a colon."),
    ],
    far: Annotated[
        Path | None, typer.Option(help="Questions of other subjects, asked besides.", show_default=False)
    ] = None,
    split: Annotated[Split, typer.Option(help="The half whose articles gaps are planted in.")] = Split.DEV,
    seed: Annotated[int, typer.Option(help="Another number plants other gaps.")] = 1,
    articles: Annotated[
        int | None, typer.Option(min=50, help="At most so many articles of a set.", show_default=False)
    ] = None,
    reactions: Annotated[
        float, typer.Option(min=0.0, help="How often people react to what they got: 0 never, 1 as assumed.")
    ] = 0.0,
    scale: Annotated[
        int | None, typer.Option(min=1000, help="Instead, time so many logged questions.", show_default=False)
    ] = None,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Plant gaps in knowledge bases, ask as many people would, and score what is found; or time a large log."""
    from evals.gaps.bench import Plan, markdown, run
    from evals.gaps.scale import measure

    plan = Plan(split.value, seed, far, articles, reactions)
    results = []
    for name in datasets:
        folder, _, files = name.partition(":")
        queries = [Path(file) for file in files.split(",") if file]
        if scale:
            results.append(measure(Path(folder), queries, scale, 100, overrides or []))
        else:
            results.append(run(Path(folder), queries, plan, overrides or []))
    print(json.dumps(results, ensure_ascii=False, indent=2) if as_json else markdown(results))


@app.command()
def bench(
    articles: Annotated[Path, typer.Option(help="Folder of articles.")] = Path("articles"),
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Time ingest, asking and the whole command on this machine, and compare ingest with sentence-transformers."""
    from evals.speed.bench import bench as measured
    from evals.speed.bench import markdown

    result = measured(articles, overrides or [])
    print(json.dumps(result, ensure_ascii=False, indent=2) if as_json else markdown(result))


@app.command()
def health(
    home: Annotated[
        Path | None, typer.Option(help="Home with the index of a large base, for copies and times.", show_default=False)
    ] = None,
    groups: Annotated[
        Path | None, typer.Option(help="Its articles with the same body, JSON lines.", show_default=False)
    ] = None,
    versions: Annotated[
        Path | None, typer.Option(help="Folder with two versions of an FAQ.", show_default=False)
    ] = None,
    years: Annotated[int | None, typer.Option(min=1, help="Simulated years.", show_default="20")] = None,
    as_json: Json = False,
) -> None:
    """Measure what `kb health` finds: contradictions, copies, translations, what is stale."""
    from evals.health.health import markdown, measure

    result = measure(home, groups, versions, years)
    print(json.dumps(result, ensure_ascii=False, indent=2) if as_json else markdown(result))


def _folders(datasets: list[str]) -> list[tuple[Path, tuple[Path, ...]]]:
    """Each folder with its files of questions, from ``FOLDER:FILE,FILE``."""
    parts = [part.partition(":") for part in datasets]
    return [(Path(folder), tuple(Path(file) for file in files.split(",") if file)) for folder, _, files in parts]


def main() -> NoReturn:
    """Run the command; every error leaves as two lines on stderr and an exit code of the design."""
    # Models come from this machine only: a library that would fetch them shall fail instead, and draw no bars.
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    try:
        code = app(standalone_mode=False)
    except KBError as error:
        _fail(error.message, error.hint, error.exit_code)
    except _WrongUsage as error:
        _fail(" ".join(error.format_message().split()), "See: python -m evals --help", 2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("Interrupted.", "Run the command again: what was indexed is kept.", 130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, hint: str, code: int) -> NoReturn:
    print(f"{message}\n{hint}", file=sys.stderr)
    sys.exit(code)
