"""Reading what the reports are made of: the log, the tickets, the backlog and the catalog of one library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.reports.figures.articles import published_articles
from assistant.reports.figures.compute import Cases, FirstDays
from assistant.reports.figures.gap_history import gap_histories
from assistant.reports.figures.known_new import novelty
from assistant.reports.figures.period import Period
from assistant.reports.figures.questions import question_cases
from assistant.reports.figures.tickets import ticket_cases

if TYPE_CHECKING:
    from kb.library import Library


def gather(library: Library, period: Period, today: date) -> Cases:
    """All that figures of ``period`` need: its own days, the period before, and the weeks of the trend."""
    first = min(period.before().first, period.weeks()[0].first)
    since = Period(first, first, period.zone).since
    gaps, entries = library.backlog.gaps(), library.backlog.entries()
    return Cases(
        question_cases(library.events, since, period.until, period.day_of, novelty(library, since, period.until)),
        ticket_cases(library.tickets.tickets(since, period.until), period.day_of),
        gap_histories(gaps, entries),
        published_articles(library.catalog, today, library.settings.articles.due_days),
        open_escalations=len(library.escalations.escalations()),
        began=FirstDays(
            _day(period, (event.asked_at for event in library.events.questions())),
            _day(period, (ticket.created_at for ticket in library.tickets.tickets())),
            _day(period, (entry.at for entry in entries)),
        ),
    )


def products_in(library: Library, language: str, today: date) -> dict[str, str]:
    """What people call the products of the articles, in ``language``."""
    from kb.catalog import Filter
    from kb.catalog.product_names import product_names

    with library.catalog.snapshot() as snapshot:
        rows = snapshot.listing(Filter(today))
    slugs = {product for row in rows for product in row.products}
    given = library.settings.articles.product_names
    return {product: name[language] for product, name in product_names(slugs, rows, given, [language]).items()}


def _day(period: Period, moments: Iterable[datetime]) -> date | None:
    """The day of the first of ``moments``, which are sorted."""
    first = next(iter(moments), None)
    return None if first is None else period.day_of(first)
