"""A ticket, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kb.errors import UsageError
from kb.events.rows import complete
from kb.text.language import InLanguage


@dataclass(frozen=True, slots=True)
class Ticket(InLanguage):
    """What a customer wrote to the help desk, and what came of it.

    ``ticket_id`` is ``SOURCE:ID``, the id being the help desk's own. ``text`` is what the customer wrote first and
    ``resolution`` what solved it, both plain; they are redacted when the ticket is stored. ``product``, ``category``,
    ``channel``, ``priority`` and ``status`` are in the help desk's own words. ``satisfaction`` is 0..1, 1 the best mark
    there is. ``agent`` is a pseudonymous handle. ``article_ids`` are the articles that the help desk says were used.
    None and "" mean: the help desk did not say.
    """

    ticket_id: str
    source: str
    created_at: datetime
    subject: str
    text: str
    language: str
    product: str = ""
    category: str = ""
    channel: str = ""
    priority: str = ""
    status: str = ""
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    satisfaction: float | None = None
    escalated: bool | None = None
    agent: str = ""
    resolution: str = ""
    article_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        complete(self)
        if self.satisfaction is not None and not 0.0 <= self.satisfaction <= 1.0:
            raise UsageError(f"The satisfaction {self.satisfaction} is out of range.", "Give a number from 0 to 1.")

    @property
    def question(self) -> str:
        """What the customer asked: the subject and the text, without saying the same twice."""
        subject, text = self.subject.strip(), self.text.strip()
        return text if not subject or text.startswith(subject) else f"{subject}\n{text}".strip()
