from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.tickets import ImportReport, Options, import_tickets
from ingest.tickets.mapping import choose
from ingest.tickets.presets import FIELDS, GENERIC, PRESETS
from kb.errors import KBError, UsageError
from kb.events.pseudonyms import Pseudonyms
from kb.library import Library
from kb.tickets import Added, Ticket

ROOT = Path(__file__).parents[2]
HEADER = "id;created_at;subject;text"


def imported(library: Library, content: str | bytes, **options: Any) -> ImportReport:
    data = content.encode() if isinstance(content, str) else content
    return import_tickets(library, io.BytesIO(data), Options(**options))


def stored(library: Library) -> list[Ticket]:
    return list(library.tickets.tickets())


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


ROW = "1;2026-01-15T09:30:00Z;Abschlag;Wie ändere ich meinen Abschlag?"

EXPORTS: dict[str, tuple[str, Any]] = {
    "zendesk": (
        "csv",
        {
            "Id": "101", "Requester": "Anna Berg", "Assignee": "Max Muster", "Subject": "Abschlag ändern",
            "Status": "Closed",
            "Priority": "High", "Via": "Mail", "Ticket type": "Question", "Created at": "2026-01-15 09:30",
            "Solved at": "2026-01-16 09:30", "Satisfaction Score": "Good", "First reply time in minutes": "35",
            "Group stations": "1",
        },
    ),
    "freshdesk": (
        "csv",
        {
            "Ticket ID": "101", "Subject": "Abschlag ändern", "Status": "Closed", "Priority": "High", "Source": "Mail",
            "Type": "Question", "Agent": "Max Muster", "Created time": "2026-01-15 09:30:00",
            "Resolved time": "2026-01-16 09:30:00", "Initial response time": "2026-01-15 10:05:00",
            "Survey results": "Happy", "Full name": "Anna Berg",
        },
    ),
    "salesforce": (
        "csv",
        {
            "CaseNumber": "101", "Subject": "Abschlag ändern", "Status": "Closed", "Priority": "High", "Origin": "Mail",
            "Reason": "Question", "Owner.Name": "Max Muster", "CreatedDate": "2026-01-15T09:30:00.000+0000",
            "ClosedDate": "2026-01-16T09:30:00.000Z", "IsEscalated": "false",
            "First Response Date": "2026-01-15T10:05:00Z",
            "satisfaction": "good",
        },
    ),
    "hubspot": (
        "json",
        {
            "results": [
                {
                    "id": "7",
                    "properties": {
                        "hs_object_id": "101", "subject": "Abschlag ändern", "hs_pipeline_stage": "Closed",
                        "hs_ticket_priority": "High", "source_type": "Mail", "hs_ticket_category": "Question",
                        "hubspot_owner_id": "Max Muster", "createdate": "2026-01-15T09:30:00Z",
                        "closed_date": "2026-01-16T09:30:00Z", "first_agent_reply_date": "2026-01-15T10:05:00Z",
                        "hs_last_csat_survey_rating": "satisfied",
                    },
                }
            ]
        },
    ),
    "jitbit": (
        "csv",
        {
            "IssueID": "101", "IssueDate": "01/15/2026 09:30", "ResolvedDate": "01/16/2026 09:30",
            "Technician": "Max Muster",
            "Subject": "Abschlag ändern", "Status": "Closed", "Priority": "1", "Origin": "Mail", "Category": "Question",
            "first_response_minutes": "35", "Rating": "5/5",
        },
    ),
    "zoho": (
        "csv",
        {
            "Ticket Id": "101", "Subject": "Abschlag ändern", "Status": "Closed", "Priority": "High", "Channel": "Mail",
            "Category": "Question", "Ticket Owner": "Max Muster", "Created Time": "15 Jan 2026 09:30 AM",
            "Ticket Closed Time": "16 Jan 2026 09:30 AM", "Is Escalated": "false",
            "First Response Time in hours": "00:35",
            "Happiness Rating": "Good", "Contact Name": "Anna Berg",
        },
    ),
}  # fmt: skip


def export(kind: str, data: Any) -> str:
    if kind == "json":
        return json.dumps(data)
    text = io.StringIO()
    writer = csv.DictWriter(text, data.keys())
    writer.writeheader()
    writer.writerow(data)
    return text.getvalue()


