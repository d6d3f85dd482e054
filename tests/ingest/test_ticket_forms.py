"""Encodings, delimiters and documents of tickets are recognised."""

from __future__ import annotations

import json

import pytest

from kb.errors import UsageError
from kb.library import Library
from tests.ingest.ticket_files import ROW, imported, stored, table


class TestForms:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
    )
    @pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
    def test_encoding_and_delimiter_are_told(self, library: Library, encoding: str, delimiter: str) -> None:
        text = table('1;2026-01-15T09:30:00Z;"Größe; und, Maß";"Zähler\nabgelesen"')
        report = imported(library, text.replace(";", delimiter).encode(encoding))
        (ticket,) = stored(library)
        assert ticket.subject == " ".join("Größe; und, Maß".replace(";", delimiter).split())
        assert ticket.text == "Zähler\nabgelesen"
        assert report.form.delimiter == delimiter

    def test_what_is_told_is_not_sniffed(self, library: Library) -> None:
        imported(library, table(ROW).encode("mac_roman"), encoding="mac_roman", delimiter=";")
        assert stored(library)[0].text == "Wie ändere ich meinen Abschlag?"
        for name in ("klingon", "base64", "a\x00b"):
            with pytest.raises(UsageError, match="no encoding"):
                imported(library, table(ROW), encoding=name)
        with pytest.raises(UsageError, match="no delimiter"):
            imported(library, table(ROW), delimiter=";;")

    def test_the_line_that_excel_puts_first_is_no_header(self, library: Library) -> None:
        assert imported(library, "sep=;\r\n" + table(ROW)).tickets == 1

    def test_a_stray_byte_costs_its_place_and_not_the_file(self, library: Library) -> None:
        rows = [f"{number};2026-01-15T09:30Z;a;Größe" for number in range(50)]
        damaged = table(*rows).encode().replace("Größe".encode(), b"Gr\xc3\xb6\x00\xffe", 1)
        assert imported(library, damaged).tickets == 50
        assert {ticket.text for ticket in stored(library)} == {"Größe", "Grö\ufffd\ufffde"}

    def test_lines_are_counted_as_an_editor_does(self, library: Library) -> None:
        report = imported(library, table('1;2026-01-15T09:30Z;a;"b\nc\nd"', ";x;y;z", ROW))
        assert report.refused == [(5, "it has no id")]

    def test_json_lines_go_on_after_one_that_is_broken(self, library: Library) -> None:
        good = json.dumps({"id": 1, "created_at": "2026-01-15T09:30Z", "subject": "a"})
        report = imported(library, f"{good}\n{{broken\n[1]\n\n{good.replace('1', '2', 1)}\n")
        assert report.tickets == 2
        assert [line for line, _ in report.refused] == [2, 3]

    @pytest.mark.parametrize(
        "wrapped", ["[%s]", '{"count": 2, "tickets": [%s]}', '{"tickets": [%s], "next": null}', '{"a": [1], "b": [%s]}']
    )
    def test_documents_are_read_object_by_object(self, library: Library, wrapped: str) -> None:
        one = {"id": 1, "created_at": "2026-01-15T09:30Z", "subject": "a", "text": "x" * 100_000}
        two = {"helpdesk_ticket": {**one, "id": 2}}
        report = imported(library, wrapped % ",\n".join(json.dumps(item) for item in (one, two, 7)))
        assert report.tickets == 2
        assert report.refused == [(3, "this is not a JSON object")]

    def test_standard_exports_in_utf16_json(self, library: Library) -> None:
        lines = json.dumps({"id": 1, "created_at": "2026-01-15T09:30Z", "subject": "ä"}, ensure_ascii=False)
        assert imported(library, f"{lines}\n{lines}\n".encode("utf-16")).tickets == 1
        assert stored(library)[0].subject == "ä"


def test_a_document_in_one_line_is_told_from_a_ticket(library: Library) -> None:
    ticket = {"id": 1, "created_at": "2026-01-15T09:30Z", "subject": "a", "comments": [{"body": "b"}]}
    assert imported(library, json.dumps(ticket)).form.kind == "jsonl"
    assert imported(library, json.dumps({"count": 1, "tickets": [ticket]})).form.kind == "json"
    assert library.tickets.counts() == {"import": 1}


def test_what_comes_along_with_tickets_is_not_taken_for_them(library: Library) -> None:
    ticket = {"id": 1, "created_at": "2026-01-15T09:30Z", "subject": "a"}
    imported(library, json.dumps({"users": [{"id": 7, "name": "Anna"}], "tickets": [ticket]}, indent=1))
    assert library.tickets.counts() == {"import": 1}


def test_a_column_that_only_late_objects_have_is_read(library: Library) -> None:
    lines = [{"id": number, "created_at": "2026-01-15T09:30Z", "subject": "a"} for number in range(1200)]
    lines[-1] |= {"satisfaction": "good"}
    assert imported(library, "\n".join(map(json.dumps, lines))).known["satisfaction"] == 1
