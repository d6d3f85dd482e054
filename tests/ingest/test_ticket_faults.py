"""Files, rows and options that are wrong are named, and the others go on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import KBError, UsageError
from kb.library import Library
from tests.ingest.ticket_files import HEADER, ROW, imported, stored, table


class TestRubbish:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"\n \n", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            (b"PK\x03\x04rest", "Excel"),
            (b"%PDF-1.7", "PDF"),
            (bytes(range(256)) * 10, "not text"),
            (HEADER.encode(), "no row below"),
            (b"just a line of text\nand another one\n", "No column is known to be id"),
            (b"a;b\n1;2\n", "No column is known to be id, created_at, subject or text"),
            (b"{", "breaks off"),
            (b'{"a": 1}', "No column is known to be id"),
            (b'{"a":\n1}', "no list of tickets"),
            (b"[]", "holds no ticket"),
            (b'[{"id": 1}', "breaks off"),
            (b"[{]", "not JSON"),
            (b'[{"id": ' + b"1" * 5000 + b"}]", "not JSON: Exceeds the limit"),
            (b"[" * 5000, "nested too deeply"),
            (b'{"a": 1}\n{"a": 2}\n', "No column is known to be id"),
            (b'{"id": 1\n{"id": \n', "breaks off|not JSON|no list"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_said(self, library: Library, content: bytes, said: str) -> None:
        with pytest.raises(UsageError, match=said) as caught:
            imported(library, content)
        assert caught.value.hint
        assert not library.events_file.exists()

    @pytest.mark.parametrize(
        ("row", "why"),
        [
            (";2026-01-15T09:30Z;a;b", "no id"),
            ("1;;a;b", "no time"),
            ("1;03/04/2026;a;b", "two ways"),
            ("1;gestern;a;b", "no time that can be read"),
            ("1;2026-01-15T09:30Z;;", "neither subject nor text"),
            ("1;2026-01-15T09:30Z;a;b;c", "5 columns, the header 4"),
            (f"1;2026-01-15T09:30Z;a;{'b' * 1_000_001}", "characters"),
            (f'1;2026-01-15T09:30Z;a;"{"b " * 600_000}"', "characters"),
        ],
    )
    def test_a_row_that_is_no_ticket_is_named_and_the_others_go_on(self, library: Library, row: str, why: str) -> None:
        report = imported(library, table("7;2026-01-15T09:30Z;a;b", row, "8;2026-01-15T09:30Z;a;b"))
        assert [ticket.ticket_id for ticket in stored(library)] == ["import:7", "import:8"]
        ((line, reason),) = report.refused
        assert (line, why in reason) == (3, True), reason

    def test_a_short_row_has_empty_columns(self, library: Library) -> None:
        assert imported(library, table("1;2026-01-15T09:30Z;a")).tickets == 1

    def test_two_columns_of_one_name_are_not_chosen_from(self, library: Library) -> None:
        twice = table("1;2026-01-15T09:30Z;a;b", header="id;created_at;text;text")
        with pytest.raises(UsageError, match="Two columns are called 'text'"):
            imported(library, twice)
        imported(library, twice, columns={"text": "text (2)"})
        assert stored(library)[0].text == "b"

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"preset": "servicenow"}, "no preset 'servicenow'"),
            ({"preset": "jitbit", "columns": {"id": "Nummer"}}, "no column 'Nummer' for id"),
            ({"columns": {"ident": "id"}}, "no field 'ident'"),
            ({"source": "a/b"}, "cannot be a source"),
            ({"time_zone": "Mars/Base"}, "no time zone"),
        ],
    )
    def test_what_is_told_wrongly_is_named(self, library: Library, options: dict[str, Any], said: str) -> None:
        with pytest.raises(UsageError, match=said):
            imported(library, table(ROW), **options)

    def test_the_wrong_preset_falls_back_on_general_names(self, library: Library) -> None:
        assert imported(library, table(ROW), preset="salesforce").tickets == 1

    def test_any_bytes_give_a_report_or_an_error_with_a_remedy(self, library: Library) -> None:
        piece = st.sampled_from(
            [b"id", b"created_at", b"text", b";", b",", b"\n", b"\r", b'"', b"{", b"}", b"[", b"]", b":", b"\x00",
            b"\xff",
             b"2026-01-15T09:30Z", b"03/04/2026", b'{"id": 1, "created_at": "2026-01-15T09:30Z", "text": "x"}',
             b"sep=;"]
        )  # fmt: skip
        content = st.lists(piece | st.binary(max_size=8), max_size=40).map(b"".join)

        @given(st.one_of(content, content.map(lambda rest: b"id;created_at;text\n" + rest)))
        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def holds(data: bytes) -> None:
            try:
                report = imported(library, data, dry_run=True)
            except KBError as error:
                assert error.hint  # noqa: PT017  either is right
            else:
                json.dumps(report.to_json(), ensure_ascii=False)
                assert report.tickets + report.rejected > 0

        holds()


def test_a_log_that_is_out_of_reach_is_said(library: Library) -> None:
    library.home.mkdir()
    library.events_file.write_bytes(b"this is not a database, it only has its name" * 100)
    with pytest.raises(KBError, match="not a database"):
        imported(library, table(ROW))
