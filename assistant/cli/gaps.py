"""Commands on documentation gaps: assign, move, merge, split, history, draft, verify; find, list, show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from assistant.cli.app import Result, command, gaps_app
from assistant.cli.options import By, ProgressBar, day, who
from kb.library import Library

if TYPE_CHECKING:
    from assistant.leads import Verification
    from kb.backlog import Gap, HistoryEntry
    from kb.backlog.gap import State

STEPS = {
    "questions": "Reading questions",
    "tickets": "Reading tickets",
    "embedding": "Embedding questions",
    "clustering": "Clustering, block by block",
    "asking": "Asking clusters again",
}

GapId = Annotated[str, typer.Argument(help="The id of the gap, G-0012.")]
Version = Annotated[
    int | None, typer.Option(help="The version of the gap that you saw: refuse where it has changed since.")
]
Note = Annotated[str, typer.Option(help="A note for the history.")]


@command(gaps_app, "assign", "kb gaps assign G-0001 anna", "kb gaps assign G-0001 ben --version 3")
def assign_command(
    library: Library,
    gap_id: GapId,
    owner: Annotated[str, typer.Argument(help="Who is to work on it, a handle.")],
    version: Version = None,
    note: Note = "",
    by: By = None,
) -> Result:
    """Give a gap to somebody. To take it from somebody else, name the version that you saw."""
    gap = library.backlog.assign(gap_id, owner, who(by), version, now=datetime.now(UTC), note=note)
    return Result(_gap_json(gap), [f"{gap.gap_id} is {gap.owner}'s ({gap.state})."])


@command(
    gaps_app,
    "move",
    "kb gaps move G-0001 review",
    'kb gaps move G-0001 declined --reason "belongs to the grid operator"',
    "kb gaps move G-0001 snoozed --until 2027-01-31",
)
def move_command(
    library: Library,
    gap_id: GapId,
    state: Annotated[str, typer.Argument(help="open, assigned, drafting, review, declined or snoozed.")],
    reason: Annotated[str, typer.Option(help="Why it is declined.")] = "",
    until: Annotated[str | None, typer.Option(help="Until which day it is snoozed, YYYY-MM-DD.")] = None,
    version: Version = None,
    note: Note = "",
    by: By = None,
) -> Result:
    """Move a gap to another state. It becomes verified by `kb gaps verify` alone."""
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
    return Result(_gap_json(gap), [f"{gap.gap_id} is {gap.state}."])


@command(gaps_app, "merge", "kb gaps merge G-0001 G-0007")
def merge_command(
    library: Library,
    gap_id: GapId,
    other_id: Annotated[str, typer.Argument(help="The gap whose questions go into the first one.")],
    version: Version = None,
    note: Note = "",
    by: By = None,
) -> Result:
    """Put the questions of another gap into this one, for good."""
    gap = library.backlog.merge(gap_id, other_id, who(by), version, now=datetime.now(UTC), note=note)
    return Result(_gap_json(gap), [f"{gap.gap_id} has {len(gap.questions)} questions now."])


@command(gaps_app, "split", 'kb gaps split G-0001 q-17 q-21 --title "Moving abroad"')
def split_command(
    library: Library,
    gap_id: GapId,
    question_ids: Annotated[list[str], typer.Argument(help="The questions that become a gap of their own.")],
    title: Annotated[str, typer.Option(help="What the new gap is called (default: its first question).")] = "",
    version: Version = None,
    note: Note = "",
    by: By = None,
) -> Result:
    """Make some of a gap's questions a gap of their own, for good."""
    gap = library.backlog.split(gap_id, question_ids, who(by), version, now=datetime.now(UTC), title=title, note=note)
    return Result(_gap_json(gap), [f"{gap.gap_id} is new, with {len(gap.questions)} questions."])


@command(gaps_app, "history", "kb gaps history G-0001")
def history_command(library: Library, gap_id: GapId) -> Result:
    """Show what became of a gap: who did what, and when."""
    entries = library.backlog.history(gap_id)
    data = {"gap_id": entries[0].gap_id, "history": [entry.to_json() for entry in entries]}
    return Result(data, (_history_line(library, entry) for entry in entries))


@command(gaps_app, "draft", "kb gaps draft G-0001", "kb gaps draft G-0001 --folder articles/de --owner team-vertrag")
def draft_command(
    library: Library,
    gap_id: GapId,
    folder: Annotated[Path | None, typer.Option(help="Where a new article goes (default: beside its like).")] = None,
    title: Annotated[str, typer.Option(help="The title of a new article (default: the gap's).")] = "",
    owner: Annotated[str, typer.Option(help="Who keeps it (default: who keeps the nearest article).")] = "",
    fresh: Annotated[bool, typer.Option("--new", help="A new article though one is there to be mended.")] = False,
    by: By = None,
) -> Result:
    """Begin the article that mends a gap, or say what to change in which one."""
    from assistant.leads import draft

    library.exact = True
    made = draft(library, gap_id, who(by), datetime.now(UTC), folder=folder, title=title, owner=owner, fresh=fresh)
    written = "Wrote" if made.created else "Its draft is"
    next_step = f"{written} {made.path}. Fill it in, then run: kb check {made.path}"
    return Result(made.to_json(), made.steps or [next_step])


