"""What must not get worse: the gold questions (``gold``, ``compare``), and questions of closed gaps (``regress``)."""
