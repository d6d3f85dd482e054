"""Commands that report: on gaps, on the team's work, and tables for other programs."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.app import Result, command, gaps_app, report_app
from assistant.cli.options import Language, day, day_or_today
from kb.errors import UsageError
from kb.library import Library

if TYPE_CHECKING:
    from assistant.reports.figures.period import Period

Since = Annotated[str | None, typer.Option(help="First day of the report, YYYY-MM-DD.")]
Until = Annotated[str | None, typer.Option(help="Last day of the report, YYYY-MM-DD.")]
Today = Annotated[str | None, typer.Option(help="The day of the report, YYYY-MM-DD (default: today).")]
Span = Annotated[Literal["week", "month"], typer.Option("--period", help="The last whole week or month.")]
ReportLanguage = Annotated[Language, typer.Option(help="Language of the report.")]
Form = Annotated[Literal["md", "html", "csv", "json"], typer.Option("--format", help="Form of the report.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write (default: standard output).")]


@command(
    report_app,
    "team",
    "kb report team --format html --out team.html",
    "kb report team --period month --language en",
    "kb report team --since 2026-10-01 --until 2026-11-15 --format csv --out team.csv",
)
def team_command(
    library: Library,
    span: Span = "week",
    since: Since = None,
    until: Until = None,
    today: Today = None,
    language: ReportLanguage = "de",
    form: Form = "md",
    out: Out = None,
    as_json: bool = False,
) -> Result | None:
    """The report a team lead hands upward: questions, answers, gaps, articles, tickets, against the period before."""
    from assistant.reports.team_report import team_report

    made_on = day_or_today(today, library)
    period = _period(library, span, since, until, made_on)
    text = team_report(library, period, language, "json" if as_json else form, made_on)
    return _hand_over(text, out)


@command(
    report_app, "export", "kb report export tables", "kb report export tables --since 2026-01-01 --until 2026-09-30"
)
def export_command(
    library: Library,
    folder: Annotated[Path, typer.Argument(help="Folder for the tables; it is made where it is missing.")],
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD (default: the last 26 weeks).")] = None,
    until: Until = None,
    today: Today = None,
) -> Result:
    """Write tidy tables as CSV and Parquet, with a data dictionary, for Tableau, Power BI and the like."""
    from assistant.reports.export.export import export_tables
    from assistant.reports.figures.period import Period

    made_on = day_or_today(today, library)
    last = day(until) if until else made_on - timedelta(days=made_on.weekday() + 1)
    first = day(since) if since else last - timedelta(weeks=26) + timedelta(days=1)
    files = export_tables(library, folder, Period(first, last, library.settings.reports.time_zone), made_on)
    line = f"Wrote {len(files)} files to {folder}. What is in them: {folder / 'data_dictionary.csv'}"
    return Result({"files": [str(file) for file in files]}, [line])


@command(
    gaps_app,
    "report",
    "kb gaps report --format html --out gaps.html",
    "kb gaps report --since 2026-11-01 --language en",
    "kb gaps report --previous last.json --format json --out this.json",
)
def gaps_command(
    library: Library,
    since: Annotated[
        str | None, typer.Option(help="Say what moved from this day on (default: the last seven days).")
    ] = None,
    until: Until = None,
    today: Today = None,
    previous: Annotated[
        Path | None, typer.Option(help="The last report as JSON: say whose urgency has changed.")
    ] = None,
    language: ReportLanguage = "de",
    form: Form = "md",
    out: Out = None,
    as_json: bool = False,
) -> Result | None:
    """The gaps as the last `kb gaps find` left them: need, cause and proof, urgency, owner, and what has moved."""
    from assistant.reports.figures.period import Period
    from assistant.reports.gap_report import gap_report

    made_on = day_or_today(today, library)
    last = day(until) if until else made_on
    period = Period(day(since) if since else last - timedelta(days=6), last, library.settings.reports.time_zone)
    before = _read_report(previous) if previous else None
    text = gap_report(library, period, language, "json" if as_json else form, made_on, before)
    return _hand_over(text, out)


def _read_report(file: Path) -> dict[str, Any]:
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


def _period(
    library: Library, span: Literal["week", "month"], since: str | None, until: str | None, today: date
) -> Period:
    """The days from --since to --until, both included; else the last whole week or month. Raises UsageError."""
    from assistant.reports.figures.period import Period, latest

    zone = library.settings.reports.time_zone
    if since is None and until is None:
        return latest(span, today, zone)
    if since is None:
        raise UsageError("--until needs the first day too.", "Add --since YYYY-MM-DD.")
    return Period(day(since), day(until) if until else max(today, day(since)), zone)


def _hand_over(text: str, out: Path | None) -> Result | None:
    """Write a report to a file, or to standard output. Raises UsageError where the file cannot be written."""
    if out is None:
        sys.stdout.write(text)
        return None
    try:
        out.write_bytes(text.encode())
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", "Give --out a file in a folder you may write."
        ) from None
    return Result({"path": str(out)}, [f"Wrote {out}."])
