"""The command `kb` and how a command is made; the modules beside this one add theirs.

A command is a function that takes the library and its own options, and gives a Result:

    @command(app, "rate", "kb rate 1f2e3d helpful")
    def rate_command(library: Library, question_id: QuestionId, verdict: Verdict) -> Result:
        '''Rate an answer.'''

``command`` adds --json, --home and --config, opens the library, and prints the result. A command that prints while it
works, or in forms of its own, gives None; it takes ``as_json`` too where it needs to know.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from kb.library import Library

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Home = Annotated[Path | None, typer.Option("--home", help="Folder of the index (default: KB_HOME, else .kb).")]
Config = Annotated[
    Path | None, typer.Option("--config", help="TOML file with settings (default: \\[tool.kb] in pyproject.toml).")
]

app = typer.Typer(
    name="kb",
    help="A knowledge base for customer-service teams that answers with citations, or says that nothing answers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def group(name: str, help_: str) -> typer.Typer:
    """A group of commands, `kb NAME COMMAND`."""
    commands = typer.Typer(help=help_, no_args_is_help=True)
    app.add_typer(commands, name=name)
    return commands


gaps_app = group("gaps", "Documentation gaps: found, worked off, closed by proof.")
users_app = group("users", "Accounts of people: who may sign in, and as what.")
tokens_app = group("tokens", "Tokens for programs that call the server.")
escalations_app = group("escalations", "Questions that agents handed to a lead.")
model_app = group("model", "The bundled embedding model.")
report_app = group("report", "Figures for team leads: totals only, never of a person.")
tickets_app = group("tickets", "Tickets of your help desk.")


@app.callback()
def main_options(home: Home = None, config: Config = None) -> None:
    """Take --home and --config before the command too; ``command`` reads them from the context."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a command: ``data`` for --json, else ``lines``; then the exit code."""

    data: dict[str, Any]
    lines: Iterable[str] = ()
    exit_code: int = 0

    def show(self, *, as_json: bool) -> None:
        """Print the result. Raises typer.Exit where the exit code is not 0."""
        if as_json:
            print_json(self.data)
        else:
            for line in self.lines:
                print(line)
        if self.exit_code:
            raise typer.Exit(self.exit_code)


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on one line."""
    print(json.dumps(data, ensure_ascii=False))


Function: TypeAlias = Callable[..., Result | None]


def command(commands: typer.Typer, name: str, *examples: str) -> Callable[[Function], Function]:
    """Make a function a command of ``commands``; its docstring and the ``examples`` are the help."""

    def add(function: Function) -> Function:
        def run(
            context: typer.Context, as_json: Json = False, home: Home = None, config: Config = None, **given: object
        ) -> None:
            before = context.find_root().params
            library = Library.open(home or before["home"], config or before["config"])
            if "as_json" in own:
                given["as_json"] = as_json
            result = function(library, **given)
            if result is not None:
                result.show(as_json=as_json)

        own = dict(list(inspect.signature(function, eval_str=True).parameters.items())[1:])
        context, *shared, _ = inspect.signature(run, eval_str=True).parameters.values()
        parameters = [context, *(own | {option.name: option for option in shared}).values()]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        commands.command(name, help=inspect.getdoc(function), epilog=epilog(*examples))(run)
        return function

    return add


def epilog(*examples: str) -> str:
    """The examples at the end of a command's help."""
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"  {line}" for line in examples)
