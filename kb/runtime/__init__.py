"""How work runs on this machine: days, locks, progress, cancellation, results kept for the next run."""
