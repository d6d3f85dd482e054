"""A sentence that promises something until a day which has passed."""

from __future__ import annotations

import pytest

from tests.kb.checks.shelf import Shelf


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Der Bonus gilt bis 31.12.2025.", "bis 31.12.2025"),
        ("Der Bonus gilt bis zum 31. Oktober 2026.", "bis zum 31. Oktober 2026"),
        ("Das Angebot ist gültig bis März 2026.", "bis März 2026"),
        ("Die Aktion läuft vom 1. September bis 30. September 2026.", "bis 30. September 2026"),
        ("Die Aktion endet am 22.11.2026.", "endet am 22.11.2026"),
        ("Der Preis ist bis Ende 2025 garantiert.", "bis Ende 2025"),
        ("The offer is valid until March 2026.", "until March 2026"),
        ("You keep the discount through October 31, 2026.", "through October 31, 2026"),
        ("The old app works until 2026-11-01.", "until 2026-11-01"),
        ("Send it no later than 5th October 2026.", "no later than 5th October 2026"),
        ("This page expires on 1 May 2026.", "expires on 1 May 2026"),
    ],
)
def test_a_promise_whose_last_day_has_passed_is_found(shelf: Shelf, sentence: str, phrase: str) -> None:
    shelf.put("a", f"Vorher steht etwas.\n\n- Ein Punkt.\n- {sentence}")
    (finding,) = shelf.check().findings
    assert (finding.severity, finding.code, finding.line) == ("warning", "expired-promise", 13)
    assert phrase in finding.message


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Bonus gilt bis 30.11.2026.",
        "Der Bonus gilt bis 23.11.2026.",
        "Das Angebot ist gültig bis November 2026.",
        "Bis 31.12.2025 galt ein anderer Preis.",
        "Der Preis war bis Ende 2025 niedriger.",
        "Until March 2026 the fee was 5 euros.",
        "Die Rechnung umfasst den Zeitraum vom 1.1.2025 bis 31.12.2025.",
        "Schreiben Sie das Datum so, zum Beispiel bis 31.12.2025.",
        "Gehen Sie bis Punkt 3.10.2025.1 vor.",
        "Rufen Sie bis 18 Uhr an, 2025 war das anders.",
        "`gültig bis 31.02.2025`",
        "Der Bonus gilt bis 31.02.2025.",
        "Die Version bis 2025 ist alt.",
    ],
)
def test_a_date_that_promises_nothing_is_left_alone(shelf: Shelf, sentence: str) -> None:
    shelf.put("a", f"Das ist der Text, in dem die Zusage steht und der für alle gilt.\n\n{sentence}")
    assert shelf.findings() == []


def test_only_who_still_answers_promises(shelf: Shelf) -> None:
    promise = "Der Bonus gilt bis 31.12.2025."
    shelf.put("draft", promise, status="draft")
    shelf.put("ended", promise, expires_on="2025-12-31")
    shelf.put("code", f"```\n{promise}\n```")
    assert [finding.code for finding in shelf.check().findings] == ["expired"]
