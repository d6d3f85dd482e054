"""The data dictionary: the meaning of every table, column and figure of an export, in German and English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.messages import LANGUAGES, text
from assistant.reports.export.tidy_tables import Field, Table
from assistant.reports.figures.gap_history import GAP_MEASURES
from assistant.reports.figures.questions import QUESTION_MEASURES
from assistant.reports.figures.tickets import TICKET_MEASURES


def dictionary(exported: Sequence[Table]) -> Table:
    """A row for each table, column and figure of an export."""
    own = Table("data_dictionary", ("table", "column", "type", "meaning_de", "meaning_en"), [])
    rows = [row for table in (*exported, own) for row in _table(table)]
    return Table(own.name, own.columns, [*rows, *_figures()])


def _table(table: Table) -> Iterator[list[Field]]:
    yield [table.name, "", "table", *(text(f"reports.tables.{table.name}", language) for language in LANGUAGES)]
    for column, kind in zip(table.columns, table.kinds, strict=True):
        yield [table.name, column, kind, *(text(f"reports.columns.{column}", language) for language in LANGUAGES)]


def _figures() -> Iterator[list[Field]]:
    questions, tickets = ([measure.key for measure in measures] for measures in (QUESTION_MEASURES, TICKET_MEASURES))
    for key in (*questions, *GAP_MEASURES, *tickets):
        parts = [[text(f"reports.{part}.{key}", tag) for part in ("names", "meanings")] for tag in LANGUAGES]
        yield ["*", key, "figure", *(": ".join(part) for part in parts)]
