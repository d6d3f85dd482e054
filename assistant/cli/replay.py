"""The command replay."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, examples, line_count, open_file, open_library
from assistant.terminal import ProgressBar, print_json
from kb.errors import UsageError

if TYPE_CHECKING:
    from assistant.replay.replay import Replayed


@app.command("replay", epilog=examples("kb replay questions.jsonl", "zcat log.jsonl.gz | kb replay - --json"))
def replay_command(
    questions: Annotated[
        str,
        typer.Argument(metavar="QUESTIONS.jsonl", help="A JSON object a line; '-' reads standard input."),
    ],
    audience: Annotated[
        str, typer.Option(help="public: as customers asked them; internal: as agents did.")
    ] = "internal",
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Ask questions of another day or system, and log each as if it had been asked then.

    Lines are {"id", "text", "language"?, "asked_at"?, "actor"?, "session"?}. One that cannot be asked is named, the
    others go on; exit code 1 then. The same line again replaces what was logged for it.
    """
    from assistant.replay.replay import ReplayProblem, replay

    library = open_library(home, config)
    library.threads = 1  # every question has a thread of its own
    asked: Counter[str] = Counter()
    refused = 0
    with open_file(questions) as file, ProgressBar("Asking") as bar:
        lines = line_count(file)
        for item in replay(library, file, audience):
            if isinstance(item, ReplayProblem):
                refused += 1
                print(f"{questions}:{item.number}: {item.message} {item.hint}", file=sys.stderr)
            else:
                asked[item.reply.status] += 1
                print_json(item.to_json()) if as_json else _print(item)
            bar.progress(asked.total() + refused, lines)
    if not asked and not refused:
        raise UsageError(f"{questions} holds no question.", "Give a file with one JSON object a line.")
    if not as_json:
        print(f"{asked.total()} questions asked: {asked['answered']} answered, {asked['abstained']} abstained.")
    if refused:
        print(
            f"{refused} lines were not asked.\nMend them and run this again: nothing is logged twice.", file=sys.stderr
        )
        raise typer.Exit(1 if asked else 2)


def _print(item: Replayed) -> None:
    reply = item.reply
    found = reply.citations[0].article_id if reply.citations else "-"
    print(f"{item.line.id}  {reply.status}  {reply.confidence:.2f}  {found}")
