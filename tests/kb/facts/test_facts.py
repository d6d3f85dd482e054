"""Figures read by value, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.facts import Fact, agree, comparable, read

DAY = 86_400


def one(text: str, language: str = "de") -> Fact:
    (found,) = read(text, language)
    return found


@pytest.mark.parametrize(
    ("language", "text", "kind", "unit", "low", "high"),
    [
        ("de", "Die Gebühr beträgt 3,50 € je Rückgabe.", "amount", "€", "3.5", "3.5"),
        ("de", "Es kostet 1.204,50 Euro.", "amount", "€", "1204.5", "1204.5"),
        ("en", "It costs EUR 1,204.50.", "amount", "€", "1204.5", "1204.5"),
        ("en", "It is free of charge.", "amount", "€", "0", "0"),
        ("de", "eine kostenlose Erinnerung", "amount", "€", "0", "0"),
        ("de", "30 ct je Anruf", "amount", "€", "0.3", "0.3"),
        ("de", "nach zwei Wochen", "period", "second", 14 * DAY, 14 * DAY),
        ("de", "eine 14-tägige Frist", "period", "second", 14 * DAY, 14 * DAY),
        ("en", "a two-week wait", "period", "second", 14 * DAY, 14 * DAY),
        ("en", "within 24 hours", "period", "second", DAY, DAY),
        ("de", "nach dreißig Tagen", "period", "second", 30 * DAY, 30 * DAY),
        ("de", "nach dreissig Tagen", "period", "second", 30 * DAY, 30 * DAY),
        ("de", "an einem Tag", "period", "second", DAY, DAY),
        ("de", "ein halbes Jahr", "period", "month", 6, 6),
        ("de", "meist 2 bis 5 Bankarbeitstage", "period", "working day", 2, 5),
        ("en", "5 to 10 working days", "period", "working day", 5, 10),
        ("en", "twenty-one days", "period", "second", 21 * DAY, 21 * DAY),
        ("de", "70-80% der Fälle", "percent", "%", 70, 80),
        ("de", "höchstens 10 MB", "quantity", "MB", 10, 10),
        ("de", "um 18.30 Uhr", "time", "minute", 1110, 1110),
        ("en", "until 8 pm", "time", "minute", 1200, 1200),
        ("de", "aus 11 Ziffern", "number", "ziff", 11, 11),
    ],
)
def test_figures_have_a_value_in_one_unit_a_kind(
    language: str, text: str, kind: str, unit: str, low: str | int, high: str | int
) -> None:
    fact = one(text, language)
    assert (fact.kind, fact.unit, fact.low, fact.high) == (kind, unit, Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("de", "Am 31.12.2025 endet es.", ["2025-12-31"]),
        ("de", "Zwischen dem 1. und dem 20. Dezember.", ["?-12-01", "?-12-20"]),
        ("en", "On March 1, 2026 or 12th of May.", ["2026-03-01", "?-05-12"]),
        ("en", "By 2026-03-01.", ["2026-03-01"]),
        ("de", "Seit März 2026.", ["2026-03-?"]),
        ("de", "Telefon 040 66969-120 oder +49 40 66969120", ["04066969120", "04066969120"]),
        ("de", "mindestens Version 1.10.1, iOS 13.5 oder höher", ["1.10.1", "13.5"]),
        ("en", "You need version 1.12.0 or higher.", ["1.12"]),
    ],
)
def test_dates_phone_numbers_and_versions_have_a_code(language: str, text: str, codes: list[str]) -> None:
    assert [fact.code for fact in read(text, language)] == codes


@pytest.mark.parametrize(
    "text",
    ["Auf Windows 11", "nach § 312 BGB", "Die 1. Mahnung folgt.", "Fehler 4012", "https://a.example/7", "Eine Frage."],
)
def test_names_with_digits_are_no_facts(text: str) -> None:
    assert read(text, "de") == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("14 Tage", "zwei Wochen", True),
        ("24 Stunden", "1 Tag", True),
        ("12 Monate", "ein Jahr", True),
        ("30 Tage", "1 Monat", True),
        ("14 Tage", "14 Werktage", False),
        ("5 Werktage", "eine Woche", True),
        ("2 bis 5 Tage", "3 Tage", True),
        ("2 bis 5 Tage", "2 bis 3 Tage", False),
        ("mindestens 5 Tage", "höchstens 5 Tage", False),
        ("31. März", "31.03.2026", True),
        ("31. März", "30.03.2026", False),
    ],
)
def test_facts_agree_where_both_can_be_true(left: str, right: str, *, expected: bool) -> None:
    a, b = one(left), one(right)
    assert comparable(a, b)
    assert agree(a, b) is expected
    assert agree(b, a) is expected


def test_days_and_euros_cannot_be_compared() -> None:
    assert not comparable(one("14 Tage"), one("14 €"))


@given(st.integers(0, 99_999_999))
@settings(deadline=None)
def test_how_a_sum_is_written_does_not_matter(cents: int) -> None:
    whole, rest = divmod(cents, 100)
    english = f"{whole:,}.{rest:02}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    facts = [one(f"{german} €"), one(f"EUR {german}"), one(f"€{english}", "en"), one(f"{whole}.{rest:02} euros", "en")]
    assert {fact.low for fact in facts} == {Decimal(cents) / 100}


@given(st.text(), st.sampled_from(["de", "en", "fr"]))
@settings(deadline=None)
def test_no_text_can_make_it_fail_and_facts_lie_in_the_text(text: str, language: str) -> None:
    end = 0
    for fact in read(text, language):
        assert end <= fact.start < fact.end <= len(text)
        assert fact.written == text[fact.start : fact.end]
        end = fact.end
