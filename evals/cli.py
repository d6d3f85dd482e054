"""The command ``python -m evals``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from kb.errors import KBError

app = typer.Typer(
    name="python -m evals",
    help="Measure retrieval, answers, abstention and speed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Override a setting for this run.", show_default=False),
]


@app.command()
def run(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder with articles/ and queries.jsonl.")],
    queries: Annotated[Path | None, typer.Option(help="Another file of questions.", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, taken evenly.", show_default=False)] = None,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Run a data set through every system and print how good each is."""
    from evals.report import evaluate, markdown

    report = evaluate(dataset, queries, limit, overrides or [])
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else markdown(report))


@app.command()
def bench(
    articles: Annotated[Path, typer.Option(help="Folder of articles.")] = Path("articles"),
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Time ingest, asking and the whole command on this machine, and compare ingest with sentence-transformers."""
    from evals.bench import bench as measured
    from evals.bench import markdown

    result = measured(articles, overrides or [])
    print(json.dumps(result, ensure_ascii=False, indent=2) if as_json else markdown(result))


def main() -> None:
    """Run the command; a KBError is two lines on stderr and its exit code."""
    # Models come from this machine only; a library that would ask for them elsewhere shall fail instead.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        app()
    except KBError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from None
