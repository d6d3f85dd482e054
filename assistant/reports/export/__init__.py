"""Tidy tables of a period and their data dictionary, as CSV and Parquet."""
