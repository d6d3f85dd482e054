"""Figures of a period from the log, the tickets and the backlog, and the reports made of them.

Aggregates only, never of a person. The same data give the same bytes. Doors: ``team_report``, ``gap_report`` and
``export_tables``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.reports import gap_tables, team_tables
from assistant.reports.figures.compute import compute
from assistant.reports.figures.gap_history import OPEN
from assistant.reports.figures.gather import gather, products_in
from assistant.reports.figures.period import Period, latest
from assistant.reports.formatting import Wording
from assistant.reports.gap_report import gap_document, gather_gaps
from assistant.reports.rendering.formats import Format, as_csv, as_json, as_text, check_format
from assistant.reports.team_report import team_document

if TYPE_CHECKING:
    from kb.library import Library

__all__ = ["Format", "Period", "export_tables", "gap_report", "latest", "team_report"]


def team_report(library: Library, period: Period, language: str, form: str, made_on: date) -> str:
    """The team report on ``period`` as one text, as it stands on the day ``made_on``.

    1. Read. 2. Compute, small groups left out. 3. Write as Markdown, HTML, CSV or JSON. Raises UsageError for another
    language or form.
    """
    wording = Wording(language, library.settings.reports.min_group, products_in(library, language, made_on))
    check_format(form)
    # 1
    data = gather(library, period, made_on)
    # 2
    figures = compute(period, data, wording.least)
    # 3
    if form == "json":
        return as_json({"made_on": made_on.isoformat()} | team_tables.to_json(figures))
    if form == "csv":
        return as_csv(*team_tables.in_words(figures, wording), language)
    return as_text(team_document(figures, wording, made_on, library.backlog.gaps(OPEN)), form)


def gap_report(
    library: Library,
    period: Period,
    language: str,
    form: str,
    made_on: date,
    previous: Mapping[str, object] | None = None,
) -> str:
    """The gap report as one text, as the backlog stands, with what moved in ``period``.

    ``previous`` is an earlier report as JSON; with it, the report also says whose urgency has changed since. The
    backlog is what the last `kb gaps find` left. Raises UsageError for another language or form.
    """
    wording = Wording(language, zone=period.zone)
    check_format(form)
    data = gather_gaps(library, period, wording, gap_tables.priorities(previous))
    if form == "json":
        head = {
            "made_on": made_on.isoformat(),
            "period": {"first": period.first.isoformat(), "last": period.last.isoformat()},
        }
        return as_json(head | gap_tables.to_json(data, wording))
    if form == "csv":
        return as_csv(*gap_tables.in_words(data, wording), language)
    return as_text(gap_document(data, period, wording, made_on), form)


def export_tables(library: Library, folder: Path, period: Period, made_on: date) -> list[Path]:
    """Write the tidy tables of ``period`` and their data dictionary to ``folder``, as CSV and Parquet; the files."""
    from assistant.reports.export.data_dictionary import dictionary
    from assistant.reports.export.export import write
    from assistant.reports.export.tidy_tables import tables as tables_of

    data = gather(library, period, made_on)
    entries = library.backlog.entries(period.since, period.until)
    made = tables_of(period, data, library.backlog.gaps(), entries, library.settings.reports.min_group)
    return write(folder, [*made, dictionary(made)])
