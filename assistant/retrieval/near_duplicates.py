"""Copies: two texts that say the same in nearly the same words.

Told strictly, because what is taken for a copy is shown less: two sections of one template, for two products or with
two prices, are no copies, nor is a sentence one of that denies it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kb import facts
from kb.text.negation import DENIAL
from kb.text.terms import STOP_WORDS, base_language, terms

if TYPE_CHECKING:
    from assistant.retrieval.model import Ranked

MIN_RESEMBLANCE: Final = 0.85
"""Share of words in common (Jaccard, each as often as it occurs): one word in a dozen may be another."""

_READ: Final = 10
"""Articles that are compared: those that are shown."""

_SHARED: Final = 0.6
"""Texts that share a smaller part of their words as they are written are not read: it is quickly told."""

_NAMED = re.compile(r"\b\w*[A-ZÄÖÜ\d]\w*")
"""Words with a capital or a digit: names, products, identifiers, German nouns."""


def near_duplicate(one: str, other: str, language: str) -> bool:
    """Whether two texts in ``language`` say the same: names, nouns, figures and denials alike, nearly all words too."""
    if one == other:
        return True
    left, right = _counted(one, language), _counted(other, language)
    shared, together = (left & right).total(), (left | right).total()
    return together > 0 and shared >= MIN_RESEMBLANCE * together and _holds(one, language) == _holds(other, language)


@lru_cache(maxsize=1024)
def _counted(text: str, language: str) -> Counter[str]:
    return Counter(terms(text, language))


@lru_cache(maxsize=1024)
def _holds(text: str, language: str) -> tuple[object, ...]:
    function_words = STOP_WORDS.get(base_language(language), frozenset())
    capitals = [word for word in _NAMED.findall(text) if word.casefold() not in function_words]
    named = frozenset(term for word in capitals for term in terms(word, language))
    figures = Counter((fact.kind, fact.unit, fact.low, fact.high, fact.code) for fact in facts.read(text, language))
    return named, figures, len(DENIAL.findall(text))


def mark_near_duplicates(ranked: Sequence[Ranked], text_of: Callable[[Ranked], str]) -> list[Ranked]:
    """``ranked`` (best first), each article with the id of an earlier one whose best passage says the same as its own.

    The order stays: whoever looks for one of the copies finds it where it is.
    """
    found: list[Ranked] = []
    distinct: list[tuple[Ranked, str, frozenset[str]]] = []
    for item in ranked[:_READ]:
        headings, _, body = text_of(item).partition("\n")
        text = body or headings
        written, language = frozenset(text.split()), base_language(item.article.language)
        first = next(
            (
                one
                for one, other, others in distinct
                if base_language(one.article.language) == language
                and len(written & others) >= _SHARED * len(written | others)
                and near_duplicate(text, other, language)
            ),
            None,
        )
        found.append(replace(item, same_as=first.article.id) if first else item)
        if first is None:
            distinct.append((item, text, written))
    return [*found, *ranked[_READ:]]
