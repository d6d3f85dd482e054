"""Commands on documentation gaps: find, list, show."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from assistant.cli.app import gaps_app
from assistant.cli.options import Config, Home, Json, day, examples, open_library
from assistant.terminal import ProgressBar, print_json

if TYPE_CHECKING:
    from kb.backlog.gap import State


STEPS = {
    "questions": "Reading questions",
    "tickets": "Reading tickets",
    "embedding": "Embedding questions",
    "clustering": "Clustering, block by block",
    "asking": "Asking clusters again",
}


@gaps_app.command("find", epilog=examples("kb gaps find", "kb gaps find --since 2026-10-01 --json"))
def find_command(
    since: Annotated[
        str | None, typer.Option(help="Only questions asked from this day on, YYYY-MM-DD.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only questions asked up to this day.", show_default=False)] = None,
    today: Annotated[
        str | None, typer.Option(help="The day for freshness and age (default: today).", show_default=False)
    ] = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Find gaps in the log of questions, prove their causes by asking again, and bring the backlog up to date."""
    from assistant.gaps import find
    from assistant.reports.figures.period import moments

    library = open_library(home, config)
    zone = library.settings.reports.time_zone
    begin, end = moments(day(since) if since else None, day(until) if until else None, zone)
    with ProgressBar("Looking for gaps", STEPS) as bar:
        report = find(library, begin, end, day(today) if today else None, bar.progress)
    data = report.to_json()
    if as_json:
        print_json(data)
        return
    for gap in data["gaps"]:
        _print_line(gap)
    print(f"{len(data['gaps'])} gaps in {data['questions']} questions.")


@gaps_app.command("list", epilog=examples("kb gaps list", "kb gaps list --state open --json"))
def list_command(
    state: Annotated[
        list[str] | None, typer.Option(help="Only gaps in this state (may be repeated).", show_default=False)
    ] = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List the gaps of the backlog, those that cost most first."""
    gaps = [gap.to_json() for gap in open_library(home, config).backlog.gaps(_states(state))]
    if as_json:
        print_json({"gaps": gaps})
        return
    for gap in gaps:
        _print_line(gap)
    print(f"{len(gaps)} gaps.")


@gaps_app.command("show", epilog=examples("kb gaps show G-0001", "kb gaps show G-0001 --json"))
def show_command(
    gap_id: Annotated[str, typer.Argument(help="The gap's id, as `kb gaps list` prints it.")],
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Show a gap: its questions, the proof of its cause, how its priority adds up, and what to do."""
    library = open_library(home, config)
    gap = library.backlog.gap(gap_id).to_json()
    if as_json:
        print_json(gap)
        return
    _print_line(gap)
    print(f"{gap['action']}\n")
    _print_evidence(gap["evidence"])
    print(f"\nPriority {gap['priority']:.1f}: minutes lost, recent ones count most")
    for row in gap["arithmetic"]:
        if "factor" in row:
            print(f"  × {row['factor']:g}  {row['what']}")
        else:
            print(
                f"  {row['value']:8.1f} = {row['decay']:g} of {row['count']} {row['what']} × {row['minutes']:g} minutes"
            )
    print("\nQuestions:")
    for question in gap["questions"]:
        asked_on = library.day_of(datetime.fromisoformat(question["asked_at"]))
        print(f"  {asked_on}  {question['text']}  ({', '.join(question['signals'])})")
    print("\nNearest articles:")
    for near in gap["nearest"][:5]:
        print(f"  {near['score']:.2f}  {near['title']}  ({near['article_id']}, {near['language']})")


def _states(words: list[str] | None) -> list[State] | None:
    from kb.backlog.gap import State, check_word

    for word in words or []:
        check_word(word, State, "state of a gap")
    return cast("list[State] | None", words or None)


def _print_line(gap: dict[str, Any]) -> None:
    asked = gap["demand"]
    people = f"{asked['questions']} questions by {asked['actors']}, {asked['tickets']} tickets"
    print(f"{gap['gap_id']}  {gap['priority']:7.1f}  {gap['cause']:12}  {gap['state']:9}  {gap['title']}  ({people})")


def _print_evidence(evidence: dict[str, Any]) -> None:
    for name, value in evidence.items():
        if isinstance(value, dict):
            print(f"  {name}: " + ", ".join(f"{key} {part}" for key, part in value.items() if part not in (None, "")))
        elif value not in (None, "", []):
            print(f"  {name}: {value}")
