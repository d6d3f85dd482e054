"""No cell of a CSV file is run by a spreadsheet, and every cell comes back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reports.rendering.csv import BOM, safe, table

TEXTS = st.text(st.one_of(st.sampled_from("=+-@\t\r\n \"';,|"), st.characters(codec="utf-8")), max_size=20)


@given(st.lists(TEXTS, min_size=1, max_size=5), st.sampled_from(",;"))
def test_no_cell_starts_a_formula_whatever_is_in_it(cells: list[str], delimiter: str) -> None:
    written = table(["c"] * len(cells), [cells], delimiter=delimiter)
    assert written.startswith(BOM)
    rows = list(csv.reader(io.StringIO(written.removeprefix(BOM), newline=""), delimiter=delimiter))
    assert [len(row) for row in rows] == [len(cells)] * 2
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in rows[1])
    assert not any(character in cell for cell in rows[1] for character in "\t\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+49 40 1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_what_would_be_run_gets_an_apostrophe(text: str) -> None:
    assert safe(text).startswith("'")


@pytest.mark.parametrize("text", ["Wie ändere ich meinen Abschlag?", "3 = 3", "", "a\u00a0b"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_numbers_stay_numbers() -> None:
    rows = table(["a", "b", "c", "d", "e"], [[-3, -0.5, None, True, 2.0]]).splitlines()
    assert rows[1] == "-3,-0.5,,true,2"
    assert table(["a"], [[-0.25]], delimiter=";", comma=True).splitlines()[1] == "-0,25"
