"""Commands that report: the team report, and tables for other programs."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, day, examples, open_library
from assistant.terminal import print_json
from kb.errors import UsageError

if TYPE_CHECKING:
    from assistant.reports import Period
    from kb.library import Library

report_app = typer.Typer(help="Figures for team leads: totals only, never of a person.", no_args_is_help=True)
app.add_typer(report_app, name="report")

Since = Annotated[str | None, typer.Option(help="First day of the report, YYYY-MM-DD.", show_default=False)]
Until = Annotated[str | None, typer.Option(help="Last day of the report, YYYY-MM-DD.", show_default=False)]
Today = Annotated[
    str | None, typer.Option(help="The day of the report, YYYY-MM-DD (default: today).", show_default=False)
]
Span = Annotated[Literal["week", "month"], typer.Option("--period", help="The last whole week or month.")]
Language = Annotated[Literal["de", "en"], typer.Option(help="Language of the report.")]
Form = Annotated[Literal["md", "html", "csv", "json"], typer.Option("--format", help="Form of the report.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="File to write (default: standard output).", show_default=False)
]


@report_app.command(
    "team",
    epilog=examples(
        "kb report team --format html --out team.html",
        "kb report team --period month --language en",
        "kb report team --since 2026-10-01 --until 2026-11-15 --format csv --out team.csv",
    ),
)
def team_command(
    span: Span = "week",
    since: Since = None,
    until: Until = None,
    today: Today = None,
    language: Language = "de",
    form: Form = "md",
    out: Out = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """The report a team lead hands upward: questions, answers, gaps, articles, tickets, against the period before."""
    from assistant.reports import team_report

    library = open_library(home, config)
    made_on = day(today)
    period = period_of(library, span, since, until, made_on)
    hand_over(team_report(library, period, language, "json" if as_json else form, made_on), out, as_json=as_json)


def period_of(
    library: Library, span: Literal["week", "month"], since: str | None, until: str | None, today: date
) -> Period:
    """The days from --since to --until, both included; else the last whole week or month. Raises UsageError."""
    from assistant.reports import Period, latest

    zone = library.settings.reports.time_zone
    if since is None and until is None:
        return latest(span, today, zone)
    if since is None:
        raise UsageError("--until needs the first day too.", "Add --since YYYY-MM-DD.")
    return Period(day(since), day(until) if until else max(today, day(since)), zone)


def hand_over(text: str, out: Path | None, *, as_json: bool) -> None:
    """Write a report to a file, or to standard output. Raises UsageError where the file cannot be written."""
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_bytes(text.encode())
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", "Give --out a file in a folder you may write."
        ) from None
    print_json({"path": str(out)}) if as_json else print(f"Wrote {out}.")
