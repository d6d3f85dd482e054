"""The command `kb review`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import Result, app, command
from assistant.cli.options import By, Language, article_paths, day_or_today, who
from kb.errors import KBError, UsageError
from kb.library import Library

if TYPE_CHECKING:
    from assistant.reviews import Due
    from kb.articles.article import ArticleKey
    from kb.reviews import Review


@command(
    app,
    "review",
    "kb review report-move@de --confirm",
    'kb review articles/de/report-move.md --change --note "Frist berichtigt"',
    "kb review --list --owner team-tarife",
    "kb review --reminders erinnerungen",
)
def review_command(
    library: Library,
    article: Annotated[str | None, typer.Argument(help="Its file, its id, or id@language.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="The text is right as it stands.")] = False,
    change: Annotated[bool, typer.Option("--change", help="You had to change the text, and have.")] = False,
    note: Annotated[str, typer.Option(help="What you found; kept in the record.")] = "",
    by: By = None,
    listing: Annotated[bool, typer.Option("--list", help="Show what must be reviewed, by owner.")] = False,
    reminders: Annotated[
        Path | None, typer.Option(help="Write one reminder an owner into this folder.", metavar="FOLDER")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only this owner's articles.")] = None,
    days: Annotated[int, typer.Option(min=0, help="How many days ahead to look.")] = 7,
    language: Annotated[Language, typer.Option(help="Language of lists and reminders.")] = "de",
    today: Annotated[str | None, typer.Option(help="The day to do it for, YYYY-MM-DD (default: today).")] = None,
) -> Result:
    """Vouch for an article after reading it, or show what has to be read."""
    wanted = [confirm, change, listing, reminders is not None]
    if sum(wanted) != 1 or (article is not None) != (confirm or change):
        raise UsageError(
            "Say one thing: kb review ARTICLE --confirm or --change, or kb review --list or --reminders FOLDER.",
            "See: kb review --help",
        )
    if article is not None:
        return _review(library, article, "changed" if change else "confirmed", today, who(by), note)
    return _due(library, reminders, owner, days, language, today)


def _review(
    library: Library, article: str, verdict: Literal["confirmed", "changed"], today: str | None, actor: str, note: str
) -> Result:
    from assistant.reviews import review

    paths = article_paths(library, None)
    done = review(
        library, paths, article, verdict, datetime.now(UTC), day_or_today(today, library), actor=actor, note=note
    )
    if done.unrecorded:
        print(f"The date is set, but who did it is not on record. {done.unrecorded}", file=sys.stderr)
    lines = [f"{done.path}: reviewed_on {done.reviewed_on} (before: {done.before or 'never'})."]
    if verdict == "changed":
        lines.append("Ratings of its earlier text no longer count. Bring the index up to date: kb ingest")
    return Result(done.to_json(), lines)


def _due(
    library: Library, folder: Path | None, owner: str | None, days: int, language: Language, today: str | None
) -> Result:
    from assistant.reviews import due, reminders
    from assistant.reviews.lists import listing

    now, ignore = day_or_today(today, library), library.settings.articles.ignore
    due_articles = due(article_paths(library, None), now, ignore, days=days, owner=owner, last=_on_record(library))
    files = reminders(folder, due_articles, now, language) if folder is not None else {}
    owners = [_owner(*item, files) for item in due_articles.items()]
    lines = [f"{file}: {len(due_articles[name])}" for name, file in files.items()]
    if folder is None:
        lines = [listing(due_articles, language)]
    return Result({"today": now.isoformat(), "days": days, "owners": owners}, lines)


def _on_record(library: Library) -> dict[ArticleKey, Review]:
    """The last review of each article, as far as there is a record; looking must not make one."""
    if not library.has_log:
        return {}
    try:
        return library.reviews.last()
    except (KBError, ModuleNotFoundError):
        return {}


def _owner(name: str, items: list[Due], files: dict[str, Path]) -> dict[str, object]:
    row: dict[str, object] = {"owner": name, "articles": [article.to_json() for article in items]}
    return row | ({"file": str(files[name])} if name in files else {})
