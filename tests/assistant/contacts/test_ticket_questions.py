from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.contacts.ticket_questions import questions_of

MAIL = """Von: Erika Mustermann
Betreff: AW: WG: Umzug
Sehr geehrte Damen und Herren,

ich ziehe am 1.3. um und möchte meinen Vertrag mitnehmen. Wie melde ich den Umzug?
Meine Kundennummer ist 4711. Bis wann muss das sein?

Mit freundlichen Grüßen
Erika Mustermann
Haben Sie Fragen? Rufen Sie uns an!

> Wie können wir Ihnen helfen?
"""


def test_questions_come_before_wishes_and_signatures_and_quotes_do_not_come_at_all() -> None:
    assert questions_of(MAIL) == [
        "ich ziehe am 1.3. um und möchte meinen Vertrag mitnehmen.",
        "Wie melde ich den Umzug?",
        "Bis wann muss das sein?",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello,\n\nmy meter shows F-17.\nKind regards\nJoe", ["my meter shows F-17."]),
        ("Betreff: Abschlag zu hoch\n\nMfG", ["Abschlag zu hoch"]),
        (
            "Am 3. Mai 2026 schrieb Nordlicht:\nWie geht es Ihnen heute?",
            ["Am 3. Mai 2026 schrieb Nordlicht: Wie geht es Ihnen heute?"],
        ),
        ("Zähler", ["Zähler"]),
        ("  \n ", []),
    ],
)
def test_without_a_question_the_beginning_or_the_subject_tells_the_matter(text: str, expected: list[str]) -> None:
    assert questions_of(text) == expected


@given(st.text(max_size=400))
def test_any_text_gives_at_most_five_that_stand_in_it(text: str) -> None:
    folded = " ".join(text.split())
    found = questions_of(text)
    assert len(found) <= 5
    assert all(one.strip() and one in folded for one in found)
    assert bool(found) == bool(folded)
