"""Terms: which spellings meet, what identifiers become, what is left out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snowballstemmer.german_stemmer import GermanStemmer  # type: ignore[import-untyped]

from kb.text.language import primary_language
from kb.text.terms import MAX_TERM_CHARACTERS, STOP_WORDS, stem, terms, words


@pytest.mark.parametrize(
    "spellings",
    [
        ["Zähler", "Zaehler", "Zahler", "ZÄHLER", "Za\u0308hler", "Zählern"],
        ["Straße", "Strasse", "STRASSE", "Straßen"],
        ["Kündigung", "Kuendigung", "Kundigung", "Kündi\u00adgung"],
        ["NL-1007", "NL1007", "nl\u20111007"],
        ["E-Mail", "Email", "email"],
        ["PowerShell", "Powershell", "powershell"],
        ["§14a", "§ 14a", "§§ 14a"],
        ["3,50", "3.50"],
        ["Konﬁguration", "Konfiguration"],
        ["Kunde", "Kunden"],
    ],
)
def test_spellings_of_one_german_word_share_a_term(spellings: list[str]) -> None:
    shared = set.intersection(*(set(terms(spelling, "de")) for spelling in spellings))
    assert shared, [terms(spelling, "de") for spelling in spellings]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E-17", "E-18"),
        ("12.09.2026", "13.09.2026"),
        ("1,5", "15"),
        ("Quelle", "Kelle"),
        ("Steuer", "Stür"),
        ("0x80070005", "80070005"),
    ],
)
def test_different_things_keep_different_terms(one: str, other: str) -> None:
    assert terms(one, "de") != terms(other, "de")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E-17", ["e17", "17"]),
        ("a-\u0327 ¯ __", ["a"]),
        ("NL-1007", ["nl1007", "nl", "1007"]),
        ("0x80070005", ["0x80070005"]),
        ("12.09.2026", ["12.09.2026", "12", "09", "2026"]),
        ("v1.2.3", ["v1.2.3", "v1", "2", "3"]),
        ("30min", ["30min", "30", "min"]),
        ("Set-CsTeamsCallingPolicy", ["set", "csteamscallingpolicy", "cs", "teams", "calling", "policy"]),
        ("router_log.txt", ["router", "log", "txt"]),
        ("WLAN-Router/DSL", ["wlan", "router", "dsl"]),
        ("O’Brien's", ["obrien", "brien"]),
    ],
)
def test_identifiers_are_kept_whole_and_in_parts(text: str, expected: list[str]) -> None:
    assert words(text, "fr") == expected


def test_stop_words_go_unless_there_is_nothing_else() -> None:
    assert terms("Wie kündige ich den Vertrag?", "de") == terms("kündige Vertrag", "de")
    assert terms("Wer sind Sie?", "de") == ["wer", "sind", "sie"]
    assert words("How do I do this? Don't!", "en") == ["how", "do", "i", "do", "this", "dont", "don"]


def test_stop_words_are_written_as_words_are_folded() -> None:
    for language, stop_words in STOP_WORDS.items():
        assert all(words(word, "fr") == [word] for word in stop_words), language


def test_stems_follow_the_language_and_its_regions() -> None:
    assert terms("meetings", "en") == terms("meeting", "en-GB") == ["meet"]
    assert terms("Verträgen", "de-AT") == terms("Vertrag", "de")
    assert terms("Naïve Façades", "fr") == ["naive", "facades"]
    assert primary_language("pt_BR") == "pt"


def test_scripts_without_spaces_become_pairs_of_characters() -> None:
    assert terms("東京都", "ja") == ["東京", "京都"]
    assert terms("Tarif東京x", "de") == ["tarif", "東京", "x"]
    assert terms("Договор العقد", "de") == ["договор", "العقد"]


def test_encoded_data_is_dropped_and_long_names_are_opened() -> None:
    assert terms("vor " + "QUJD/+9z" * 12 + "== danach", "fr") == ["vor", "danach"]
    assert terms("x1" * MAX_TERM_CHARACTERS, "de") == []
    assert terms("-".join(["eins", "zwei", "drei", "vier"] * 5), "fr")[:2] == ["eins", "zwei"]


@given(st.text())
def test_no_text_raises_and_no_term_is_empty_long_or_blank(text: str) -> None:
    for language in ("de", "en", "xx"):
        for term in terms(text, language):
            assert 0 < len(term) <= 4 * MAX_TERM_CHARACTERS
            assert not any(map(str.isspace, term))
            assert '"' not in term


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=20))
def test_the_pure_python_stemmer_gives_the_same_stems(word: str) -> None:
    folded = word.casefold()
    pure = GermanStemmer().stemWord(folded)
    assert stem(folded, "de") == pure.translate(str.maketrans("äöü", "aou"))


def test_a_megabyte_takes_less_than_seconds() -> None:
    text = "Die Zählerstandsmeldung für Kunde NL-1007 kam am 12.09.2026 in der Hauptstraße an. " * 3000
    start = time.perf_counter()
    terms(text, "de")
    assert len(text.encode()) / (time.perf_counter() - start) > 200_000  # bytes a second; a tenth of what is usual
