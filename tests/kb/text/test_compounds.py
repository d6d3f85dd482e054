"""German compounds: what is taken apart, and what is left whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.compounds import MIN_PART_CHARACTERS, parts
from kb.text.terms import stem


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("zählerstandsmeldung", "zähler stand meldung"),
        ("kündigungsfristen", "kündigung frist"),
        ("rechnungsadresse", "rechnung adresse"),
        ("gesundheitsämter", "gesundheit amt"),
        ("lieferadresse", "liefer adresse"),
        ("stromanbieterwechsel", "strom anbieter wechsel"),
        ("vertragslaufzeit", "vertrag laufzeit"),
        ("zahlungsmethoden", "zahlung methode"),
    ],
)
def test_compounds_open_into_parts_that_meet_the_simple_words(word: str, expected: str) -> None:
    assert [stem(part, "de") for part in parts(word)] == [stem(part, "de") for part in expected.split()]


@pytest.mark.parametrize(
    "word", ["verbrauch", "unternehmen", "information", "möglichkeit", "benutzer", "entscheidung", "antworten"]
)
def test_simple_words_stay_whole(word: str) -> None:
    assert parts(word) == ()


@pytest.mark.parametrize(
    "word", ["", "haus", "nl1007", "e-mail-adresse", "strom" * 20, "東京東京東京東京", "qwertzuiopqwertz"]
)
def test_what_is_no_german_word_has_no_parts(word: str) -> None:
    assert parts(word) == ()


@given(
    st.lists(st.sampled_from(["zähler", "stand", "strom", "kunde", "wasser", "s", "en", "preis"]), max_size=8).map(
        "".join
    )
)
def test_parts_stand_in_the_word_in_order(word: str) -> None:
    found = parts(word)
    assert len(found) != 1
    at = 0
    for part in found:
        assert len(part) >= MIN_PART_CHARACTERS
        at = word.index(part, at) + len(part)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert isinstance(parts(text.casefold()), tuple)
