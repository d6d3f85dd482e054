"""Translations: which articles are there in which language, also where translations have ids of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

from assistant.gaps.parameters import TranslationParameters
from kb.catalog import ArticleRow
from kb.embedding.protocol import FloatMatrix

_AT_ONCE: Final = 1000
"""Names that are compared with all others together."""


class Translations:
    """The languages in which each article is there, by its id.

    The same id in another language is the translation. Of articles without one, two are taken for translations if
    their names are nearest to each other, each among all of the other's language.
    """

    def __init__(
        self,
        rows: Mapping[int, ArticleRow],
        articles: Sequence[int],
        names: FloatMatrix,
        parameters: TranslationParameters,
    ) -> None:
        """``names`` (n, d) are centred vectors, ``articles`` (n,) the row of the article that each belongs to."""
        self._languages: dict[str, set[str]] = defaultdict(set)
        for row in rows.values():
            self._languages[row.id].add(row.primary_language)
        by_language: dict[str, list[int]] = defaultdict(list)
        for index, article in enumerate(articles):
            row = rows[article]
            if len(self._languages[row.id]) == 1:
                by_language[row.primary_language].append(index)
        for first, second in combinations(sorted(by_language), 2):
            there = _nearest(articles, names, by_language[first], by_language[second], parameters.least)
            back = _nearest(articles, names, by_language[second], by_language[first], parameters.least)
            for article, other in there.items():
                if back.get(other) == article:
                    self._languages[rows[article].id].add(second)
                    self._languages[rows[other].id].add(first)

    def lacks(self, article_id: str, language: str) -> bool:
        """Whether an article is there, and nothing of it in ``language``."""
        languages = self._languages.get(article_id)
        return languages is not None and language not in languages


def _nearest(
    articles: Sequence[int], names: FloatMatrix, indices: Sequence[int], others: Sequence[int], least: float
) -> dict[int, int]:
    """For the articles with names at ``indices`` the one with a name at ``others`` that is nearest, by rows."""
    best: dict[int, tuple[float, int]] = {}
    for start in range(0, len(indices), _AT_ONCE):
        part = list(indices[start : start + _AT_ONCE])
        cosines = names[part] @ names[list(others)].T
        for index, column, cosine in zip(part, cosines.argmax(axis=1), cosines.max(axis=1), strict=True):
            nearest = (float(cosine), articles[others[int(column)]])
            if nearest[0] >= least and nearest > best.get(articles[index], (-1.0, -1)):
                best[articles[index]] = nearest
    return {article: nearest for article, (_, nearest) in best.items()}
