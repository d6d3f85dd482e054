"""Two sentences about the same thing: what differs, and what only looks as if it did."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.health.contradiction import Difference, compare


@pytest.mark.parametrize(
    ("language", "left", "right", "kind"),
    [
        ("de", "Die Gebühr für eine Rücklastschrift beträgt 3,50 €.", "Die Rücklastschrift kostet 4,50 €.", "amount"),
        ("de", "Die Kündigungsfrist beträgt zwei Wochen.", "Sie kündigen mit einer Frist von 30 Tagen.", "period"),
        (
            "en",
            "You have 14 days to cancel your contract after signing.",
            "The contract can be cancelled within 30 days of signature.",
            "period",
        ),
        ("de", "Nutzen Sie mindestens Version 1.1.1.", "Nutzen Sie mindestens Version 1.3.1.", "version"),
        ("de", "Die Hotline ist unter 040 123456 da.", "Die Hotline ist unter 040 123457 da.", "phone"),
        ("de", "Die Hotline öffnet um 8 Uhr.", "Die Hotline öffnet um 9:00 Uhr.", "time"),
        ("de", "Der Tarif gilt bis 31.12.2026.", "Der Tarif gilt bis zum 30. November 2026.", "date"),
        ("de", "Die Rechnung kommt per E-Mail.", "Die Rechnung kommt nicht per E-Mail.", "negation"),
        ("en", "You can change the date online.", "You cannot change the date online.", "negation"),
        ("de", "Das Formular ist freiwillig.", "Das Formular ist verpflichtend.", "opposite"),
        ("de", "Kündigen geht nur schriftlich.", "Kündigen geht schriftlich oder per E-Mail.", "only"),
    ],
)
def test_what_differs_is_named_by_its_kind(language: str, left: str, right: str, kind: str) -> None:
    found = compare(left, right, language)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [
        ("de", "Die Frist beträgt 14 Tage.", "Für Geschäftskunden beträgt die Frist 30 Tage."),
        ("de", "Die Widerrufsfrist beträgt 14 Tage.", "Die Kündigungsfrist beträgt 30 Tage."),
        ("de", "Die 1. Mahnung kostet 2 €.", "Die 2. Mahnung kostet 5 €."),
        ("de", "Die Frist beträgt 14 Tage.", "Die Frist beträgt zwei Wochen."),
        ("de", "Die Antwort dauert 24 Stunden.", "Die Antwort dauert einen Tag."),
        ("de", "Die Antwort dauert 2 bis 5 Tage.", "Die Antwort dauert meist 3 Tage."),
        ("en", "The fee is €1,204.50.", "The fee is EUR 1204.50."),
        ("en", "Installing it on Windows 10 takes 5 minutes.", "Installing it on Windows 11 takes 3 minutes."),
        ("de", "Die Rechnung kommt nicht nur per E-Mail.", "Die Rechnung kommt per E-Mail."),
        ("de", "Die Erinnerung folgt nach 7 Tagen.", "Der Zähler hat 11 Ziffern."),
    ],
)
def test_near_misses_do_not_differ(language: str, left: str, right: str) -> None:
    assert compare(left, right, language) is None


def test_the_difference_names_both_sides_as_they_are_written() -> None:
    found = compare("Die Rücklastschrift kostet 3,50 €.", "Die Rücklastschrift kostet 4,50 Euro.", "de")
    assert found == Difference("amount", "3,50 €", "4,50 Euro")


_SOME_WORDS = (
    "die Frist Gebühr beträgt kostet nicht nur auch Mahnung Rechnung 14 3,50 € Tage Wochen zwei bis 8:00 Uhr 1."
)
_WORDS = st.sampled_from(_SOME_WORDS.split())
SENTENCES = st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=60)


@given(SENTENCES, st.sampled_from(["de", "en"]))
@settings(deadline=None)
def test_a_sentence_never_contradicts_itself(sentence: str, language: str) -> None:
    assert compare(sentence, sentence, language) is None


@given(SENTENCES, SENTENCES, st.sampled_from(["de", "en"]))
@settings(deadline=None)
def test_the_verdict_is_the_same_from_both_sides(left: str, right: str, language: str) -> None:
    found, back = compare(left, right, language), compare(right, left, language)
    assert found == (back and Difference(back.kind, back.right, back.left))


@given(st.integers(1_000, 9_999_999), st.integers(1_000, 9_999_999))
@settings(deadline=None)
def test_only_the_value_counts_not_how_it_is_written(left: int, right: int) -> None:
    grouped = f"{left:,}".replace(",", ".")
    found = compare(f"Der Zuschuss beträgt {grouped} €.", f"Der Zuschuss beträgt EUR {right},00.", "de")
    assert (found is None) == (left == right)
