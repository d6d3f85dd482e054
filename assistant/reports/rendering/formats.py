"""The forms in which a report leaves: Markdown, HTML, CSV, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from assistant.reports.rendering import csv
from assistant.reports.rendering.blocks import Document
from assistant.reports.rendering.html import html
from assistant.reports.rendering.markdown import markdown
from kb.errors import UsageError

Format: TypeAlias = Literal["md", "html", "csv", "json"]


def check_format(form: str) -> None:
    """Raise UsageError for a form that no report has."""
    if form not in get_args(Format):
        raise UsageError(f"Reports are not written as '{form}'.", f"Use one of: {', '.join(get_args(Format))}.")


def as_text(document: Document, form: str) -> str:
    """A document as HTML, or as Markdown."""
    return html(document) if form == "html" else markdown(document)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[csv.Scalar]], language: str) -> str:
    """A table that a spreadsheet of that language opens as one: a German one wants semicolons and decimal commas."""
    german = language == "de"
    return csv.table(columns, rows, delimiter=";" if german else ",", comma=german)


def as_json(data: Mapping[str, object]) -> str:
    """Plain types as JSON on one line."""
    return json.dumps(data, ensure_ascii=False, default=dict) + "\n"
