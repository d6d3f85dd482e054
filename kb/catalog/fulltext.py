"""Full-text search: an SQLite FTS5 index over terms, ranked by BM25.

The index holds terms, not text: ``kb.text.terms`` makes them, and FTS5's own tokenizer only cuts at the blanks between
them. German compounds are opened in a column of their own, so that a part of a word finds the word. BM25 is FTS5's,
with k1 = 1.2 and b = 0.75 (https://sqlite.org/fts5.html#the_bm25_function); no other pair ranked better on every data
set tried.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kb.errors import MissingPartError
from kb.text import compounds
from kb.text.language import primary_language
from kb.text.terms import stem, terms, words

COLUMN_WEIGHTS: Final = {"title": 4.0, "headings": 2.0, "aliases": 4.0, "body": 1.0, "parts": 0.8}
"""What one occurrence in a column counts in BM25's term frequency; tuned on several data sets, the same everywhere."""

MAX_ROW_SHARE: Final = 0.4
"""Terms in more rows than this weigh next to nothing and cost most of the time."""

MAX_QUERY_TERMS: Final = 32
"""The rarest terms of a longer text are asked for: a pasted mail stays as quick as a question."""

_CREATE = (
    """CREATE VIRTUAL TABLE fulltext USING fts5(
      title, headings, aliases, body, parts, language UNINDEXED, tokenize = 'ascii tokenchars ''._@''')""",
    "CREATE VIRTUAL TABLE fulltext_terms USING fts5vocab(fulltext, row)",
    "CREATE TABLE fulltext_languages (language TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID",
)
_WEIGHTS = ", ".join(map(str, COLUMN_WEIGHTS.values()))
_COLUMNS = ", ".join(COLUMN_WEIGHTS)


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word of a question, as the index sees it.

    ``variants`` are its stems in the languages that the index holds, ``parts`` those of the parts of a German compound.
    ``rows`` counts the rows that hold a variant; ``idf`` is log(1 + (N - rows + 0.5) / (rows + 0.5)) over N rows, never
    negative (Robertson and Spärck Jones, in the form that Lucene uses).
    """

    word: str
    variants: tuple[str, ...]
    parts: tuple[str, ...]
    rows: int
    idf: float

    @property
    def known(self) -> bool:
        """Whether the library uses this word at all, alone or inside a compound."""
        return self.rows > 0


class FullText:
    """The full-text index in the database behind ``connection``. Transactions are the caller's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def create(cls, connection: sqlite3.Connection) -> FullText:
        """Make the tables. Raises MissingPartError where SQLite was built without FTS5."""
        try:
            for statement in _CREATE:
                connection.execute(statement)
        except sqlite3.OperationalError as error:
            if "no such module" not in str(error):
                raise
            raise MissingPartError(
                f"SQLite {sqlite3.sqlite_version} of this Python has no FTS5, the full-text search.",
                "Use a Python whose sqlite3 module has FTS5; those of python.org, Debian and uv have it.",
            ) from error
        return cls(connection)

    def add(self, rowid: int, title: str, headings: str, aliases: str, body: str, language: str) -> None:
        """Index one row; what stood under ``rowid`` is replaced. ``language`` is a BCP 47 tag."""
        self.remove(rowid)
        base = primary_language(language)
        texts = (title, headings, aliases, body)
        columns = [" ".join(terms(text, base)) for text in texts]
        columns.append(" ".join(part for text in texts for part in _parts(words(text, base))) if base == "de" else "")
        self._connection.execute(
            f"INSERT INTO fulltext (rowid, {_COLUMNS}, language) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (rowid, *columns, base),
        )
        self._connection.execute(
            "INSERT INTO fulltext_languages VALUES (?, 1) ON CONFLICT DO UPDATE SET documents = documents + 1", (base,)
        )

    def remove(self, rowid: int) -> None:
        """Take one row out; nothing happens where there is none."""
        found = self._connection.execute("SELECT language FROM fulltext WHERE rowid = ?", (rowid,)).fetchone()
        if found is None:
            return
        self._connection.execute("DELETE FROM fulltext WHERE rowid = ?", (rowid,))
        self._connection.execute("UPDATE fulltext_languages SET documents = documents - 1 WHERE language = ?", found)
        self._connection.execute("DELETE FROM fulltext_languages WHERE documents = 0")

    def search(
        self, text: str, language: str, limit: int, allowed: str = "", parameters: Sequence[Any] = ()
    ) -> list[tuple[int, float]]:
        """Rows that share a term with ``text``, as (rowid, BM25 score > 0), best first, at most ``limit``.

        ``language`` is that of ``text``; rows of all languages are found, each by the stems of its own. ``allowed`` is
        a condition on ``rowid`` in SQL (``rowid IN (SELECT …)``) with ``?`` for its ``parameters``; it never changes a
        score. No text can raise: it reaches FTS5 as quoted terms only.
        """
        asked = self._asked(self.understand(text, language))
        if not asked:
            return []
        # Materialized: SQLite would otherwise run the search again for every row that the condition names.
        rows = self._connection.execute(
            "WITH found (rowid, score) AS MATERIALIZED"  # noqa: S608  the weights are ours, values are bound
            f" (SELECT rowid, -bm25(fulltext, {_WEIGHTS}) FROM fulltext WHERE fulltext MATCH ?)"
            f" SELECT rowid, score FROM found WHERE ({allowed or 'true'}) ORDER BY score DESC, rowid LIMIT ?",
            (" OR ".join(f'"{term}"' for term in asked), *parameters, limit),
        )
        return [(int(rowid), float(score)) for rowid, score in rows]

    def understand(self, text: str, language: str) -> tuple[QueryTerm, ...]:
        """The words of a question, each once, with what the index knows about them."""
        base = primary_language(language)
        stemmed = [base, *(known for known in self._languages() if known != base)]
        count = self.document_count()
        found = []
        for word in dict.fromkeys(words(text, base)):
            variants = tuple(dict.fromkeys(stem(word, known) for known in stemmed))
            parts = tuple(dict.fromkeys(_parts([word]))) if base == "de" else ()
            rows = min(count, sum(map(self._rows, variants)))
            found.append(QueryTerm(word, variants, parts, rows, _idf(rows, count)))
        return tuple(found)

    def coverage(self, asked: Sequence[QueryTerm], rowids: Iterable[int]) -> dict[int, float]:
        """How much of a question each row has: the share of its words' idf, in 0..1; a compound counts by its parts."""
        total = sum(term.idf for term in asked)
        shares = {}
        for rowid in rowids:
            held = self._terms_of(rowid)
            mass = sum(term.idf * _held_share(term, held) for term in asked)
            shares[rowid] = mass / total if total else 0.0
        return shares

    def idf(self, term: str) -> float:
        """log(1 + (N - n + 0.5) / (n + 0.5)) of an index term held by n of N rows; highest for an unknown one."""
        return _idf(self._rows(term), self.document_count())

    def document_count(self) -> int:
        """The number of rows."""
        return sum(self._languages().values())

    def _asked(self, query: Sequence[QueryTerm]) -> list[str]:
        """The index terms to search for: known ones, none too frequent unless all are, the rarest first."""
        candidates = dict.fromkeys(term for asked in query for term in (*asked.variants, *asked.parts))
        rows = {term: count for term in candidates if (count := self._rows(term))}
        limit = MAX_ROW_SHARE * self.document_count()
        telling = [term for term in rows if rows[term] <= limit] or list(rows)
        return sorted(telling, key=rows.__getitem__)[:MAX_QUERY_TERMS]

    def _languages(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT language, documents FROM fulltext_languages ORDER BY language"))

    def _rows(self, term: str) -> int:
        found = self._connection.execute("SELECT doc FROM fulltext_terms WHERE term = ?", (term,)).fetchone()
        return int(found[0]) if found else 0

    def _terms_of(self, rowid: int) -> frozenset[str]:
        found = self._connection.execute(f"SELECT {_COLUMNS} FROM fulltext WHERE rowid = ?", (rowid,)).fetchone()  # noqa: S608
        return frozenset(term for column in found or () for term in column.split())


def _parts(found: Iterable[str]) -> list[str]:
    """Terms of the parts of German compounds among words."""
    return [stem(part, "de") for word in found for part in compounds.parts(word)]


def _idf(rows: int, count: int) -> float:
    return math.log(1 + (count - rows + 0.5) / (rows + 0.5))


def _held_share(term: QueryTerm, held: frozenset[str]) -> float:
    if not held.isdisjoint(term.variants):
        return 1.0
    return sum(part in held for part in term.parts) / len(term.parts) if term.parts else 0.0
