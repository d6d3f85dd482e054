"""What products are called: articles name them by a slug, people read a name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kb.catalog import ArticleRow
from kb.text.slugs import transcribed

_WORD: Final = re.compile(r"[^\W_]+")


def product_names(
    products: Iterable[str], rows: Sequence[ArticleRow], given: Sequence[str], languages: Sequence[str] = ("de", "en")
) -> dict[str, dict[str, str]]:
    """The name of each product in each language.

    ``given`` (the setting ``articles.product_names``) has ``product=Name`` and ``product@language=Name``, the second
    before the first. Without one a product is spelled as the titles, aliases and tags of ``rows`` spell it, those of
    the language first: "Wärmestrom" for ``waermestrom``; else it is the slug with blanks and a capital.
    """
    set_by_hand = dict(one.split("=", 1) for one in given)
    wanted = sorted(set(products))
    found = {language: _spellings(wanted, rows, language) for language in (*languages, "")}
    return {
        product: {
            language: set_by_hand.get(f"{product}@{language}")
            or set_by_hand.get(product)
            or found[language].get(product)
            or found[""].get(product)
            or _plain(product)
            for language in languages
        }
        for product in wanted
    }


def folded(name: str) -> str:
    """A name as its slug would be: small letters, umlauts as two letters, everything else as a hyphen."""
    return "-".join(_WORD.findall(transcribed(name)))


def _spellings(products: Sequence[str], rows: Sequence[ArticleRow], language: str) -> Mapping[str, str]:
    """How articles in a language, or all of them, spell products: the commonest spelling with a capital."""
    slugs = {folded(product): product for product in products}
    lengths = {slug.count("-") + 1 for slug in slugs}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if language and not row.language.startswith(language):
            continue
        for text in (row.title, *row.aliases, *row.tags):
            for spelled in _runs(text, lengths):
                product = slugs.get(folded(spelled))
                if product and spelled[0].isupper():
                    seen[product][spelled] += 1
    return {product: min(often, key=lambda name: (-often[name], name)) for product, often in seen.items()}


def _runs(text: str, lengths: Iterable[int]) -> Iterable[str]:
    """Every run of so many words, as it stands in the text."""
    words = list(_WORD.finditer(text))
    for length in lengths:
        for first, last in zip(words, words[length - 1 :], strict=False):
            yield text[first.start() : last.end()]


def _plain(slug: str) -> str:
    words = re.sub(r"[-_]+", " ", slug).strip() or slug
    return words[0].upper() + words[1:]
