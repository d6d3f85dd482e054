"""Every tuned number of knowledge health has a case that notices when it is changed for the worse."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.health import duplicates
from assistant.health.contradiction import compare
from assistant.health.parameters import DAMAGE
from assistant.health.passage_pairs import clashes
from assistant.health.staleness import against
from kb.catalog import UnitRow

DATA = Path(__file__).parents[3] / "evals" / "data"

ALIKE = [
    ("shared_at_least", "de", "Der Umzug im Portal kostet 5 €.",
     "Der Umzug eines Zählers mit Vertrag, Adresse, Foto und Unterschrift im Portal kostet 7 €."),
    ("shared_to_count", "de", "Die Seriennummer im Menü beginnt mit 4.", "Die Seriennummer beginnt mit 5."),
    ("shared_to_deny", "de", "Die Rechnung für Strom, Gas und Wasser kommt per Post.",
     "Die Rechnung für Strom und Wasser kommt nicht per Post."),
    ("shared_beside", "de", "Der Umzug im Portal kostet 5 €.",
     "Der Umzug von Zähler und Vertrag im Portal kostet 7 €."),
    ("topics_to_spare_one", "de", "Die Rechnung für Strom, Gas und Wasser kommt per Post.",
     "Die Rechnung für Strom und Wasser kommt nicht per Post."),
    ("same_prefix", "en", "Subscription takes 3 days.", "Subscribing takes 5 days."),
    ("scope", "de", "Für Privatkunden dauert die Lieferung 2 Tage.",
     "Für die Privatkundschaft dauert die Lieferung 4 Tage."),
    ("whole_prefix", "en", "You have 14 days to cancel after signing.", "You can cancel within 30 days of signature."),
]  # fmt: skip
"""Pairs that contradict each other, and are told as long as the number is no stricter."""

UNLIKE = [
    ("shared_at_least", "de", "Der Umzug im Portal kostet 5 €.",
     "Der Umzug von Rechnern mit Vertrag, Adresse, Foto, Skizze, Brief und Unterschrift bei Eis im Portal kostet 7 €."),
    ("shared_to_count", "de", "Die Seriennummer im Menü am Gerät beginnt mit 4.", "Die Seriennummer beginnt mit 5."),
    ("shared_to_deny", "de", "Das Formular für den Umzug ist freiwillig.",
     "Das Formular mit Adresse und Foto für den Umzug ist verpflichtend."),
    ("shared_beside, beside", "en",
     "Paying, reading, booking, ordering, printing and changing works in the portal; moving houses costs 5 €.",
     "Paying, reading, booking, ordering, printing and changing works in the portal; plugging lamps then costs 7 €."),
    ("topics_to_spare_one", "de", "Sie erhalten die Rechnung für Strom und Gas per Post.",
     "Die Rechnung für Strom kommt nicht per Post."),
    ("same_prefix", "de", "Der Widerruf dauert 14 Tage.", "Der Widerspruch dauert 30 Tage."),
    ("scope", "de", "Für Privatpersonen dauert die Lieferung 2 Tage.", "Im Privathaus dauert die Lieferung 4 Tage."),
]  # fmt: skip
"""Pairs that hold beside each other, and are not told as long as the number is no laxer."""


@pytest.mark.parametrize(("parameter", "language", "left", "right"), ALIKE)
def test_a_contradiction_at_the_limit_is_told(parameter: str, language: str, left: str, right: str) -> None:
    assert compare(left, right, language) is not None


@pytest.mark.parametrize(("parameter", "language", "left", "right"), UNLIKE)
def test_sentences_just_beyond_the_limit_are_left_alone(parameter: str, language: str, left: str, right: str) -> None:
    assert compare(left, right, language) is None


def test_the_written_pairs_are_told_as_well_as_ever() -> None:
    rows = [json.loads(line) for line in (DATA / "contradictions.jsonl").read_text("utf-8").splitlines()]
    counts = Counter(
        (row["contradicts"], compare(row["left"], row["right"], row["language"]) is not None) for row in rows
    )
    assert counts[True, True] >= 52
    assert counts[False, True] <= 1


def unit(text: str) -> UnitRow:
    return UnitRow(0, 0, "sentence", text, text, (1, 1))


def test_units_of_several_sentences_are_not_compared() -> None:
    fee, other = "Die Gebühr für eine Rücklastschrift beträgt 3,50 €", "Die Rücklastschrift kostet 4,50 €."
    assert clashes([unit(fee.ljust(400, "."))], [unit(other)], "de")
    assert not clashes([unit(fee.ljust(401, "."))], [unit(other)], "de")


def text(*words: int) -> duplicates.Runs:
    """The runs of one sentence whose words are told apart by numbers alone."""
    return duplicates.runs([" ".join(f"wort{word}" for word in words)], "de")


@pytest.mark.parametrize(
    ("length", "kept", "other_length", "is_copy"),
    [
        (30, 23, 30, True),  # 21 of 28 runs each: resemblance 0.6
        (30, 22, 30, False),
        (30, 28, 90, True),  # 26 of 28 runs are in the other text: containment 0.93
        (30, 27, 90, False),
        (22, 17, 22, True),  # 20 runs tell
        (21, 17, 21, False),
        (21, 20, 21, True),  # of fewer, 0.9 must be the same
        (20, 19, 20, False),
        (10, 10, 10, True),  # 8 runs of the same
        (9, 9, 9, False),
    ],
)
def test_texts_are_copies_from_a_share_of_their_runs_on(
    length: int,
    kept: int,
    other_length: int,
    is_copy: bool,
) -> None:
    """The first ``kept`` words are the same."""
    left, right = text(*range(length)), text(*range(kept), *range(100, 100 + other_length - kept))
    assert duplicates.overlap(left, right).is_duplicate is is_copy


@pytest.mark.parametrize(("changed", "is_copy"), [((10, 20), True), ((7, 14, 21), False)])
def test_a_word_changed_here_and_there_breaks_three_runs(changed: tuple[int, ...], is_copy: bool) -> None:
    other = text(*(100 + word if word in changed else word for word in range(30)))
    assert duplicates.overlap(text(*range(30)), other).is_duplicate is is_copy


@pytest.mark.parametrize(
    ("left", "right", "are_variants"),
    [
        ("Sonne und Sonne", "Wind und Wind", True),
        ("Sonne und Sonne", "Wind und Regen", False),
        ("Sonne, Sonne und Sonne", "Wind, Wind und Sonne", True),
        ("Sonne und Sonne", "Wind, Wind und Sonne", False),
    ],
)
def test_variants_name_often_what_their_titles_name(left: str, right: str, are_variants: bool) -> None:
    assert duplicates.are_variants(("Tarif Sonne", "Tarif Wind"), ([left], [right]), "de") is are_variants


def test_ratings_move_the_damage_as_far_as_they_are_likelier_where_an_article_is_wrong() -> None:
    assert round(against((1.0,)), 2) == 2.69
    assert round(against((0.0,)), 2) == 0.85
    assert (against((1.0,) * 20), round(against((0.0,) * 200), 3)) == (30.0, 0.033)


def test_what_makes_an_answer_wrong_weighs_most() -> None:
    weights = DAMAGE.weights
    assert weights["contradiction"] == 1.0  # the measure of the others
    assert weights["contradiction"] > weights["parity"] >= weights["findability"] > weights["duplicate"]
    assert weights["duplicate"] > weights["duplicate_section"] > weights["unused"] == 0
    assert DAMAGE.rating["wrong"] == DAMAGE.rating["outdated"] == 1.0
    assert DAMAGE.rating["unclear"] == DAMAGE.rating["missing"] == DAMAGE.rating[None] == 0.5
    assert DAMAGE.rating["not_found"] == 0  # the ranking's fault
