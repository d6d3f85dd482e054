"""The command `kb check`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, Paths, article_paths, day, examples, open_library


@app.command(
    "check",
    epilog=examples(
        "kb check",
        "kb check articles/de --today 2027-01-31 --fail-on overdue",
        "kb check --changed-since origin/main --format github",
        "kb check --fix",
    ),
)
def check_command(
    paths: Paths = None,
    today: Annotated[str | None, typer.Option(help="The day to check for, YYYY-MM-DD (default: today).")] = None,
    fail_on: Annotated[Literal["error", "overdue", "due"], typer.Option(help="What makes the exit code 1.")] = "error",
    owner: Annotated[str, typer.Option(help="Only the articles of this owner.")] = "",
    changed_since: Annotated[
        str | None,
        typer.Option(help="Only what the change since this git revision brought about.", show_default=False),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is mechanical, then check.")] = False,
    format_: Annotated[
        Literal["text", "json", "github", "junit", "sarif"], typer.Option("--format", help="How to print the findings.")
    ] = "text",
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Check articles: front matter, links, text, freshness. Needs no index and no model."""
    from kb.checks import check
    from kb.checks.formats import pieces

    library = open_library(home, config)
    articles = library.settings.articles
    folders, now = article_paths(library, paths), day(today)
    if fix:
        from kb.checks.mending import mend

        for path, codes in mend(folders, now, articles.ignore):
            print(f"Mended {path}: {', '.join(codes)}", file=sys.stderr)
    if changed_since is not None:
        from kb.checks.changed import check_changed

        report, left_out = check_changed(folders, now, changed_since, articles.due_days, articles.ignore, owner)
        if left_out:
            print(f"{left_out} findings are older than this change and left out.", file=sys.stderr)
    else:
        report = check(folders, now, due_days=articles.due_days, ignore=articles.ignore, owner=owner)
    for piece in pieces(report, "json" if as_json else format_, fail_on):
        sys.stdout.write(piece)
    print()
    if report.fails(fail_on):
        raise typer.Exit(1)
