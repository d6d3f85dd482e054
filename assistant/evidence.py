"""Evidence: which sentences, steps or rows of the articles that were found bear on the question, and how much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.query import Focus, Query
from assistant.retrieval import Ranked
from kb import compounds
from kb.catalog import ArticleRow, ChunkRow, Snapshot, UnitRow
from kb.fulltext import QueryTerm
from kb.terms import base_language, stem, terms, words

_MAX_CHUNKS = 8
"""Chunks of the best article that are read for evidence: more than answer a question, few enough for a long article."""

_PART_MATCH = 0.6
"""What a question's word is worth inside a compound (Abschlag in Abschlagshöhe), against the word itself."""

_HEADING_SHARE = 0.35
"""What the heading's words count for each of its sentences."""

_PASSAGE_SHARE = 0.35
_FOCUS_BONUS = 0.12
_FIRST_BONUS = 0.04

_HOLDS: dict[Focus, re.Pattern[str]] = {
    "amount": re.compile(
        r"\d|kostenlos|free\b|\b(eine?n?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn"
        r"|one|two|three|four|five|six|seven|eight|nine|ten)\b"
    ),
    "time": re.compile(
        r"\d|\b(sofort|täglich|monatlich|jährlich|Tage?n?|Wochen?|Monate?n?|Jahre?n?|Uhr"
        r"|days?|weeks?|months?|years?|immediately"
        r"|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
        r"|January|February|March|May|June|July|October|December)\b"
    ),
    "yes_no": re.compile(
        r"\b(ja|nein|nicht|kein\w*|nur|können|müssen|dürfen|yes|no|not|only|can|cannot|must|may)\b", re.IGNORECASE
    ),
}
"""What a sentence holds that can answer a question of this focus."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A unit with its place and what it is worth for the question, 0 to about 2."""

    unit: UnitRow
    chunk: ChunkRow
    score: float
    matched: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question's words as the index knows them, each with its share of their whole idf mass (sum 1)."""

    words: tuple[QueryTerm, ...]
    total: float

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query) -> Asked:
        """Weigh the words by how rare they are in the index; one that no article has counts as the rarest."""
        words = snapshot.fulltext.understand(query.text, query.language)
        return cls(words, sum(word.idf for word in words))

    @property
    def known_share(self) -> float:
        """Share (0..1) of the idf mass that any article knows."""
        return self._share(word.idf for word in self.words if word.known)

    def matched(self, text: str, language: str) -> dict[str, float]:
        """The question's words that occur in ``text``, alone or in a compound, with what each is worth (0..1)."""
        held = frozenset(terms(text, language))
        inner = held | _parts(text, language)
        found: dict[str, float] = {}
        for word in self.words:
            if not held.isdisjoint(word.variants):
                found[word.word] = self._share([word.idf])
            elif not inner.isdisjoint(word.variants) or (word.parts and not inner.isdisjoint(word.parts)):
                found[word.word] = self._share([word.idf]) * _PART_MATCH
        return found

    def coverage(self, evidence: Iterable[Evidence]) -> float:
        """Share (0..1) of the idf mass that these units hold together."""
        best: dict[str, float] = {}
        for item in evidence:
            for word, share in item.matched.items():
                best[word] = max(share, best.get(word, 0.0))
        return sum(best.values())

    def _share(self, idf: Iterable[float]) -> float:
        return sum(idf) / self.total if self.total > 0 else 0.0


@lru_cache(maxsize=4096)
def _parts(text: str, language: str) -> frozenset[str]:
    """Stems of the parts of German compounds in a text."""
    if base_language(language) != "de":
        return frozenset()
    return frozenset(stem(part, "de") for word in words(text, "de") for part in compounds.parts(word))


def gather(snapshot: Snapshot, query: Query, asked: Asked, ranked: Ranked) -> list[Evidence]:
    """All units of the best chunks of an article and of the section around the very best, best first."""
    scores = {passage.chunk: passage.score for passage in ranked.passages[:_MAX_CHUNKS]}
    rows = snapshot.chunks(list(scores))
    top = rows[ranked.passages[0].chunk]
    around = [rowid for rowid in snapshot.chunks_of_section(top.article, top.section) if rowid not in scores]
    rows |= snapshot.chunks(around[:_MAX_CHUNKS])
    found: list[Evidence] = []
    for rowid, row in sorted(rows.items()):
        found += _score(snapshot.units(rowid), row, query, asked, ranked.article, scores.get(rowid, 0.0))
    return sorted(found, key=lambda item: (-item.score, item.chunk.rowid, item.unit.ordinal))


def _score(
    units: Sequence[UnitRow], row: ChunkRow, query: Query, asked: Asked, article: ArticleRow, passage_score: float
) -> Iterator[Evidence]:
    heading = asked.matched(" ".join([article.title, *row.headings]), article.language)
    base = _HEADING_SHARE * sum(heading.values()) + _PASSAGE_SHARE * passage_score
    holds = _HOLDS.get(query.focus)
    for unit in units:
        matched = asked.matched(unit.text, article.language)
        score = sum(matched.values()) + base
        if holds is not None and holds.search(unit.text):
            score += _FOCUS_BONUS
        if unit.ordinal == 0:
            score += _FIRST_BONUS
        yield Evidence(unit, row, score, matched)
