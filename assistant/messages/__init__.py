"""Every text that people read, one TOML catalogue a language: ``de.toml`` and ``en.toml``.

A key names the part and the text: ``gaps.action_missing``. A text may depend on a number: then it is a table by CLDR
plural category (``one``, ``other``), and Babel picks the form. A language other than German reads English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from kb.text.language import primary_language

if TYPE_CHECKING:
    from babel import Locale

Forms: TypeAlias = dict[str, str]
"""A text by plural category, ``other`` among them."""

Entry = TypeVar("Entry", str, Forms)

LANGUAGES: Final = ("de", "en")
_LOCALES: Final = {"de": "de_DE", "en": "en_GB"}


def text(key: str, language: str, /, **values: object) -> str:
    """The text for ``key`` with ``values`` in its places. Raises LookupError: no such text, or a value is missing."""
    return _filled(key, _entry(key, language, str), values)


def plural(key: str, language: str, number: float, /, **values: object) -> str:
    """The text for ``number`` of things; ``{n}`` is the number as the language writes it. Raises as ``text``."""
    from babel.numbers import format_decimal

    forms = _entry(key, language, dict)
    form = forms.get(locale(language).plural_form(number), forms["other"])
    return _filled(key, form, {"n": format_decimal(number, locale=locale(language)), **values})


def section(name: str, language: str) -> dict[str, str]:
    """All texts of a part without plural forms, by their keys in it: ``section("page.desk", "de")["ask"]``."""
    start = f"{name}."
    entries = catalogue(known_language(language)).items()
    found = {
        key.removeprefix(start): entry for key, entry in entries if key.startswith(start) and isinstance(entry, str)
    }
    if not found:
        raise LookupError(f"{known_language(language)}.toml has no part '{name}'.")
    return found


def language_name(tag: str, language: str) -> str:
    """A language by its name in ``language``, or by its primary tag where the catalogue has no name for it."""
    primary = primary_language(tag)
    return text(f"languages.{primary}", language) if primary in LANGUAGES else primary


def known_language(language: str) -> str:
    """The catalogue for a BCP 47 tag: ``de`` for ``de-AT``, ``en`` for all but German."""
    return "de" if primary_language(language) == "de" else "en"


def locale(language: str) -> Locale:
    """The locale by which Babel writes numbers, days, units and plurals."""
    from babel import Locale

    return Locale.parse(_LOCALES[known_language(language)])


@cache
def catalogue(language: str) -> Mapping[str, str | Forms]:
    """All entries of one of ``LANGUAGES`` by their whole keys, in the order of the file."""
    source = Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_flat(tomllib.loads(source), "")))


def _flat(table: Mapping[str, Any], start: str) -> Iterator[tuple[str, str | Forms]]:
    for name, entry in table.items():
        if isinstance(entry, str) or "other" in entry:
            yield start + name, entry
        else:
            yield from _flat(entry, f"{start}{name}.")


def _entry(key: str, language: str, kind: type[Entry]) -> Entry:
    entry = catalogue(known_language(language)).get(key)
    if isinstance(entry, kind):
        return entry
    raise LookupError(f"{known_language(language)}.toml has no {'text' if kind is str else 'plural forms'} '{key}'.")


def _filled(key: str, template: str, values: Mapping[str, object]) -> str:
    try:
        return template.format_map(values)
    except KeyError as missing:
        raise LookupError(f"The text '{key}' needs a value for {missing}.") from None