class TestHelpDesks:
    @pytest.mark.parametrize("name", EXPORTS)
    def test_an_export_is_recognised_and_read_in_full(self, library: Library, name: str) -> None:
        report = imported(library, export(*EXPORTS[name]))
        (ticket,) = stored(library)
        assert report.columns.preset.name == name
        assert (ticket.ticket_id, ticket.source) == (f"{name}:101", name)
        assert ticket.created_at == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
        assert ticket.first_response_at == datetime(2026, 1, 15, 10, 5, tzinfo=UTC)
        assert ticket.resolved_at == datetime(2026, 1, 16, 9, 30, tzinfo=UTC)
        assert (ticket.subject, ticket.category, ticket.status) == ("Abschlag ändern", "Question", "Closed")
        assert (ticket.channel, ticket.priority.casefold()) == ("Mail", "high")
        assert ticket.satisfaction == 1.0
        assert ticket.agent.startswith("agent-")
        assert ticket.language == "de"

    def test_every_name_in_the_presets_is_for_a_field_that_exists(self) -> None:
        for preset in [GENERIC, *PRESETS.values()]:
            assert preset.columns.keys() <= set(FIELDS)
            assert preset.words.keys() <= set(FIELDS)

    @pytest.mark.parametrize("name", PRESETS)
    def test_all_columns_of_a_help_desk_together_are_recognised(self, name: str) -> None:
        preset = PRESETS[name]
        columns = [names[0] for names in preset.columns.values()] + list(preset.marks)
        assert choose(list(dict.fromkeys(columns))).preset is preset

    def test_a_zendesk_object_with_its_conversation(self, library: Library) -> None:
        ticket = {
            "id": 35436, "requester_id": 7, "assignee_id": 9, "subject": "Abschlag",
            "created_at": "2026-01-15T09:30:00Z",
            "via": {"channel": "web"}, "satisfaction_rating": {"score": "bad"}, "tags": ["strom"],
            "metric_set": {"reply_time_in_minutes": {"calendar": 35, "business": 5},
            "solved_at": "2026-01-16T09:30:00Z"},
            "custom_fields": [{"id": 27642, "value": "Strom"}],
            "comments": [
                {"author_id": 7, "plain_body": "Wie ändere ich meinen Abschlag?", "public": True},
                {"author_id": 9, "plain_body": "Im Portal unter Verträge.", "public": True},
                {"author_id": 9, "plain_body": "Kunde war laut.", "public": False},
            ],
        }  # fmt: skip
        report = imported(library, json.dumps(ticket) + "\n" + json.dumps({**ticket, "id": 2}) + "\n")
        assert report.form.kind == "jsonl"
        imported(library, json.dumps({"tickets": [ticket]}), columns={"product": "custom_fields.27642"})
        one = library.tickets.tickets_for(["zendesk:35436"])["zendesk:35436"]
        assert one.text == "Wie ändere ich meinen Abschlag?"
        assert one.resolution == "Im Portal unter Verträge."
        assert (one.product, one.channel, one.satisfaction) == ("Strom", "web", 0.0)
        assert one.first_response_at == datetime(2026, 1, 15, 10, 5, tzinfo=UTC)
        assert one.resolved_at == datetime(2026, 1, 16, 9, 30, tzinfo=UTC)

    def test_codes_of_freshdesk_become_words(self, library: Library) -> None:
        ticket = {
            "id": 1, "subject": "Abschlag", "description_text": "Wie?", "status": 5, "priority": 4, "source": 3,
            "created_at": "2026-01-15T09:30:00Z", "responder_id": 9, "stats": {"resolved_at": "2026-01-16T09:30:00Z"},
        }  # fmt: skip
        imported(library, json.dumps([ticket]))
        (one,) = stored(library)
        assert (one.source, one.status, one.priority, one.channel) == ("freshdesk", "closed", "urgent", "phone")


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


class TestPrivacy:
    def test_no_name_and_no_address_reaches_the_database(self, library: Library) -> None:
        head = "id;created_at;subject;text;requester;agent;resolution"
        names = "Anna Berg;Max Muster"
        row = f"1;2026-01-15T09:30Z;Anna Berg fragt;Berg hier, bitte an a.berg@example.de;{names};Gruß, Muster"
        imported(library, table(row, header=head))
        library.close()
        content = b"".join(path.read_bytes() for path in library.home.rglob("*") if path.is_file())
        for name in (b"Berg", b"Muster", b"example.de"):
            assert name not in content
        (ticket,) = stored(library)
        assert (ticket.subject, ticket.text) == ("[name] fragt", "[name] hier, bitte an [email]")
        assert ticket.resolution == "Gruß, [name]"

    def test_an_agent_has_one_handle_and_nobody_else_has_it(self, library: Library, tmp_path: Path) -> None:
        head = "id;created_at;text;agent"
        rows = [
            "1;2026-01-15;a;Max Muster",
            "2;2026-01-15;a;max  MUSTER",
            "3;2026-01-15;a;Eva Stein",
            "4;2026-01-15;a;",
        ]
        imported(library, table(*rows, header=head))
        one, same, other, none = (ticket.agent for ticket in stored(library))
        assert one == same != other
        assert none == ""
        assert Pseudonyms(library.home / "pseudonyms.key").of("Max Muster") == one
        assert Pseudonyms(tmp_path / "another.key").of("Max Muster") != one
        assert (library.home / "pseudonyms.key").stat().st_mode & 0o777 == 0o600

    def test_a_key_that_is_damaged_is_not_made_anew(self, library: Library) -> None:
        library.home.mkdir()
        (library.home / "pseudonyms.key").write_text("12ab")
        with pytest.raises(KBError, match="incomplete"):
            imported(library, table("1;2026-01-15;a;Max", header="id;created_at;text;agent"))

    def test_names_of_teams_stay_in_the_texts(self, library: Library) -> None:
        head = "id;created_at;text;agent"
        imported(library, table("1;2026-01-15;Ich habe den Support schon gefragt;Support Nord", header=head))
        assert "Support" in stored(library)[0].text


