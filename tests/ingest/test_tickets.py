"""Exports of help desks are recognised and read in full."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.tickets.mapping import choose
from ingest.tickets.presets import FIELDS, GENERIC, PRESETS
from kb.library import Library
from tests.ingest.ticket_files import imported, stored

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
