"""Models that were tried for the product; what is in `README.md` says what became of them."""
