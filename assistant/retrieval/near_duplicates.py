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
from typing import TYPE_CHECKING

from assistant.retrieval.parameters import RETRIEVAL, DuplicateParameters
from kb import facts
from kb.text.language import primary_language
from kb.text.negation import DENIAL
from kb.text.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from assistant.retrieval.ranking import Ranked

_NAMED = re.compile(r"\b\w*[A-ZÄÖÜ\d]\w*")
"""Words with a capital or a digit: names, products, identifiers, German nouns."""


def near_duplicate(
    text: str, other: str, language: str, parameters: DuplicateParameters = RETRIEVAL.duplicates
) -> bool:
    """Whether two texts in ``language`` say the same: names, nouns, figures and denials alike, nearly all words too."""
    if text == other:
        return True
    left, right = _counted(text, language), _counted(other, language)
    shared, together = (left & right).total(), (left | right).total()
    if not together or shared < parameters.min_resemblance * together:
        return False
    return _holds(text, language) == _holds(other, language)


@lru_cache(maxsize=1024)
def _counted(text: str, language: str) -> Counter[str]:
    return Counter(terms(text, language))


@lru_cache(maxsize=1024)
def _holds(text: str, language: str) -> tuple[object, ...]:
    function_words = STOP_WORDS.get(primary_language(language), frozenset())
    capitals = [word for word in _NAMED.findall(text) if word.casefold() not in function_words]
    named = frozenset(term for word in capitals for term in terms(word, language))
    figures = Counter((fact.kind, fact.unit, fact.low, fact.high, fact.code) for fact in facts.read(text, language))
    return named, figures, len(DENIAL.findall(text))


def mark_near_duplicates(
    ranked: Sequence[Ranked],
    text_of: Callable[[Ranked], str],
    parameters: DuplicateParameters = RETRIEVAL.duplicates,
) -> list[Ranked]:
    """``ranked`` (best first), each article with the id of an earlier one whose best passage says the same as its own.

    The order stays: whoever looks for one of the copies finds it where it is.
    """
    marked: list[Ranked] = []
    distinct: list[tuple[Ranked, str, frozenset[str]]] = []
    for item in ranked[: parameters.articles]:
        headings, _, body = text_of(item).partition("\n")
        text = body or headings
        written, language = frozenset(text.split()), item.article.primary_language
        original = next(
            (
                earlier
                for earlier, earlier_text, words in distinct
                if earlier.article.primary_language == language
                and len(written & words) >= parameters.min_shared * len(written | words)
                and near_duplicate(text, earlier_text, language, parameters)
            ),
            None,
        )
        marked.append(replace(item, same_as=original.article.id) if original else item)
        if original is None:
            distinct.append((item, text, written))
    return [*marked, *ranked[parameters.articles :]]
