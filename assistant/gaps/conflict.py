"""Conflict: two articles that answer the same question with different facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from assistant.gaps.probe import ProbeResult, TopArticle
from assistant.health.contradiction import Difference, differ
from assistant.health.statement import Statement, state

_NO_FACTS: Final = frozenset({"negation", "only", "opposite"})
"""Differences of wording: between sentences that answer one question they are more often two sides of one rule."""

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_SHARED: Final = 2
"""Longer words that both sentences have: less, and they are hardly about the same thing."""

_PROVED: Final = 0.34
"""From this share of the questions on that find two articles in disagreement, the need has a conflict."""


def disagreement(probes: Sequence[ProbeResult]) -> dict[str, Any] | None:
    """The pair of articles that most of the questions find in disagreement, with their sentences; None without one.

    Only what answers is compared: the best units of the first article, each with those of the next ones.
    """
    found: dict[tuple[str, str], list[tuple[TopArticle, str, TopArticle, str, Difference]]] = {}
    for one in probes:
        if (pair := _first(one)) is not None:
            left, _, right, _, _ = pair
            a, b = sorted((left.hit.key, right.hit.key))
            found.setdefault((a, b), []).append(pair)
    most = max(sorted(found), key=lambda names: len(found[names]), default=None)
    if most is None or len(found[most]) < _PROVED * len(probes):
        return None
    left, one_says, right, other_says, difference = found[most][0]
    return {
        "left": _side(left, one_says, difference.left),
        "right": _side(right, other_says, difference.right),
        "difference": difference.kind,
        "conflict_found_by": len(found[most]),
    }


def _first(probe: ProbeResult) -> tuple[TopArticle, str, TopArticle, str, Difference] | None:
    """The first two units of two articles that state different facts, the best units first."""
    if len(probe.answering) < 2:
        return None
    own, *others = probe.answering
    for other in others:
        if other.hit.article.language != own.hit.article.language:
            continue
        language = own.hit.article.language
        for one_says in own.units:
            for other_says in other.units:
                difference = _difference(one_says, other_says, language)
                if difference is not None:
                    return own, one_says, other, other_says, difference
    return None


def _difference(one: str, other: str, language: str) -> Difference | None:
    """The fact that two sentences about the same thing state differently."""
    if len(set(_WORD.findall(one.casefold())) & set(_WORD.findall(other.casefold()))) < _SHARED:
        return None
    found = differ(_stated(one, language), _stated(other, language))
    return None if found is None or found.kind in _NO_FACTS else found


def _side(answering: TopArticle, sentence: str, value: str) -> dict[str, Any]:
    article = answering.hit.article
    return {
        "article_id": article.id,
        "language": article.language,
        "title": article.title,
        "rank": answering.hit.rank,
        "sentence": sentence,
        "value": value,
    }


@lru_cache(maxsize=4096)
def _stated(text: str, language: str) -> Statement:
    return state(text, language)
