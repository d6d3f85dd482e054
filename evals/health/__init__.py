"""What `kb health` finds, on contradictions, copies and simulated years of edits."""
