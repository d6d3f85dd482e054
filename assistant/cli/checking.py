"""The command `kb check`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, Paths, article_paths, day_or_today, examples, open_library
from kb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from kb.checks import Finding
    from kb.checks.corpus import Corpus as Shelf
    from kb.library import Library
    from kb.settings import ArticleSettings


@app.command(
    "check",
    epilog=examples(
        "kb check",
        "kb check articles/de --today 2027-01-31 --fail-on overdue",
        "kb check --changed-since origin/main --format github",
        "kb check --links",
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
    links: Annotated[
        bool, typer.Option("--links", help="Ask the hosts of external links too; needs a network.")
    ] = False,
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

    if links and changed_since is not None:
        raise UsageError(
            "--links does not go with --changed-since: other people's pages vanish without any change here.",
            "Check external links on a schedule, without --changed-since.",
        )
    library = open_library(home, config)
    articles = library.settings.articles
    folders, now = article_paths(library, paths), day_or_today(today, library)
    if fix:
        _mend(folders, now, articles, changed_since)
    if changed_since is not None:
        from kb.checks.changed import check_changed

        report, left_out = check_changed(
            folders, now, changed_since, articles.due_days, articles.ignore, owner, articles.max_bytes
        )
        if left_out:
            print(f"{left_out} findings are older than this change and left out.", file=sys.stderr)
    else:
        more = [_external(library)] if links else []
        report = check(
            folders, now, articles.due_days, articles.ignore, owner=owner, more=more, max_bytes=articles.max_bytes
        )
    for piece in pieces(report, "json" if as_json else format_, fail_on):
        sys.stdout.write(piece)
    print()
    if report.fails(fail_on):
        raise typer.Exit(1)


def _mend(folders: list[Path], today: date, articles: ArticleSettings, changed_since: str | None) -> None:
    """Mend, after a change only the files that it touched, and say on stderr what was done."""
    from kb.checks.changed import changed_files
    from kb.checks.mending import mend

    only = changed_files(folders, changed_since) if changed_since is not None else None
    for path, codes in mend(folders, today, articles.ignore, only, articles.max_bytes):
        print(f"Mended {path}: {', '.join(codes)}", file=sys.stderr)


def _external(library: Library) -> Callable[[Shelf], Iterable[Finding]]:
    """The rule on external links with the library's settings and what its home knows of them."""
    from kb.checks.external import external_links
    from kb.urls import Policy, survey
    from kb.urls.cache import UrlCache

    settings = library.settings.links
    try:
        policy = Policy.of(settings.allow_networks)
    except ValueError as error:
        raise UsageError(f"links.allow_networks: {error}.", "Write networks as 10.1.0.0/16 or fd00::/8.") from None
    cache = UrlCache(library.home / "links.sqlite3", timedelta(days=settings.max_age_days))
    ask = partial(survey, policy=policy, cache=cache, now=datetime.now(UTC), timeout_s=settings.timeout_s)
    return partial(external_links, ask=ask)
