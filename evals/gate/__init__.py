"""Quality that must not drop: gold questions and planted gaps (``gold``, ``compare``), closed gaps (``regress``)."""
