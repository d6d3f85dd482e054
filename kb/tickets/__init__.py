"""What customers wrote to the help desk, and what came of it: imported, with personal data taken out.

``library.tickets`` is the door; the rows are plain frozen data. The tickets lie in the events database.
"""

from kb.tickets.rows import Ticket
from kb.tickets.store import Added, TicketStore

__all__ = ["Added", "Ticket", "TicketStore"]
