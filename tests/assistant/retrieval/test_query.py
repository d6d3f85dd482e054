"""What a question asks for, in the words that customers use."""

from __future__ import annotations

import pytest

from assistant.retrieval.query import focus_of


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("Wie melde ich meinen Umzug?", "steps"),
        ("Wie ändere ich mein Lieferdatum?", "steps"),
        ("How do I report my meter reading?", "steps"),
        ("Mit welcher Prüfdauer muss ich rechnen?", "time"),
        ("Wie ist die Wechseldauer beim Versorgerwechsel?", "time"),
        ("Ablesezeitraum für den Jahresendstand", "time"),
        ("Wie lange dauert der Wechsel?", "time"),
        ("Höhe der Mahngebühr", "amount"),
        ("Wie viel kostet die Mahnung?", "amount"),
        ("What's the most I can knock off my regular payment?", "amount"),
        ("Kann ich den Termin verschieben?", "yes_no"),
        ("Wer bezahlt den Einsatz?", "person"),
        ("Wie lautet Ihre Faxnummer?", "any"),
        ("Guten Tag. Mein Zähler ist defekt. Was kostet die Prüfung? Danke.", "amount"),
    ],
)
def test_the_focus_is_what_the_question_asks_for(question: str, focus: str) -> None:
    assert focus_of(question) == focus
