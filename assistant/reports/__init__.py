"""Figures of a period from the log, the tickets and the backlog, and the reports made of them.

Aggregates only, never of a person. The same data give the same bytes. Doors: ``team_report.team_report``,
``gap_report.gap_report`` and ``export.export.export_tables``.
"""
