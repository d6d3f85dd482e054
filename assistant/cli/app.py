"""The command `kb` itself; the modules beside this one add its commands to ``app``."""

from __future__ import annotations

import typer

from assistant.cli.options import Config, GlobalOptions, Home

app = typer.Typer(
    name="kb",
    help="A knowledge base for customer-service teams that answers with citations, or says that nothing answers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

gaps_app = typer.Typer(help="Documentation gaps: found, worked off, closed by proof.", no_args_is_help=True)
app.add_typer(gaps_app, name="gaps")


@app.callback()
def main_options(home: Home = None, config: Config = None) -> None:
    """Take --home and --config before the command too."""
    GlobalOptions.home, GlobalOptions.config = home, config
