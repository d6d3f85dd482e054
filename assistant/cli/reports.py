"""Commands that report: on gaps, on the team's work, and tables for other programs."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.app import app, gaps_app
from assistant.cli.options import Config, Home, Json, day, day_or_today, examples, open_library
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
    made_on = day_or_today(today, library)
    period = period_of(library, span, since, until, made_on)
    hand_over(team_report(library, period, language, "json" if as_json else form, made_on), out, as_json=as_json)


@report_app.command(
    "export",
    epilog=examples("kb report export tables", "kb report export tables --since 2026-01-01 --until 2026-09-30"),
)
def export_command(
    folder: Annotated[Path, typer.Argument(help="Folder for the tables; it is made where it is missing.")],
    since: Annotated[
        str | None,
        typer.Option(help="First day, YYYY-MM-DD (default: the last 26 weeks).", show_default=False),
    ] = None,
    until: Until = None,
    today: Today = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Write tidy tables as CSV and Parquet, with a data dictionary, for Tableau, Power BI and the like."""
    from assistant.reports import Period, export_tables

    library = open_library(home, config)
    made_on = day_or_today(today, library)
    last = day(until) if until else made_on - timedelta(days=made_on.weekday() + 1)
    first = day(since) if since else last - timedelta(weeks=26) + timedelta(days=1)
    files = export_tables(library, folder, Period(first, last, library.settings.reports.time_zone), made_on)
    if as_json:
        print_json({"files": [str(file) for file in files]})
    else:
        print(f"Wrote {len(files)} files to {folder}. What is in them: {folder / 'data_dictionary.csv'}")


@gaps_app.command(
    "report",
    epilog=examples(
        "kb gaps report --format html --out gaps.html",
        "kb gaps report --since 2026-11-01 --language en",
        "kb gaps report --previous last.json --format json --out this.json",
    ),
)
def gaps_command(
    since: Annotated[
        str | None,
        typer.Option(help="Say what moved from this day on (default: the last seven days).", show_default=False),
    ] = None,
    until: Until = None,
    today: Today = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="The last report as JSON: say whose urgency has changed.", show_default=False),
    ] = None,
    language: Language = "de",
    form: Form = "md",
    out: Out = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """The gaps as the last `kb gaps find` left them: need, cause and proof, urgency, owner, and what has moved."""
    from assistant.reports import Period, gap_report

    library = open_library(home, config)
    made_on = day_or_today(today, library)
    last = day(until) if until else made_on
    period = Period(day(since) if since else last - timedelta(days=6), last, library.settings.reports.time_zone)
    before = read_report(previous) if previous else None
    text = gap_report(library, period, language, "json" if as_json else form, made_on, before)
    hand_over(text, out, as_json=as_json)


def read_report(file: Path) -> dict[str, Any]:
    """A report that was written as JSON. Raises UsageError."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{file} cannot be read as a report: {error}.", "Give a file that --format json wrote."
        ) from None
    if not isinstance(read, dict) or "gaps" not in read:
        raise UsageError(f"{file} is not a gap report.", "Give a file that `kb gaps report --format json` wrote.")
    return read


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
