"""An article: its model, front matter, reading a file, freshness, and editing front matter in place."""
