"""Commands on questions that agents hand to leads: escalate, escalations list, answer, draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import Result, app, command, escalations_app
from assistant.cli.options import By, who
from kb.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.backlog import Escalation

EscalationId = Annotated[str, typer.Argument(help="The id of the escalation, E-0003.")]


@command(app, "escalate", 'kb escalate 1f2e3d --reason authority --note "Customer asks for goodwill"')
def escalate_command(
    library: Library,
    question_id: Annotated[str, typer.Argument(help="The question_id that `kb ask --json` printed.")],
    reason: Annotated[
        str, typer.Option(help="no_answer, doubtful_answer, authority, complaint or other")
    ] = "no_answer",
    note: Annotated[str, typer.Option(help="What the lead should know; personal data is masked.")] = "",
    by: By = None,
) -> Result:
    """Hand a question to a lead."""
    from assistant.leads import escalate

    made = escalate(library, question_id, reason, note, who(by), datetime.now(UTC))  # type: ignore[arg-type]
    return Result(made.to_json(), [f"{made.escalation_id} waits for a lead."])


@command(escalations_app, "list", "kb escalations list", "kb escalations list --all --json")
def list_command(
    library: Library, everything: Annotated[bool, typer.Option("--all", help="Those that are answered too.")] = False
) -> Result:
    """List the escalations that wait for an answer, the oldest first."""
    escalations = library.escalations.escalations(open_only=not everything)
    asked = library.events.questions_for(escalation.question_id for escalation in escalations)
    texts = {escalation.question_id: "" for escalation in escalations}
    texts |= {key: event.text for key, event in asked.items()}
    rows = [escalation.to_json() | {"question": texts[escalation.question_id]} for escalation in escalations]
    return Result({"escalations": rows}, _lines(library, escalations, texts))


@command(escalations_app, "answer", 'kb escalations answer E-0003 "Yes, until 31 January."')
def answer_command(
    library: Library,
    escalation_id: EscalationId,
    text: Annotated[str, typer.Argument(help="What the agent may tell the customer.")],
    by: By = None,
) -> Result:
    """Answer an escalation."""
    from assistant.leads import answer

    made = answer(library, escalation_id, text, who(by), datetime.now(UTC))
    return Result(made.to_json(), [f"Answered. To make it an article: kb escalations draft {made.escalation_id}"])


@command(escalations_app, "draft", "kb escalations draft E-0003")
def draft_command(
    library: Library,
    escalation_id: EscalationId,
    folder: Annotated[Path | None, typer.Option(help="Where the article goes (default: beside its like).")] = None,
    title: Annotated[str, typer.Option(help="Its title (default: the question).")] = "",
    owner: Annotated[str, typer.Option(help="Who keeps it (default: who keeps the nearest article).")] = "",
    by: By = None,
) -> Result:
    """Begin an article with the lead's answer as its solution."""
    from assistant.leads import draft_answer

    library.exact = True
    made = draft_answer(library, escalation_id, who(by), datetime.now(UTC), folder=folder, title=title, owner=owner)
    return Result(made.to_json(), [f"Wrote {made.path}. Fill it in, then run: kb check {made.path}"])


def _lines(library: Library, escalations: Sequence[Escalation], texts: Mapping[str, str]) -> Iterator[str]:
    for escalation in escalations:
        at = f"{library.local(escalation.at):%Y-%m-%d %H:%M}"
        yield f"{escalation.escalation_id}  {at}  {escalation.reason:16}{texts[escalation.question_id]}"
        if escalation.note:
            yield f"{'':8}{escalation.note}"
        if escalation.answer:
            yield f"{'':8}{escalation.answered_by}: {escalation.answer}"
    yield f"{len(escalations)} escalations."