class TestMeasures:
    HEAD = "id;created_at;text;first_response_at;resolved_at;satisfaction;escalated;language;articles"

    def test_what_an_optional_column_has_wrong_is_left_out_and_noted(self, library: Library) -> None:
        report = imported(
            library,
            table(
                "1;2026-01-15T09:30Z;a;2026-01-15T09:00Z;2026-01-16;4;vielleicht;de-AT;move, meter",
                "2;2026-01-15T09:30Z;a;03/04/2026;2026-01-16T09:30Z;4;ja;Englisch;",
                header=self.HEAD,
            ),
        )
        one, two = stored(library)
        assert (one.first_response_at, one.resolved_at, one.satisfaction, one.escalated) == (None, None, None, None)
        assert (one.language, one.article_ids) == ("de-AT", ("move", "meter"))
        assert (two.resolved_at, two.escalated, two.language) == (datetime(2026, 1, 16, 9, 30, tzinfo=UTC), True, "en")
        assert {name: note.rows for name, note in report.notes.items()} == {
            "first_response_at": 2, "resolved_at": 1, "satisfaction": 2, "escalated": 1,
        }  # fmt: skip
        assert report.known["resolved_at"] == 1

    def test_a_scale_that_is_told_makes_marks_comparable(self, library: Library) -> None:
        rows = ["1;2026-01-15T09:30Z;a;;;1;;;", "2;2026-01-15T09:30Z;a;;;5;;;"]
        imported(library, table(*rows, header=self.HEAD), scale=(1, 5))
        assert [ticket.satisfaction for ticket in stored(library)] == [0.0, 1.0]

    def test_a_column_of_dates_is_read_as_it_proves(self, library: Library) -> None:
        rows = ["1;03/04/2026;a;", "2;25/04/2026;a;"]
        imported(library, table(*rows))
        assert [ticket.created_at.month for ticket in stored(library)] == [4, 4]
        both = imported(library, table("1;03/04/2026;a;", "2;25/04/2026;a;", "3;04/25/2026;a;"), source="both")
        assert [line for line, _ in both.refused] == [2]
        told = imported(library, table("1;03/04/2026;a;"), source="told", date_format="%m/%d/%Y")
        assert told.tickets == 1
        assert library.tickets.tickets_for(["told:1"])["told:1"].created_at.month == 3

    def test_times_without_a_zone_are_utc_and_said_so_unless_one_is_told(self, library: Library) -> None:
        naive = table("1;2026-07-15 09:30;a;")
        assert "created_at" in imported(library, naive).notes
        assert stored(library)[0].created_at.hour == 9
        assert not imported(library, naive, time_zone="Europe/Berlin").notes
        assert stored(library)[0].created_at.hour == 7


class TestAgain:
    def test_the_same_file_again_changes_nothing(self, library: Library) -> None:
        rows = [f"{number};2026-01-15T09:30Z;Abschlag;Herr Müller {number}" for number in range(1500)]
        assert imported(library, table(*rows)).added == Added(added=1500)
        assert imported(library, table(*rows)).added == Added(unchanged=1500)
        changed = table(*rows[:-1], "1499;2026-01-15T09:30Z;Abschlag;neu", "1500;2026-01-15T09:30Z;Abschlag;neu")
        assert imported(library, changed).added == Added(added=1, updated=1, unchanged=1499)

    def test_a_dry_run_says_what_would_happen_and_stores_nothing(self, library: Library) -> None:
        assert imported(library, table(ROW), dry_run=True).added == Added(added=1)
        assert not library.home.exists()
        imported(library, table(ROW))
        assert imported(library, table(ROW, "2" + ROW[1:]), dry_run=True).added == Added(added=1, unchanged=1)
        assert library.tickets.counts() == {"import": 1}

    def test_an_import_that_is_killed_loses_nothing_and_is_finished_by_another(
        self, library: Library, tmp_path: Path
    ) -> None:
        rows = [f"{number};2026-01-15T09:30Z;Abschlag;Wie ändere ich {number}?" for number in range(6000)]
        file = tmp_path / "tickets.csv"
        file.write_text(table(*rows), encoding="utf-8")
        code = "from assistant.cli import main; main()"
        run = subprocess.Popen(
            [sys.executable, "-c", code, "--home", str(library.home), "tickets", "import", str(file)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not library.events_file.exists() or not library.tickets.counts():
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        begun = library.tickets.counts()["import"]
        assert begun % 1000 == 0
        assert imported(library, file.read_bytes()).added == Added(added=6000 - begun, unchanged=begun)


def test_a_log_that_is_out_of_reach_is_said(library: Library) -> None:
    library.home.mkdir()
    library.events_file.write_bytes(b"this is not a database, it only has its name" * 100)
    with pytest.raises(KBError, match="not a database"):
        imported(library, table(ROW))


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
