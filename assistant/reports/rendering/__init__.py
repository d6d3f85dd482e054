"""A report as blocks of text and tables, written as Markdown, HTML or CSV."""
