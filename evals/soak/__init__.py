"""Endurance: ingests that are killed, libraries that change a thousand times, questions while articles change.

Run it with ``python -m evals.soak``; the test suite runs the same with small numbers.
"""
