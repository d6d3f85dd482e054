"""Words of a question as the index knows them: which of them a text holds, and how much of the question that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answering.context import QuestionContext, ScoredUnit
from kb.catalog import ArticleRow
from kb.catalog.fulltext import QueryTerm
from kb.text.compounds import part_stems
from kb.text.terms import terms


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The question's words, each with its share of their whole idf mass (sum 1).

    ``compound_match`` is the worth of a word inside a compound, against the word itself.
    """

    words: tuple[QueryTerm, ...]
    total: float
    compound_match: float

    @classmethod
    def of(cls, context: QuestionContext) -> QuestionTerms:
        """Weigh the words by how rare they are in the index; one that no article has counts as the rarest."""
        words = context.snapshot.fulltext.understand(context.query.text, context.query.language)
        return cls(words, sum(word.idf for word in words), context.parameters.evidence.compound_match)

    @property
    def known_share(self) -> float:
        """Share (0..1) of the idf mass that any article knows."""
        return self._share(word.idf for word in self.words if word.known)

    def matched(self, text: str, language: str) -> dict[str, float]:
        """The question's words that occur in ``text``, alone or in a compound, with what each is worth (0..1)."""
        held = frozenset(terms(text, language))
        inner = held | part_stems(text, language)
        worth: dict[str, float] = {}
        for word in self.words:
            if not held.isdisjoint(word.variants):
                worth[word.word] = self._share([word.idf])
            elif not inner.isdisjoint(word.variants) or (word.parts and not inner.isdisjoint(word.parts)):
                worth[word.word] = self._share([word.idf]) * self.compound_match
        return worth

    def coverage(self, units: Iterable[ScoredUnit]) -> float:
        """Share (0..1) of the idf mass that these units hold together."""
        best: dict[str, float] = {}
        for unit in units:
            for word, share in unit.matched.items():
                best[word] = max(share, best.get(word, 0.0))
        return sum(best.values())

    def missed(self, units: Sequence[ScoredUnit], article: ArticleRow) -> float:
        """The largest share of the idf mass that one word has which neither these units nor their headings hold."""
        heads = {head for unit in units[:1] for head in unit.chunk.headings}
        names = self.matched(" ".join([article.title, *article.aliases, *sorted(heads)]), article.language)
        held = names.keys() | held_words(units)
        return max((self._share([word.idf]) for word in self.words if word.word not in held), default=0.0)

    def _share(self, idf: Iterable[float]) -> float:
        return sum(idf) / self.total if self.total > 0 else 0.0


def held_words(units: Iterable[ScoredUnit]) -> set[str]:
    """The question's words that any of these units holds."""
    return {word for unit in units for word in unit.matched}
