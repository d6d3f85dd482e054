"""Endurance: ingests that are killed, libraries that change a thousand times, questions while articles change.

``tests/ingest/test_crash.py`` runs them with small numbers; ``KB_SOAK_KILLS``, ``KB_SOAK_ROUNDS`` and
``KB_SOAK_SECONDS`` make them large.
"""
