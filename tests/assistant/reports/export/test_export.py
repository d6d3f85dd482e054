"""Tables for other programs: the same in CSV and Parquet, explained, and with no small group in them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet
import pytest

from assistant.reports.export.export import export_tables
from assistant.reports.export.tidy_tables import whole_weeks
from assistant.reports.figures.period import Period
from assistant.reports.rendering.csv import BOM
from kb.library import Library
from tests.sample_gaps import TODAY

PERIOD = Period(date(2026, 9, 28), date(2026, 11, 22), "Europe/Berlin")


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_text(encoding="utf-8").removeprefix(BOM)
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def folder(worked: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tables")
    export_tables(worked, made, PERIOD, TODAY)
    return made


def test_both_forms_hold_the_same(folder: Path) -> None:
    names = {file.stem for file in folder.iterdir()}
    assert {file.name for file in folder.iterdir()} == {f"{name}.{end}" for name in names for end in ("csv", "parquet")}
    for name in names:
        table = pyarrow.parquet.read_table(folder / f"{name}.parquet")
        rows = rows_of(folder, name)
        assert table.num_rows == len(rows) > 0, name
        assert table.column_names == list(rows[0])
        for column in table.column_names:
            empty = [cell is None or cell == "" for cell in table[column].to_pylist()]
            assert empty == [row[column] == "" for row in rows], (name, column)


def test_the_dictionary_explains_every_table_column_and_figure(folder: Path) -> None:
    explained = {(row["table"], row["column"]): row for row in rows_of(folder, "data_dictionary")}
    figures = set()
    for file in folder.glob("*.csv"):
        rows = rows_of(folder, file.stem)
        assert {(file.stem, column) for column in rows[0]} <= explained.keys()
        figures |= {row["figure"] for row in rows if "figure" in row}
    assert {("*", figure) for figure in figures} <= explained.keys()
    assert all(row["meaning_de"] and row["meaning_en"] for row in explained.values())


def test_the_same_log_twice_gives_the_same_files(worked: Library, folder: Path, tmp_path: Path) -> None:
    export_tables(worked, tmp_path / "again", PERIOD, TODAY)
    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name


def test_weeks_and_groups_add_up_to_nothing_small(worked: Library, folder: Path) -> None:
    """What is left of a week or a product once the shown cells are taken off has no one or at least five people."""
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for ticket in worked.tickets.tickets(PERIOD.since, PERIOD.until):
        week = next(week for week in whole_weeks(PERIOD) if week.holds(PERIOD.day_of(ticket.created_at)))
        people[week.first.isoformat(), ticket.product or "(none)"].add(ticket.agent)
    rows = [row for row in rows_of(folder, "tickets_by_product") if row["figure"] == "tickets"]
    hidden = {(row["week_first"], row["group"]) for row in rows if row["hidden"] == "true"}
    assert hidden
    assert {(row["week_first"], row["group"]) for row in rows} == people.keys()
    assert all(len(people[cell]) >= 5 for cell in people.keys() - hidden)
    for at in (0, 1):
        for line in {cell[at] for cell in people}:
            cells = [cell for cell in people if cell[at] == line]
            left = set().union(*(people[cell] for cell in cells if cell in hidden))
            assert not left or len(left) >= 5 or all(cell in hidden for cell in cells)


def test_no_handle_of_a_person_leaves(folder: Path) -> None:
    for file in folder.iterdir():
        content = file.read_bytes()
        assert b"service-" not in content, file.name
        assert b"team-vertrag" not in content, file.name


def test_only_whole_weeks_are_told() -> None:
    weeks = whole_weeks(Period(date(2026, 9, 30), date(2026, 10, 20)))
    assert [week.first for week in weeks] == [date(2026, 10, 5), date(2026, 10, 12)]
    assert whole_weeks(Period(date(2026, 9, 30), date(2026, 10, 5))) == ()
