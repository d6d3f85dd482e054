"""The command `kb review`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import app
from assistant.cli.options import By, Config, Home, Json, article_paths, day_or_today, examples, open_library, who
from assistant.terminal import print_json
from kb.errors import KBError, UsageError

if TYPE_CHECKING:
    from assistant.reviews import Due
    from kb.articles.article import ArticleKey
    from kb.library import Library
    from kb.reviews import Review


@app.command(
    "review",
    epilog=examples(
        "kb review report-move@de --confirm",
        'kb review articles/de/report-move.md --change --note "Frist berichtigt"',
        "kb review --list --owner team-tarife",
        "kb review --reminders erinnerungen",
    ),
)
def review_command(
    article: Annotated[str | None, typer.Argument(help="Its file, its id, or id@language.", show_default=False)] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="The text is right as it stands.")] = False,
    change: Annotated[bool, typer.Option("--change", help="You had to change the text, and have.")] = False,
    note: Annotated[str, typer.Option(help="What you found; kept in the record.")] = "",
    by: By = None,
    listing: Annotated[bool, typer.Option("--list", help="Show what must be reviewed, by owner.")] = False,
    reminders: Annotated[
        Path | None,
        typer.Option(help="Write one reminder an owner into this folder.", metavar="FOLDER", show_default=False),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only this owner's articles.", show_default=False)] = None,
    days: Annotated[int, typer.Option(min=0, help="How many days ahead to look.")] = 7,
    language: Annotated[Literal["de", "en"], typer.Option(help="Language of lists and reminders.")] = "de",
    today: Annotated[str | None, typer.Option(help="The day to do it for, YYYY-MM-DD (default: today).")] = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Vouch for an article after reading it, or show what has to be read."""
    wanted = [confirm, change, listing, reminders is not None]
    if sum(wanted) != 1 or (article is not None) != (confirm or change):
        raise UsageError(
            "Say one thing: kb review ARTICLE --confirm or --change, or kb review --list or --reminders FOLDER.",
            "See: kb review --help",
        )
    library = open_library(home, config)
    if article is not None:
        _review(library, article, "changed" if change else "confirmed", today, who(by), note, as_json=as_json)
    else:
        _show(library, reminders, owner, days, language, today, as_json=as_json)


def _review(
    library: Library,
    article: str,
    verdict: Literal["confirmed", "changed"],
    today: str | None,
    actor: str,
    note: str,
    *,
    as_json: bool,
) -> None:
    from assistant.reviews import review

    paths = article_paths(library, None)
    done = review(
        library, paths, article, verdict, datetime.now(UTC), day_or_today(today, library), actor=actor, note=note
    )
    if done.unrecorded:
        print(f"The date is set, but who did it is not on record. {done.unrecorded}", file=sys.stderr)
    if as_json:
        print_json(done.to_json())
        return
    print(f"{done.path}: reviewed_on {done.reviewed_on} (before: {done.before or 'never'}).")
    if verdict == "changed":
        print("Ratings of its earlier text no longer count. Bring the index up to date: kb ingest")


def _show(
    library: Library,
    folder: Path | None,
    owner: str | None,
    days: int,
    language: Literal["de", "en"],
    today: str | None,
    *,
    as_json: bool,
) -> None:
    from assistant.reviews import due, reminders
    from assistant.reviews.lists import listing

    now, ignore = day_or_today(today, library), library.settings.articles.ignore
    due_articles = due(article_paths(library, None), now, ignore, days=days, owner=owner, last=_on_record(library))
    files = reminders(folder, due_articles, now, language) if folder is not None else {}
    if as_json:
        print_json(
            {"today": now.isoformat(), "days": days, "owners": [_owner(*item, files) for item in due_articles.items()]}
        )
    elif folder is None:
        print(listing(due_articles, language))
    else:
        for name, file in files.items():
            print(f"{file}: {len(due_articles[name])}")


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
