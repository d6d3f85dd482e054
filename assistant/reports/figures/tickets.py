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
class Handled:
    """One ticket. ``who`` serves to count people, and is never written anywhere.

    Times are calendar time in seconds, None where the help desk did not say or said that an answer came before the
    question. ``linked`` says whether an article was used to solve it; None where it is not solved, or where its
    help desk never says which articles were used.
    """

    day: date
    product: str
    category: str
    channel: str
    language: str
    who: str
    first_response_s: float | None = None
    resolution_s: float | None = None
    satisfaction: float | None = None
    escalated: bool | None = None
    linked: bool | None = None


def _of(choose: Callable[[Handled], float | None]) -> Callable[[Handled], float | None]:
    return lambda case: None if (number := choose(case)) is None else float(number)


def _who(case: Handled) -> str:
    return case.who


TICKET_MEASURES: tuple[Measure[Handled], ...] = (
    Measure("tickets", "count", "sum", lambda _: 1.0, _who),
    Measure("first_response_median", "seconds", "median", _of(lambda case: case.first_response_s), _who),
    Measure("first_response_p90", "seconds", "p90", _of(lambda case: case.first_response_s), _who),
    Measure("resolution_median", "seconds", "median", _of(lambda case: case.resolution_s), _who),
    Measure("resolution_p90", "seconds", "p90", _of(lambda case: case.resolution_s), _who),
    Measure("satisfaction", "share", "mean", _of(lambda case: case.satisfaction), _who),
    Measure("ticket_escalation_share", "share", "mean", _of(lambda case: case.escalated), _who),
    Measure("link_rate", "share", "mean", _of(lambda case: case.linked), _who),
)
"""What is reported of tickets; the first one orders tables. See the data dictionary for what each one says."""


def handled(tickets: Iterable[Ticket], day_of: Callable[[datetime], date]) -> list[Handled]:
    """Tickets as cases, in the order given. Of the same help desk either all say which articles were used, or none."""
    rows = list(tickets)
    says_links = {ticket.source for ticket in rows if ticket.article_ids}
    return [
        Handled(
            day=day_of(ticket.created_at),
            product=ticket.product.strip(),
            category=ticket.category.strip(),
            channel=ticket.channel.strip(),
            language=ticket.language.partition("-")[0],
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
