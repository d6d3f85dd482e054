"""Tickets as cases to count: how many, how soon answered and solved, how satisfied, solved with an article or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.reports.figures.measures import Measure

if TYPE_CHECKING:
    from kb.tickets import Ticket


@dataclass(frozen=True, slots=True)
class TicketCase:
    """One ticket. ``who`` serves to count people, and is never written anywhere.

    Times are calendar time in seconds, None where the help desk did not say or said that an answer came before the
    question. ``linked`` says whether an article was used to solve it; None where it is not solved, or where its
    help desk never says which articles were used.
    """

    day: date
    product: str
    category: str
    channel: str
    who: str
    first_response_s: float | None = None
    resolution_s: float | None = None
    satisfaction: float | None = None
    escalated: bool | None = None
    linked: bool | None = None


TICKET_MEASURES: tuple[Measure[TicketCase], ...] = (
    Measure("tickets", "count", "sum", lambda _: 1.0),
    Measure("first_response_median", "seconds", "median", lambda case: case.first_response_s),
    Measure("first_response_p90", "seconds", "p90", lambda case: case.first_response_s),
    Measure("resolution_median", "seconds", "median", lambda case: case.resolution_s),
    Measure("resolution_p90", "seconds", "p90", lambda case: case.resolution_s),
    Measure("satisfaction", "share", "mean", lambda case: case.satisfaction),
    Measure("ticket_escalation_share", "share", "mean", lambda case: case.escalated),
    Measure("link_rate", "share", "mean", lambda case: case.linked),
)
"""What is reported of tickets; the first one orders tables. See the data dictionary for what each one says."""


def ticket_cases(tickets: Iterable[Ticket], day_of: Callable[[datetime], date]) -> list[TicketCase]:
    """Tickets as cases, in the order given. Of the same help desk either all say which articles were used, or none."""
    rows = list(tickets)
    says_links = {ticket.source for ticket in rows if ticket.article_ids}
    return [
        TicketCase(
            day=day_of(ticket.created_at),
            product=ticket.product.strip(),
            category=ticket.category.strip(),
            channel=ticket.channel.strip(),
            who=ticket.agent or f"?{ticket.ticket_id}",
            first_response_s=_seconds(ticket.created_at, ticket.first_response_at),
            resolution_s=_seconds(ticket.created_at, ticket.resolved_at),
            satisfaction=ticket.satisfaction,
            escalated=ticket.escalated,
            linked=bool(ticket.article_ids) if ticket.resolved_at and ticket.source in says_links else None,
        )
        for ticket in rows
    ]


def _seconds(start: datetime, end: datetime | None) -> float | None:
    if end is None or end < start:
        return None
    return (end - start).total_seconds()
