from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.events import EventLog, EventLogUnavailableError, QuestionEvent
from kb.events.store import Store
from kb.migrations import config
from kb.tickets import Added, Ticket, TicketStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ticket(number: int = 1, **changes: Any) -> Ticket:
    made = Ticket(f"zendesk:{number}", "zendesk", NOON, "Abschlag", "Wie ändere ich meinen Abschlag?", "de")
    return replace(made, **changes)


@pytest.fixture
def tickets(url: str) -> Iterator[TicketStore]:
    opened = TicketStore(Store(url))
    yield opened
    opened.close()


class TestWhatIsStored:
    def test_a_ticket_comes_back_as_it_was(self, tickets: TicketStore) -> None:
        full = ticket(
            product="Strom",
            category="Abschlag",
            channel="email",
            priority="high",
            status="closed",
            first_response_at=NOON + timedelta(hours=1),
            resolved_at=NOON + timedelta(days=1),
            satisfaction=0.75,
            escalated=False,
            agent="agent-1f2e3d",
            resolution="Im Portal unter Verträge.",
            article_ids=("adjust-instalment",),
        )
        assert tickets.add([full, ticket(2)]) == Added(added=2)
        assert list(tickets.tickets()) == [full, ticket(2)]

    def test_personal_data_never_reaches_the_database(self, tmp_path: Path) -> None:
        store = Store(f"sqlite:///{tmp_path}/home/events.sqlite3")
        secret = "Herr Müller, anna.berg@example.de, fragt nach dem Abschlag"
        TicketStore(store).add([ticket(subject=secret, text=secret, resolution=secret)])
        store.close()
        content = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir())
        assert b"Abschlag" in content
        assert "Müller".encode() not in content
        assert b"anna.berg" not in content

    def test_texts_stay_where_redaction_is_turned_off(self, tickets: TicketStore) -> None:
        tickets.add([ticket(text="Herr Müller")], redact=False)
        assert next(tickets.tickets()).text == "Herr Müller"

    def test_times_are_utc_and_have_a_zone(self, tickets: TicketStore) -> None:
        summer = timezone(timedelta(hours=2))
        tickets.add([ticket(created_at=NOON.astimezone(summer))])
        assert next(tickets.tickets()).created_at.isoformat() == "2026-03-01T12:00:00+00:00"
        with pytest.raises(UsageError, match="no time zone"):
            ticket(created_at=NOON.replace(tzinfo=None))

    @pytest.mark.parametrize("mark", [-0.1, 1.1, float("nan")])
    def test_a_satisfaction_is_a_share(self, mark: float) -> None:
        with pytest.raises(UsageError, match="out of range"):
            ticket(satisfaction=mark)

    def test_any_text_comes_back_as_the_row_has_it(self, tickets: TicketStore) -> None:
        @given(st.text(), st.text(), st.lists(st.text(), max_size=3))
        @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def holds(text: str, product: str, articles: list[str]) -> None:
            one = ticket(str(uuid.uuid4()), text=text, product=product, article_ids=tuple(articles))
            tickets.add([one], redact=False)
            assert tickets.tickets_for([one.ticket_id])[one.ticket_id].product == one.product

        holds()


class TestTheSameTicketAgain:
    def test_it_is_brought_up_to_date(self, tickets: TicketStore) -> None:
        tickets.add([ticket(1), ticket(2), ticket(3)])
        again = tickets.add([ticket(1), replace(ticket(2), status="closed"), ticket(4)])
        assert again == Added(added=1, updated=1, unchanged=1)
        assert [one.status for one in tickets.tickets()] == ["", "closed", "", ""]

    def test_redacting_it_anew_changes_nothing(self, tickets: TicketStore) -> None:
        tickets.add([ticket(text="Herr Müller fragt")])
        assert tickets.add([ticket(text="Herr Müller fragt")]) == Added(unchanged=1)

    def test_of_the_same_id_twice_the_last_one_counts(self, tickets: TicketStore) -> None:
        assert tickets.add([ticket(text="a"), ticket(text="b")]) == Added(added=1)
        assert [one.text for one in tickets.tickets()] == ["b"]


class TestReading:
    def test_a_period_is_read_oldest_first(self, tickets: TicketStore) -> None:
        days = [ticket(number, created_at=NOON + timedelta(days=number)) for number in (3, 1, 2, 0)]
        tickets.add(days)
        found = tickets.tickets(NOON + timedelta(days=1), NOON + timedelta(days=3))
        assert [one.ticket_id for one in found] == ["zendesk:1", "zendesk:2"]

    def test_more_than_a_batch_is_read_once_each(self, tickets: TicketStore) -> None:
        tickets.add([ticket(number) for number in range(2500)], redact=False)
        found = [one.ticket_id for one in tickets.tickets()]
        assert len(found) == len(set(found)) == 2500
        assert len(tickets.tickets_for([*found, "zendesk:none"])) == 2500

    def test_tickets_are_counted_by_source(self, tickets: TicketStore) -> None:
        assert tickets.counts() == {}
        tickets.add([ticket(1), ticket(2), replace(ticket(3), ticket_id="jitbit:3", source="jitbit")])
        assert tickets.counts() == {"jitbit": 1, "zendesk": 2}

    def test_the_question_does_not_say_the_same_twice(self) -> None:
        assert ticket().question == "Abschlag\nWie ändere ich meinen Abschlag?"
        assert ticket(subject="Wie ändere ich").question == "Wie ändere ich meinen Abschlag?"
        assert ticket(subject="").question == "Wie ändere ich meinen Abschlag?"
        assert ticket(text="").question == "Abschlag"


def test_all_or_none_of_the_tickets_are_added(tickets: TicketStore) -> None:
    def broken() -> Iterator[Ticket]:
        yield ticket(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tickets.add(broken())
    assert tickets.counts() == {}


def test_a_store_that_is_out_of_reach_says_so(tmp_path: Path) -> None:
    (tmp_path / "events.sqlite3").write_bytes(b"this is not a database, it only has its name" * 100)
    with pytest.raises(EventLogUnavailableError):
        Store(f"sqlite:///{tmp_path}/events.sqlite3")


def test_a_log_of_the_first_release_gets_the_table_and_keeps_what_it_has(url: str) -> None:
    from alembic import command

    with EventLog.open(url) as log:
        log.log_question(QuestionEvent("q1", NOON, "Wie?", "de", "answered", 0.9, "cli"))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        command.downgrade(config(connection), "0001")
        assert not sa.inspect(connection).has_table("tickets")
    engine.dispose()
    store = Store(url)
    assert TicketStore(store).add([ticket()]) == Added(added=1)
    assert EventLog(store).question("q1").text == "Wie?"
    store.close()
