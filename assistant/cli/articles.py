"""Commands on the articles: ingest, reindex, new."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import app
from assistant.cli.options import (
    By,
    Config,
    Home,
    Json,
    Paths,
    article_paths,
    examples,
    open_library,
    refuse_server,
    running_server,
    who,
)
from assistant.terminal import ProgressBar, print_json
from kb.library import Library

if TYPE_CHECKING:
    from ingest.report import IngestReport


@app.command(
    "ingest",
    epilog=examples(
        "kb ingest articles", "kb ingest articles/de/report-move.md", "kb ingest articles --dry-run --json"
    ),
)
def ingest_command(
    paths: Paths = None,
    prune: Annotated[bool, typer.Option(help="Remove articles whose files have gone.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Bring the index up to date with folders of Markdown articles. Exit code 1 where a file was rejected."""
    library = open_library(home, config)
    _finish_ingest(_ingest(library, article_paths(library, paths), prune=prune, dry_run=dry_run), as_json)


@app.command("reindex", epilog=examples("kb reindex", "kb reindex articles"))
def reindex_command(paths: Paths = None, as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Build the index anew from the articles: after damage, or to drop folders that have gone."""
    from ingest.rebuild import reindex

    library = open_library(home, config)
    refuse_server(library, "rebuild the index")
    with ProgressBar("Ingesting") as hooks:
        report = reindex(library, paths or [], article_paths(library, None), hooks)
    _finish_ingest(report, as_json)


@app.command(
    "new",
    epilog=examples(
        'kb new "Zählerstand melden"',
        'kb new "Report a meter reading" --language en',
        'kb new "Wallbox-Tarif kündigen" --from-gap G-0001',
    ),
)
def new_command(
    title: Annotated[str, typer.Argument(help="The title of the article.")],
    language: Annotated[
        Literal["de", "en"] | None, typer.Option(help="Its language (default: de, or the gap's).", show_default=False)
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="The team or person that keeps it (default: team, or as near articles).", show_default=False),
    ] = None,
    from_gap: Annotated[
        str | None,
        typer.Option(metavar="GAP_ID", help="Begin with what a documentation gap knows.", show_default=False),
    ] = None,
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Write a draft article with front matter and the usual structure."""
    library = open_library(home, config)
    if from_gap is None:
        from assistant.leads.article_stub import write

        file = write(article_paths(library, None)[0], title, language or "de", owner or "team", library.today())
    else:
        from assistant.leads import draft

        library.exact = True
        now = datetime.now(UTC)
        file = draft(library, from_gap, who(by), now, title=title, language=language or "", owner=owner or "").path
    print_json({"path": str(file)}) if as_json else print(f"Wrote {file}. Fill it in, then run: kb check {file}")


def _ingest(library: Library, paths: list[Path], *, prune: bool, dry_run: bool) -> IngestReport:
    from ingest.pipeline import ingest

    server = running_server(library)
    with ProgressBar("Ingesting") as hooks:
        if server is not None:
            return server.ingest(paths, hooks, prune=prune, dry_run=dry_run)
        return ingest(library, paths, hooks, prune=prune, dry_run=dry_run)


def _finish_ingest(report: IngestReport, as_json: bool) -> None:
    if as_json:
        print_json(report.to_json())
    else:
        for problem in report.problems:
            print(f"{problem.path}:{problem.line}: [{problem.code}] {problem.message}")
        counts = ", ".join(f"{number} {name}" for name, number in report.to_json()["articles"].items())
        print(
            f"{counts}. {report.sections} sections in the index, {report.embedded} embedded, in {report.seconds:.1f} s."
        )
    if report.rejected:
        raise typer.Exit(1)
