"""The lexicons hold what modules ask for and nothing else, and what they hold can stand in a regular expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.text.lexicons import LANGUAGES, either, entries, lexicon, months

ROOT = Path(__file__).parents[3]
TABLES = {"units", "rare_units", "unit_adjectives", "other_numbers", "function_words", "transcriptions"}
"""Read whole: their keys are data."""


def leaves(found: dict[str, Any], start: str = "") -> Iterator[str]:
    for name, entry in found.items():
        key = f"{start}{name}"
        if isinstance(entry, dict) and key not in TABLES:
            yield from leaves(entry, f"{key}.")
        else:
            yield key


def named() -> set[str]:
    """The string constants of all modules that read a lexicon."""
    sources = [
        file.read_text(encoding="utf-8")
        for room in ("kb", "ingest", "assistant")
        for file in (ROOT / room).rglob("*.py")
    ]
    trees = [ast.parse(source) for source in sources if "kb.text.lexicons" in source]
    trees.append(ast.parse((ROOT / "kb/text/lexicons/__init__.py").read_text(encoding="utf-8")))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("language", [*LANGUAGES, "shared"])
def test_every_entry_is_read_by_a_module(language: str) -> None:
    assert set(leaves(lexicon(language))) - named() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_a_regular_expression_without_groups_that_capture(language: str) -> None:
    keys = [key for key in leaves(lexicon(language)) if key not in TABLES and not key.startswith("numbers")]
    assert {key for key in keys if re.compile(either(key, language)).groups} == set()


def test_german_comes_before_english_and_an_unknown_key_is_an_error() -> None:
    assert entries("not_only") == ("nicht nur", "not only")
    assert entries("not_only", "en") == ("not only",)
    with pytest.raises(KeyError):
        entries("nonsense")
    with pytest.raises(KeyError):
        entries("focus.nonsense")


def test_each_language_has_twelve_months() -> None:
    assert set(months().values()) == set(range(1, 13))
    assert months()["jänner"] == months()["january"] == 1
    assert months()["dez"] == months()["december"] == 12
