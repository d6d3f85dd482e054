"""The command ``python -m evals``."""

from __future__ import annotations

import json
import os
import sys
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

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Override a setting for this run.", show_default=False),
]

_WrongUsage: type[typer.BadParameter] = typer.BadParameter.__base__  # type: ignore[assignment]
"""The base of all usage errors. Typer has it from click; newer versions from a copy of click inside themselves."""


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
