from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ask import ask
from assistant.retrieval.near_duplicates import near_duplicate
from ingest.pipeline import ingest
from kb.settings import AnswerSettings, Settings

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEXT = "Öffnen Sie das Kundenportal, wählen Sie dort den Zähler aus und tragen Sie den neuen Stand ein."


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Melden Sie den Umzug im Kundenportal.", "Melden Sie Ihren Umzug im Kundenportal.", "de"),
        (TEXT, TEXT.replace("dort", "zuerst"), "de"),
        ("Wait until the light turns green and confirm it.", "Wait until the light turns green, and confirm.", "en"),
    ],
)
def test_texts_that_differ_in_a_word_that_says_little_are_copies(one: str, other: str, language: str) -> None:
    assert near_duplicate(one, other, language)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        (f"{TEXT} Die Frist beträgt 14 Tage.", f"{TEXT} Die Frist beträgt 30 Tage.", "de"),
        (f"{TEXT} Das kostet zwei Euro.", f"{TEXT} Das kostet drei Euro.", "de"),
        (f"{TEXT} Das ist möglich.", f"{TEXT} Das ist nicht möglich.", "de"),
        (f"{TEXT} Das gilt für Strom.", f"{TEXT} Das gilt für Gas.", "de"),
        ("Hold the red button of the NL-1007 for long.", "Hold the red button of the NL-1008 for long.", "en"),
        ("Melden Sie den Umzug im Kundenportal.", "Den Vertrag kündigen Sie schriftlich.", "de"),
    ],
)
def test_another_figure_name_or_denial_makes_it_another_text(one: str, other: str, language: str) -> None:
    assert not near_duplicate(one, other, language)


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["de", "en", "fr"]))
def test_being_a_copy_is_mutual_and_everything_is_a_copy_of_itself(one: str, other: str, language: str) -> None:
    assert near_duplicate(one, one, language)
    assert near_duplicate(one, other, language) == near_duplicate(other, one, language)


def test_a_copy_is_named_where_it_stands_and_does_not_count_as_a_rival(library, folder, write) -> None:
    library.settings = Settings(answer=AnswerSettings(threshold=0))
    write("meter", "Zählerstand eintragen", TEXT, reviewed_on="2026-11-01")
    write("tariff", "Tarif wechseln", "Den Tarif wechseln Sie zum Ersten eines Monats. Ein Zähler bleibt.")
    ingest(library, [folder])
    alone = ask(library, "Zähler und Stand im Kundenportal eintragen", now=NOW, log=False)
    write("again", "Zählerstand eintragen (alt)", TEXT.replace("dort", "zuerst"), reviewed_on="2020-01-01")
    write("other", "Gaszähler", TEXT.replace("Zähler", "Gaszähler"))
    ingest(library, [folder])
    reply = ask(library, "Zähler und Stand im Kundenportal eintragen", now=NOW, log=False)
    named = {near.article_id: near.same_as for near in reply.nearest}
    assert named == {"meter": None, "again": "meter", "other": None, "tariff": None}
    assert {"same_as" in near for near in alone.to_json()["nearest"]} == {False}
    copies = [near["article_id"] for near in reply.to_json()["nearest"] if "same_as" in near]
    assert copies == ["again"]


def test_a_rival_lowers_the_confidence_and_a_copy_does_not(library, folder, write) -> None:
    library.settings = Settings(answer=AnswerSettings(threshold=0))
    write("meter", "Zählerstand eintragen", TEXT)
    for name in ("Tarif", "Abschlag", "Vertrag", "Rechnung"):
        write(name.lower(), f"{name} ändern", f"{name} ändern Sie schriftlich oder am Telefon.")
    ingest(library, [folder])

    def margin() -> float:
        from assistant.ask import Trace

        trace = Trace()
        ask(library, "Zähler und Stand im Kundenportal eintragen", now=NOW, log=False, trace=trace)
        judged = next(step for step in trace.steps if step["step"] == "judge")
        return float(judged["features"]["next_margin"])

    before = margin()
    write("again", "Zählerstand eintragen", TEXT)
    ingest(library, [folder])
    with_copy = margin()
    write("again", "Zählerstand eintragen", TEXT.replace("neuen Stand", "neuen Stand des Gaszählers"))
    ingest(library, [folder])
    assert margin() < with_copy == pytest.approx(before, abs=0.1)


def test_a_sentence_that_was_quoted_is_not_quoted_again_in_other_words(library, folder, write) -> None:
    library.settings = Settings(answer=AnswerSettings(threshold=0))
    body = (
        "Die Mahngebühr beträgt 2 Euro.\n\n## Beträge\n\nDiese Mahngebühr beträgt 2 Euro.\n\n"
        "## Gewerbe\n\nDie Mahngebühr beträgt 5 Euro."
    )
    write("fee", "Mahnung", body)
    ingest(library, [folder])
    quotes = [one.quote for one in ask(library, "Wie hoch ist die Mahngebühr?", now=NOW, log=False).citations]
    assert sum("2 Euro" in quote for quote in quotes) == 1
    assert sum("5 Euro" in quote for quote in quotes) == 1
