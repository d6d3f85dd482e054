"""The catalog: what the index knows, in one SQLite file that can be made again from the articles.

Articles, their sections, chunks and quotable units, the manifest of files, and the full-text index live together, so
that one transaction replaces an article wholly or not at all. A reader works in a ``snapshot`` and sees one state.
"""

from kb.catalog.filter import Filter
from kb.catalog.rows import ArticleRow, ChunkRow, FileRow, Judgement, NewChunk, NewName, UnitRow
from kb.catalog.snapshot import RatingPeriod, Snapshot
from kb.catalog.store import Catalog
from kb.catalog.survey import Survey

__all__ = [
    "ArticleRow",
    "Catalog",
    "ChunkRow",
    "FileRow",
    "Filter",
    "Judgement",
    "NewChunk",
    "NewName",
    "RatingPeriod",
    "Snapshot",
    "Survey",
    "UnitRow",
]
