"""Times, ratings and states of tickets."""

from __future__ import annotations

from datetime import UTC, datetime

from kb.library import Library
from tests.ingest.ticket_files import imported, stored, table


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