@command(gaps_app, "verify", "kb gaps verify G-0001", "kb gaps verify G-0001 --article report-move --language de")
def verify_command(
    library: Library,
    gap_id: GapId,
    article: Annotated[
        str | None, typer.Option(help="The id of the article that mends it (default: the linked one).")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The language of that article (default: the gap's).")] = None,
    by: By = None,
) -> Result:
    """Ask all questions of a gap again; it closes where its article answers them. Exit code 1 where it does not."""
    from assistant.leads import verify
    from kb.articles.article import ArticleKey

    library.exact = True
    key = None
    if article is not None:
        key = ArticleKey(article, language or library.backlog.gap(gap_id).primary_language)
    made = verify(library, gap_id, who(by), datetime.now(UTC), article=key)
    data = {"gap_id": made.gap.gap_id, "state": made.gap.state, **made.to_json()}
    return Result(data, _verification_lines(made), 0 if made.closed else 1)


@command(gaps_app, "find", "kb gaps find", "kb gaps find --since 2026-10-01 --json")
def find_command(
    library: Library,
    since: Annotated[str | None, typer.Option(help="Only questions asked from this day on, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Only questions asked up to this day.")] = None,
    today: Annotated[str | None, typer.Option(help="The day for freshness and age (default: today).")] = None,
) -> Result:
    """Find gaps in the log of questions, prove their causes by asking again, and bring the backlog up to date."""
    from assistant.gaps import find
    from assistant.reports.figures.period import moments

    zone = library.settings.reports.time_zone
    begin, end = moments(day(since) if since else None, day(until) if until else None, zone)
    with ProgressBar("Looking for gaps", STEPS) as bar:
        data = find(library, begin, end, day(today) if today else None, bar.progress).to_json()
    gaps = data["gaps"]
    return Result(data, [*map(_gap_line, gaps), f"{len(gaps)} gaps in {data['questions']} questions."])


@command(gaps_app, "list", "kb gaps list", "kb gaps list --state open --json")
def list_command(
    library: Library,
    state: Annotated[list[str] | None, typer.Option(help="Only gaps in this state (may be repeated).")] = None,
) -> Result:
    """List the gaps of the backlog, those that cost most first."""
    gaps = [gap.to_json() for gap in library.backlog.gaps(_states(state))]
    return Result({"gaps": gaps}, [*map(_gap_line, gaps), f"{len(gaps)} gaps."])


@command(gaps_app, "show", "kb gaps show G-0001", "kb gaps show G-0001 --json")
def show_command(
    library: Library, gap_id: Annotated[str, typer.Argument(help="The gap's id, as `kb gaps list` prints it.")]
) -> Result:
    """Show a gap: its questions, the proof of its cause, how its priority adds up, and what to do."""
    gap = library.backlog.gap(gap_id).to_json()
    return Result(gap, _gap_lines(library, gap))


def _states(words: list[str] | None) -> list[State] | None:
    from kb.backlog.gap import State, check_word

    for word in words or []:
        check_word(word, State, "state of a gap")
    return cast("list[State] | None", words or None)


def _gap_json(gap: Gap) -> dict[str, Any]:
    return {
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


def _history_line(library: Library, entry: HistoryEntry) -> str:
    moved = entry.to_state if entry.from_state == entry.to_state else f"{entry.from_state} → {entry.to_state}"
    at, actor = f"{library.local(entry.at):%Y-%m-%d %H:%M}", entry.actor or "–"
    return f"{at}  {entry.kind:10}{moved:24}{actor:12}{entry.note}".rstrip()


def _verification_lines(made: Verification) -> Iterator[str]:
    for trial in made.tried:
        before = "–" if trial.before is None else trial.before.status
        yield f"{'ok  ' if trial.passed else 'FAIL'}  {before:10} → {trial.after.status:10}{trial.question.text}"
        if trial.fault == "elsewhere":
            yield f"{'':6}answered from {', '.join(map(str, trial.after.cited))} instead"
        if trial.fault == "alias":
            yield f"{'':6}found by its aliases, but the text of the article does not answer"
        if trial.fault == "title":
            yield f"{'':6}found by its title, but what is quoted has no word of the question"
    passed = len(made.tried) - len(made.failed)
    article = f"{made.article.article_id} ({made.article.language})"
    yield f"{passed} of {len(made.tried)} questions are answered from {article}; {made.needed:.0%} are needed."
    yield f"{made.gap.gap_id} is verified." if made.closed else f"{made.gap.gap_id} stays in {made.gap.state}."


def _gap_line(gap: dict[str, Any]) -> str:
    asked = gap["demand"]
    people = f"{asked['questions']} questions by {asked['actors']}, {asked['tickets']} tickets"
    return f"{gap['gap_id']}  {gap['priority']:7.1f}  {gap['cause']:12}  {gap['state']:9}  {gap['title']}  ({people})"


def _gap_lines(library: Library, gap: dict[str, Any]) -> Iterator[str]:
    yield _gap_line(gap)
    yield f"{gap['action']}\n"
    for name, value in gap["evidence"].items():
        if isinstance(value, dict):
            yield f"  {name}: " + ", ".join(f"{key} {part}" for key, part in value.items() if part not in (None, ""))
        elif value not in (None, "", []):
            yield f"  {name}: {value}"
    yield f"\nPriority {gap['priority']:.1f}: minutes lost, recent ones count most"
    for row in gap["arithmetic"]:
        if "factor" in row:
            yield f"  × {row['factor']:g}  {row['what']}"
        else:
            lost = f"{row['decay']:g} of {row['count']} {row['what']} × {row['minutes']:g} minutes"
            yield f"  {row['value']:8.1f} = {lost}"
    yield "\nQuestions:"
    for question in gap["questions"]:
        asked_on = library.day_of(datetime.fromisoformat(question["asked_at"]))
        yield f"  {asked_on}  {question['text']}  ({', '.join(question['signals'])})"
    yield "\nNearest articles:"
    for near in gap["nearest"][:5]:
        yield f"  {near['score']:.2f}  {near['title']}  ({near['article_id']}, {near['language']})"
