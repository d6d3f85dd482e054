"""The command that invents sample data, for trying reports out."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, day_or_today, examples, open_library
from assistant.terminal import print_json


@app.command("demo", epilog=examples("kb --home .kb-sample ingest articles", "kb --home .kb-sample demo"))
def demo_command(
    today: Annotated[
        str | None, typer.Option(help="The day after the last one, YYYY-MM-DD (default: today).", show_default=False)
    ] = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Fill an empty log with invented questions, ratings and tickets of the last eight weeks, marked as samples."""
    from assistant.demo import load

    library = open_library(home, config)
    written = load(library, day_or_today(today, library))
    if as_json:
        print_json(written)
    else:
        counts = ", ".join(f"{number} {name}" for name, number in written.items())
        print(f"Wrote {counts}. All of it is invented; ids begin with 'sample'.")
