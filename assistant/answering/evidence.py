"""Evidence: which sentences, steps or rows of the articles that were found bear on the question, and how much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

from assistant.retrieval.model import Ranked
from assistant.retrieval.query import Focus, Query
from kb.catalog import ArticleRow, ChunkRow, Snapshot, UnitRow
from kb.catalog.fulltext import QueryTerm
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.text import compounds
from kb.text.terms import base_language, stem, terms, words

_MAX_CHUNKS = 8
"""Chunks of the best article that are read for evidence: more than answer a question, few enough for a long article."""

_PART_MATCH = 0.6
"""What a question's word is worth inside a compound (Abschlag in Abschlagshöhe), against the word itself."""

_HEADING_SHARE = 0.35
"""What the heading's words count for each of its sentences."""

_PASSAGE_SHARE = 0.35
_FOCUS_BONUS = 0.12
_FIRST_BONUS = 0.04
_LEAD_BONUS = 0.05
"""For what stands above the first heading: articles of a help centre begin with the answer."""


_COMPARED = 8
_COMPARED_IN_ENGLISH = 4
"""Units that are embedded by themselves, which takes most of an answer's time; on the gold questions and one FAQ,
sixteen were no better. The English encoder only tells how sure the best ones are."""

_COMPARED_CHARACTERS = 240
"""Of a unit; a longer one (a list item of many lines) says what it is about at its beginning."""

_COSINE_WORTH = 3.0
"""Chosen on development halves: quotes that hold the answer .82 to .88 (German gold), .68 to .72 (English gold)."""

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


def meets(focus: Focus, text: str) -> bool:
    """Whether ``text`` holds what a question of this focus asks for; True where nothing special is asked."""
    holds = _HOLDS.get(focus)
    return holds is None or holds.search(text) is not None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A unit with its place and what it is worth for the question, 0 to about 2.

    ``cosine`` and ``english`` are those of the question with the unit by itself, by both encoders; None: not compared.
    """

    unit: UnitRow
    chunk: ChunkRow
    score: float
    matched: Mapping[str, float]
    cosine: float | None = None
    english: float | None = None


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The question's words as the index knows them, each with its share of their whole idf mass (sum 1)."""

    words: tuple[QueryTerm, ...]
    total: float

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query) -> QuestionTerms:
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

    def missed(self, evidence: Sequence[Evidence], article: ArticleRow) -> float:
        """The largest share of the idf mass that one word has which neither these units nor their headings hold."""
        held: set[str] = set()
        for item in evidence:
            held |= item.matched.keys()
        heads = {head for item in evidence[:1] for head in item.chunk.headings}
        held |= self.matched(" ".join([article.title, *article.aliases, *sorted(heads)]), article.language).keys()
        return max((self._share([word.idf]) for word in self.words if word.word not in held), default=0.0)

    def _share(self, idf: Iterable[float]) -> float:
        return sum(idf) / self.total if self.total > 0 else 0.0


@lru_cache(maxsize=4096)
def _parts(text: str, language: str) -> frozenset[str]:
    """Stems of the parts of German compounds in a text."""
    if base_language(language) != "de":
        return frozenset()
    return frozenset(stem(part, "de") for word in words(text, "de") for part in compounds.parts(word))


def gather(snapshot: Snapshot, query: Query, asked: QuestionTerms, ranked: Ranked) -> list[Evidence]:
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


def compare(library: Library, query: Query, vector: FloatMatrix, evidence: Sequence[Evidence]) -> list[Evidence]:
    """``evidence`` in a better order: its first units are embedded one by one and compared with the question.

    What a unit is worth grows with its cosine above the median of these units. The order of what is not compared stays,
    behind them.
    """
    first, rest = list(evidence[:_COMPARED]), list(evidence[_COMPARED:])
    if not first:
        return rest
    texts = [item.unit.text[:_COMPARED_CHARACTERS] for item in first]
    cosines = (library.embedder.embed_passages(texts) @ vector).tolist()
    english: Sequence[float | None] = [None] * len(first)
    if library.english is not None and base_language(query.language) == "en":
        asked = library.english.embed_queries([query.text])[0]
        english = (library.english.embed_passages(texts[:_COMPARED_IN_ENGLISH]) @ asked).tolist()
        english = [*english, *[None] * (len(first) - len(english))]
    middle = median(cosines)
    weighed = [
        replace(item, score=item.score + _COSINE_WORTH * (cosine - middle), cosine=cosine, english=other)
        for item, cosine, other in zip(first, cosines, english, strict=True)
    ]
    return [*sorted(weighed, key=lambda item: (-item.score, item.chunk.rowid, item.unit.ordinal)), *rest]


def _score(
    units: Sequence[UnitRow],
    row: ChunkRow,
    query: Query,
    asked: QuestionTerms,
    article: ArticleRow,
    passage_score: float,
) -> Iterator[Evidence]:
    heading = asked.matched(" ".join([article.title, *row.headings]), article.language)
    base = _HEADING_SHARE * sum(heading.values()) + _PASSAGE_SHARE * passage_score
    for unit in units:
        matched = asked.matched(unit.text, article.language)
        score = sum(matched.values()) + base
        if query.focus in _HOLDS and meets(query.focus, unit.text):
            score += _FOCUS_BONUS
        if unit.ordinal == 0:
            score += _FIRST_BONUS
        if not row.headings:
            score += _LEAD_BONUS
        yield Evidence(unit, row, score, matched)
