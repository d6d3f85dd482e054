"""Words of German and English that rules are made of: ``de.toml``, ``en.toml`` and, for both at once, ``shared.toml``.

An entry is a string of words or a list of phrases; both may hold regular expressions without groups that capture.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("de", "en")


def entries(key: str, *languages: str) -> tuple[str, ...]:
    """The words or phrases for ``key``, ``focus.time`` in a table: of ``languages``, or German first, then English.

    Raises KeyError where none of them has any.
    """
    found: list[str] = []
    for language in languages or LANGUAGES:
        entry = _entry(language, key)
        found += entry.split() if isinstance(entry, str) else entry
    if not found:
        raise KeyError(key)
    return tuple(found)


def either(key: str, *languages: str) -> str:
    """A regular expression for any of the ``entries``, the first that fits, without a capturing group."""
    return f"(?:{'|'.join(entries(key, *languages))})"


def table(key: str, language: str) -> dict[str, Any]:
    """A table of one language. Raises KeyError for an unknown one."""
    found: dict[str, Any] = lexicon(language)[key]
    return found


@cache
def lexicon(language: str) -> dict[str, Any]:
    """All entries of ``de``, ``en`` or ``shared``."""
    return tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8"))


@cache
def months() -> dict[str, int]:
    """Case-folded names of months, whole and short, in both languages, with their numbers."""
    return {
        name: number
        for language in LANGUAGES
        for number, names in enumerate(lexicon(language)["months"], 1)
        for name in names.split()
    }


def _entry(language: str, key: str) -> Any:  # noqa: ANN401  what the file holds
    found: Any = lexicon(language)
    for name in key.split("."):
        found = found.get(name, ())
    return found
