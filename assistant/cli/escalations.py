"""Commands on questions that agents hand to leads: escalate, escalations list, answer, draft."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import app
from assistant.cli.options import By, Config, Home, Json, examples, open_library, who
from assistant.terminal import print_json

if TYPE_CHECKING:
    pass

escalations_app = typer.Typer(help="Questions that agents handed to a lead.", no_args_is_help=True)
app.add_typer(escalations_app, name="escalations")

EscalationId = Annotated[str, typer.Argument(help="The id of the escalation, E-0003.")]


@app.command("escalate", epilog=examples('kb escalate 1f2e3d --reason authority --note "Customer asks for goodwill"'))
def escalate_command(
    question_id: Annotated[str, typer.Argument(help="The question_id that `kb ask --json` printed.")],
    reason: Annotated[
        str, typer.Option(help="no_answer, doubtful_answer, authority, complaint or other")
    ] = "no_answer",
    note: Annotated[str, typer.Option(help="What the lead should know; personal data is masked.")] = "",
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Hand a question to a lead."""
    from assistant.leads import escalate

    library = open_library(home, config)
    made = escalate(library, question_id, reason, note, who(by), datetime.now(UTC))  # type: ignore[arg-type]
    print_json(made.to_json()) if as_json else print(f"{made.escalation_id} waits for a lead.")


@escalations_app.command("list", epilog=examples("kb escalations list", "kb escalations list --all --json"))
def list_command(
    everything: Annotated[bool, typer.Option("--all", help="Those that are answered too.")] = False,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List the escalations that wait for an answer, the oldest first."""
    library = open_library(home, config)
    escalations = library.escalations.escalations(open_only=not everything)
    asked = library.events.questions_for(escalation.question_id for escalation in escalations)
    texts = {key: event.text for key, event in asked.items()}
    if as_json:
        print_json(
            {
                "escalations": [
                    escalation.to_json() | {"question": texts.get(escalation.question_id, "")}
                    for escalation in escalations
                ]
            }
        )
        return
    for escalation in escalations:
        at = f"{library.local(escalation.at):%Y-%m-%d %H:%M}"
        print(f"{escalation.escalation_id}  {at}  {escalation.reason:16}{texts.get(escalation.question_id, '')}")
        for line in (escalation.note, f"{escalation.answered_by}: {escalation.answer}" if escalation.answer else ""):
            print(f"{'':8}{line}") if line else None
    print(f"{len(escalations)} escalations.")


@escalations_app.command("answer", epilog=examples('kb escalations answer E-0003 "Yes, until 31 January."'))
def answer_command(
    escalation_id: EscalationId,
    text: Annotated[str, typer.Argument(help="What the agent may tell the customer.")],
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Answer an escalation."""
    from assistant.leads import answer

    library = open_library(home, config)
    made = answer(library, escalation_id, text, who(by), datetime.now(UTC))
    print_json(made.to_json()) if as_json else print(
        f"Answered. To make it an article: kb escalations draft {made.escalation_id}"
    )


@escalations_app.command("draft", epilog=examples("kb escalations draft E-0003"))
def draft_command(
    escalation_id: EscalationId,
    folder: Annotated[
        Path | None, typer.Option(help="Where the article goes (default: beside its like).", show_default=False)
    ] = None,
    title: Annotated[str, typer.Option(help="Its title (default: the question).")] = "",
    owner: Annotated[str, typer.Option(help="Who keeps it (default: who keeps the nearest article).")] = "",
    by: By = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Begin an article with the lead's answer as its solution."""
    from assistant.leads import draft_answer

    library = open_library(home, config)
    library.exact = True
    made = draft_answer(library, escalation_id, who(by), datetime.now(UTC), folder=folder, title=title, owner=owner)
    print_json(made.to_json()) if as_json else print(f"Wrote {made.path}. Fill it in, then run: kb check {made.path}")
