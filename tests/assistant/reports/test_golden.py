"""Both reports in both languages, word for word. To write them anew: LOTSE_WRITE_GOLDEN=1 pytest, then read them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from assistant.reports import rendering
from assistant.reports.figures.period import latest
from assistant.reports.gap_report import gap_report
from assistant.reports.team_report import team_report
from kb.library import Library
from tests.sample_gaps import TODAY

GOLDEN = Path(__file__).parents[2] / "golden"
WEEK = latest("week", TODAY, "Europe/Berlin")
MONTH = latest("month", TODAY, "Europe/Berlin")
LAST_REPORT = {"gaps": [{"gap_id": "G-0001", "priority": 60.0}, {"gap_id": "G-0002", "priority": 46.0}]}

REPORTS = {
    "team-report": lambda library, language, form: team_report(library, WEEK, language, form, TODAY),
    "team-report-month": lambda library, language, form: team_report(library, MONTH, language, form, TODAY),
    "gap-report": lambda library, language, form: gap_report(library, WEEK, language, form, TODAY, LAST_REPORT),
}


@pytest.mark.parametrize("form", ["md", "html", "csv"])
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ["team-report", "gap-report"])
def test_the_reports_are_as_they_were_read_and_approved(worked: Library, name: str, language: str, form: str) -> None:
    file = GOLDEN / f"{name}.{language}.{form}"
    written = _without_style(REPORTS[name](worked, language, form))
    if os.environ.get("LOTSE_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_bytes(written.encode())
    assert written == file.read_bytes().decode()


def _without_style(written: str) -> str:
    """The report without its style sheet, which may change without a word of the report changing."""
    return re.sub("<style>.*?</style>\n", "", written, flags=re.DOTALL)


def test_the_style_sheet_is_part_of_the_page(worked: Library) -> None:
    sheet = (Path(rendering.__file__).parent / "report.css").read_text(encoding="utf-8")
    assert REPORTS["team-report"](worked, "de", "html").count(f"<style>\n{sheet}</style>\n") == 1


@pytest.mark.parametrize("form", ["md", "html", "csv", "json"])
@pytest.mark.parametrize("name", REPORTS)
def test_the_same_log_twice_gives_the_same_bytes(worked: Library, name: str, form: str) -> None:
    assert REPORTS[name](worked, "de", form).encode() == REPORTS[name](worked, "de", form).encode()
