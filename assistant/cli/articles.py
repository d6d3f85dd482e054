"""Commands on the articles: ingest, reindex, new, check."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import Result, app, command
from assistant.cli.options import (
    By,
    Language,
    Paths,
    ProgressBar,
    article_paths,
    day_or_today,
    refuse_server,
    running_server,
    who,
)
from kb.errors import UsageError
from kb.library import Library

if TYPE_CHECKING:
    from ingest.report import IngestReport
    from kb.checks import Finding
    from kb.checks.corpus import Corpus as Shelf
    from kb.settings import ArticleSettings


@command(
    app, "ingest", "kb ingest articles", "kb ingest articles/de/report-move.md", "kb ingest articles --dry-run --json"
)
def ingest_command(
    library: Library,
    paths: Paths = None,
    prune: Annotated[bool, typer.Option(help="Remove articles whose files have gone.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
) -> Result:
    """Bring the index up to date with folders of Markdown articles. Exit code 1 where a file was rejected."""
    from ingest.pipeline import ingest

    folders, server = article_paths(library, paths), running_server(library)
    with ProgressBar("Ingesting") as hooks:
        if server is not None:
            return _ingested(server.ingest(folders, hooks, prune=prune, dry_run=dry_run))
        return _ingested(ingest(library, folders, hooks, prune=prune, dry_run=dry_run))


@command(app, "reindex", "kb reindex", "kb reindex articles")
def reindex_command(library: Library, paths: Paths = None) -> Result:
    """Build the index anew from the articles: after damage, or to drop folders that have gone."""
    from ingest.rebuild import reindex

    refuse_server(library, "rebuild the index")
    with ProgressBar("Ingesting") as hooks:
        return _ingested(reindex(library, paths or [], article_paths(library, None), hooks))


@command(
    app,
    "new",
    'kb new "Zählerstand melden"',
    'kb new "Report a meter reading" --language en',
    'kb new "Wallbox-Tarif kündigen" --from-gap G-0001',
)
def new_command(
    library: Library,
    title: Annotated[str, typer.Argument(help="The title of the article.")],
    language: Annotated[Language | None, typer.Option(help="Its language (default: de, or the gap's).")] = None,
    owner: Annotated[
        str | None, typer.Option(help="The team or person that keeps it (default: team, or as near articles).")
    ] = None,
    from_gap: Annotated[
        str | None, typer.Option(metavar="GAP_ID", help="Begin with what a documentation gap knows.")
    ] = None,
    by: By = None,
) -> Result:
    """Write a draft article with front matter and the usual structure."""
    if from_gap is None:
        from assistant.leads.article_stub import write

        file = write(article_paths(library, None)[0], title, language or "de", owner or "team", library.today())
    else:
        from assistant.leads import draft

        library.exact = True
        now = datetime.now(UTC)
        file = draft(library, from_gap, who(by), now, title=title, language=language or "", owner=owner or "").path
    return Result({"path": str(file)}, [f"Wrote {file}. Fill it in, then run: kb check {file}"])


@command(
    app,
    "check",
    "kb check",
    "kb check articles/de --today 2027-01-31 --fail-on overdue",
    "kb check --changed-since origin/main --format github",
    "kb check --links",
    "kb check --fix",
)
def check_command(
    library: Library,
    paths: Paths = None,
    today: Annotated[str | None, typer.Option(help="The day to check for, YYYY-MM-DD (default: today).")] = None,
    fail_on: Annotated[Literal["error", "overdue", "due"], typer.Option(help="What makes the exit code 1.")] = "error",
    owner: Annotated[str, typer.Option(help="Only the articles of this owner.")] = "",
    changed_since: Annotated[
        str | None, typer.Option(help="Only what the change since this git revision brought about.")
    ] = None,
    links: Annotated[
        bool, typer.Option("--links", help="Ask the hosts of external links too; needs a network.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is mechanical, then check.")] = False,
    format_: Annotated[
        Literal["text", "json", "github", "junit", "sarif"], typer.Option("--format", help="How to print the findings.")
    ] = "text",
    as_json: bool = False,
) -> None:
    """Check articles: front matter, links, text, freshness. Needs no index and no model."""
    from kb.checks import check
    from kb.checks.formats import pieces

    if links and changed_since is not None:
        raise UsageError(
            "--links does not go with --changed-since: other people's pages vanish without any change here.",
            "Check external links on a schedule, without --changed-since.",
        )
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


def _ingested(report: IngestReport) -> Result:
    return Result(report.to_json(), _ingest_lines(report), 1 if report.rejected else 0)


def _ingest_lines(report: IngestReport) -> Iterator[str]:
    for problem in report.problems:
        yield f"{problem.path}:{problem.line}: [{problem.code}] {problem.message}"
    counts = ", ".join(f"{number} {name}" for name, number in report.to_json()["articles"].items())
    yield f"{counts}. {report.sections} sections in the index, {report.embedded} embedded, in {report.seconds:.1f} s."


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
