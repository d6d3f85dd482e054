"""Tickets in: an export of the team's help desk becomes rows of ``library.tickets``.

Door: ``import_tickets``. Reading order: ``importer.py`` (the steps), ``source.py``, ``table.py`` and ``objects.py`` (a
file becomes records), ``presets.toml`` and ``mapping.py`` (whose columns mean what), ``dates.py``, ``values.py`` and
``convert.py`` (a record becomes a ticket, or is refused with a reason), ``report.py``.
"""

from ingest.tickets.importer import Options, import_tickets
from ingest.tickets.report import ImportReport

__all__ = ["ImportReport", "Options", "import_tickets"]
