"""Commands that work gaps off: assign, move, merge, split, history, draft, verify."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import gaps_app
from assistant.cli.options import By, Config, Home, Json, day, examples, open_library, who
from assistant.terminal import print_json

if TYPE_CHECKING:
    from assistant.leads import Verification
    from kb.backlog import Gap

GapId = Annotated[str, typer.Argument(help="The id of the gap, G-0012.")]
Version = Annotated[
    int | None,
    typer.Option(help="The version of the gap that you saw: refuse where it has changed since.", show_default=False),
]
Note = Annotated[str, typer.Option(help="A note for the history.")]


@gaps_app.command("assign", epilog=examples("kb gaps assign G-0001 anna", "kb gaps assign G-0001 ben --version 3"))
def assign_command(
    gap_id: GapId,
    owner: Annotated[str, typer.Argument(help="Who is to work on it, a handle.")],
    version: Version = None,
    note: Note = "",
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Give a gap to somebody. To take it from somebody else, name the version that you saw."""
    library = open_library(home, config)
    gap = library.backlog.assign(gap_id, owner, who(by), version, now=datetime.now(UTC), note=note)
    _print(gap, f"{gap.gap_id} is {gap.owner}'s ({gap.state}).", as_json=as_json)


@gaps_app.command(
    "move",
    epilog=examples(
        "kb gaps move G-0001 review",
        'kb gaps move G-0001 declined --reason "belongs to the grid operator"',
        "kb gaps move G-0001 snoozed --until 2027-01-31",
    ),
)
def move_command(
    gap_id: GapId,
    state: Annotated[str, typer.Argument(help="open, assigned, drafting, review, declined or snoozed.")],
    reason: Annotated[str, typer.Option(help="Why it is declined.")] = "",
    until: Annotated[
        str | None, typer.Option(help="Until which day it is snoozed, YYYY-MM-DD.", show_default=False)
    ] = None,
    version: Version = None,
    note: Note = "",
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Move a gap to another state. It becomes verified by `kb gaps verify` alone."""
    library = open_library(home, config)
    gap = library.backlog.move(
        gap_id,
        state,  # type: ignore[arg-type]
        who(by),
        version,
        now=datetime.now(UTC),
        reason=reason,
        until=day(until) if until else None,
        note=note,
    )
    _print(gap, f"{gap.gap_id} is {gap.state}.", as_json=as_json)


@gaps_app.command("merge", epilog=examples("kb gaps merge G-0001 G-0007"))
def merge_command(
    gap_id: GapId,
    other_id: Annotated[str, typer.Argument(help="The gap whose questions go into the first one.")],
    version: Version = None,
    note: Note = "",
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Put the questions of another gap into this one, for good."""
    library = open_library(home, config)
    gap = library.backlog.merge(gap_id, other_id, who(by), version, now=datetime.now(UTC), note=note)
    _print(gap, f"{gap.gap_id} has {len(gap.questions)} questions now.", as_json=as_json)


@gaps_app.command("split", epilog=examples('kb gaps split G-0001 q-17 q-21 --title "Moving abroad"'))
def split_command(
    gap_id: GapId,
    question_ids: Annotated[list[str], typer.Argument(help="The questions that become a gap of their own.")],
    title: Annotated[str, typer.Option(help="What the new gap is called (default: its first question).")] = "",
    version: Version = None,
    note: Note = "",
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make some of a gap's questions a gap of their own, for good."""
    library = open_library(home, config)
    gap = library.backlog.split(gap_id, question_ids, who(by), version, now=datetime.now(UTC), title=title, note=note)
    _print(gap, f"{gap.gap_id} is new, with {len(gap.questions)} questions.", as_json=as_json)


@gaps_app.command("history", epilog=examples("kb gaps history G-0001"))
def history_command(gap_id: GapId, as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Show what became of a gap: who did what, and when."""
    library = open_library(home, config)
    entries = library.backlog.history(gap_id)
    if as_json:
        print_json({"gap_id": entries[0].gap_id, "history": [entry.to_json() for entry in entries]})
        return
    for entry in entries:
        moved = entry.to_state if entry.from_state == entry.to_state else f"{entry.from_state} → {entry.to_state}"
        at, actor = f"{library.local(entry.at):%Y-%m-%d %H:%M}", entry.actor or "–"
        print(f"{at}  {entry.kind:10}{moved:24}{actor:12}{entry.note}".rstrip())


@gaps_app.command(
    "draft",
    epilog=examples("kb gaps draft G-0001", "kb gaps draft G-0001 --folder articles/de --owner team-vertrag"),
)
def draft_command(
    gap_id: GapId,
    folder: Annotated[
        Path | None, typer.Option(help="Where a new article goes (default: beside its like).", show_default=False)
    ] = None,
    title: Annotated[str, typer.Option(help="The title of a new article (default: the gap's).")] = "",
    owner: Annotated[str, typer.Option(help="Who keeps it (default: who keeps the nearest article).")] = "",
    fresh: Annotated[bool, typer.Option("--new", help="A new article though one is there to be mended.")] = False,
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Begin the article that mends a gap, or say what to change in which one."""
    from assistant.leads import draft

    library = open_library(home, config)
    library.exact = True
    made = draft(library, gap_id, who(by), datetime.now(UTC), folder=folder, title=title, owner=owner, fresh=fresh)
    if as_json:
        print_json(made.to_json())
        return
    for line in made.steps:
        print(line)
    if not made.steps:
        print(f"{'Wrote' if made.created else 'Its draft is'} {made.path}. Fill it in, then run: kb check {made.path}")


@gaps_app.command(
    "verify", epilog=examples("kb gaps verify G-0001", "kb gaps verify G-0001 --article report-move --language de")
)
def verify_command(
    gap_id: GapId,
    article: Annotated[
        str | None,
        typer.Option(help="The id of the article that mends it (default: the linked one).", show_default=False),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The language of that article (default: the gap's).", show_default=False)
    ] = None,
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Ask all questions of a gap again; it closes where its article answers them. Exit code 1 where it does not."""
    from assistant.leads import verify
    from kb.articles.article import ArticleKey

    library = open_library(home, config)
    library.exact = True
    key = None
    if article is not None:
        key = ArticleKey(article, language or library.backlog.gap(gap_id).primary_language)
    made = verify(library, gap_id, who(by), datetime.now(UTC), article=key)
    if as_json:
        print_json({"gap_id": made.gap.gap_id, "state": made.gap.state, **made.to_json()})
    else:
        _print_verification(made)
    if not made.closed:
        raise typer.Exit(1)


def _print_verification(made: Verification) -> None:
    for trial in made.tried:
        before = "–" if trial.before is None else trial.before.status
        print(f"{'ok  ' if trial.passed else 'FAIL'}  {before:10} → {trial.after.status:10}{trial.question.text}")
        if trial.fault == "elsewhere":
            print(f"{'':6}answered from {', '.join(map(str, trial.after.cited))} instead")
        if trial.fault == "alias":
            print(f"{'':6}found by its aliases, but the text of the article does not answer")
        if trial.fault == "title":
            print(f"{'':6}found by its title, but what is quoted has no word of the question")
    passed = len(made.tried) - len(made.failed)
    article = f"{made.article.article_id} ({made.article.language})"
    print(f"{passed} of {len(made.tried)} questions are answered from {article}; {made.needed:.0%} are needed.")
    print(f"{made.gap.gap_id} is verified." if made.closed else f"{made.gap.gap_id} stays in {made.gap.state}.")


def _print(gap: Gap, line: str, *, as_json: bool) -> None:
    if not as_json:
        print(line)
        return
    print_json(
        {
            "gap_id": gap.gap_id,
            "title": gap.title,
            "state": gap.state,
            "owner": gap.owner,
            "version": gap.version,
            "reason": gap.reason,
            "snoozed_until": gap.snoozed_until.isoformat() if gap.snoozed_until else None,
            "linked": gap.linked._asdict() if gap.linked else None,
            "questions": len(gap.questions),
        }
    )
