"""How fast: ingest and asking (``bench``), many agents at once (``load`` with ``pacing``)."""
