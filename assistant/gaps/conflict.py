"""Conflict: two articles that answer the same question with different facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from assistant.gaps.parameters import ConflictParameters
from assistant.gaps.probe import ProbeResult, RankedArticle
from assistant.health.contradiction import Difference, differ
from assistant.health.statement import Statement, state
from kb.articles.article import ArticleKey

_WORDING_ONLY: Final = frozenset({"negation", "only", "opposite"})
"""Differences of wording: between sentences that answer one question they are more often two sides of one rule."""

_WORD: Final = re.compile(r"[^\W\d_]{4,}")


class _Contradiction(NamedTuple):
    """Two articles, a sentence of each, and the fact that these state differently."""

    left: RankedArticle
    right: RankedArticle
    left_sentence: str
    right_sentence: str
    difference: Difference


def contradiction(probes: Sequence[ProbeResult], parameters: ConflictParameters) -> dict[str, Any] | None:
    """The pair of articles that most of the questions find in contradiction, with their sentences; None without one.

    Only what answers is compared: the best units of the first article, each with those of the next ones.
    """
    by_pair: dict[tuple[ArticleKey, ArticleKey], list[_Contradiction]] = {}
    for probe in probes:
        if (found := _first_contradiction(probe, parameters)) is not None:
            left, right = sorted((found.left.key, found.right.key))
            by_pair.setdefault((left, right), []).append(found)
    pair = max(sorted(by_pair), key=lambda keys: len(by_pair[keys]), default=None)
    if pair is None or len(by_pair[pair]) < parameters.share * len(probes):
        return None
    first = by_pair[pair][0]
    return {
        "left": _side(first.left, first.left_sentence, first.difference.left),
        "right": _side(first.right, first.right_sentence, first.difference.right),
        "difference": first.difference.kind,
        "conflict_found_by": len(by_pair[pair]),
    }


def _first_contradiction(probe: ProbeResult, parameters: ConflictParameters) -> _Contradiction | None:
    """The first two units of two articles that state different facts, the best units first."""
    for other in probe.top_articles[1:]:
        first = probe.top_articles[0]
        language = first.hit.article.language
        if other.hit.article.language != language:
            continue
        for sentence in first.units:
            for other_sentence in other.units:
                if difference := _difference(sentence, other_sentence, language, parameters.shared_words):
                    return _Contradiction(first.hit, other.hit, sentence, other_sentence, difference)
    return None


def _difference(sentence: str, other: str, language: str, shared_words: int) -> Difference | None:
    """The fact that two sentences about the same thing state differently."""
    if len(set(_WORD.findall(sentence.casefold())) & set(_WORD.findall(other.casefold()))) < shared_words:
        return None
    difference = differ(_stated(sentence, language), _stated(other, language))
    return None if difference is None or difference.kind in _WORDING_ONLY else difference


def _side(hit: RankedArticle, sentence: str, value: str) -> dict[str, Any]:
    article = hit.article
    return {
        "article_id": article.id,
        "language": article.language,
        "title": article.title,
        "rank": hit.rank,
        "sentence": sentence,
        "value": value,
    }


@lru_cache(maxsize=4096)
def _stated(text: str, language: str) -> Statement:
    return state(text, language)
