from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.sentences import MAX_SENTENCE_CHARS, split


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Wir antworten z. B. am 15. März 2026, d. h. bzw. ca. 5 Tage gem. § 5 Abs. 2 Nr. 3 BGB.",
        "Die Frist endet am 12.09.2026 um 18.30 Uhr, siehe Art. 5.",
        "Die 2. Mahnung kommt im 3. Jahr zum 1. Januar 2026 und kostet 3,50 €.",
        "Rufen Sie Mo. bis Fr. unter Tel. 040 66969-120 bei Dr. Meier, Frau J. R. Schmidt usw. an.",
        "Prices, e.g. approx. $5.50, apply to Mr. Smith, i.e. to J. R. Smith.",
        "Use `kb ask. Then. Wait` at https://example.org/a.b?c=d now",
        'See [What now? Read on. Here](page.md#a.b "A. B").',
        "Ihr Guthaben (siehe Rechnung. Dort unten.) bleibt.",
        "Das ist v1.2.3. und läuft weiter.",
    ],
)
def test_a_point_that_ends_no_sentence_does_not_cut(sentence: str) -> None:
    assert cut(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ja. Nein! Wirklich? Gut.", ["Ja.", "Nein!", "Wirklich?", "Gut."]),
        ("„Das gilt.“ Danach nicht.", ["„Das gilt.“", "Danach nicht."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("**Wo ist der Zähler?** Im Keller.", ["**Wo ist der Zähler?**", "Im Keller."]),
        ("**Hinweis.** Bitte lesen.", ["**Hinweis.**", "Bitte lesen."]),
        ("Bis Ende 2026. Danach nicht.", ["Bis Ende 2026.", "Danach nicht."]),
        ("Am 15. Danach nicht.", ["Am 15.", "Danach nicht."]),
        ("Es kostet 62,00 €. Mehr nicht.", ["Es kostet 62,00 €.", "Mehr nicht."]),
        ("Open 8 a.m. to 5 p.m. Then it closes.", ["Open 8 a.m. to 5 p.m.", "Then it closes."]),
        ("Wählen Sie [Konto](a.md). iPhone geht.", ["Wählen Sie [Konto](a.md).", "iPhone geht."]),
        ("Tippen Sie. `kb ask` hilft.", ["Tippen Sie.", "`kb ask` hilft."]),
        ("Moment … Danach weiter.", ["Moment …", "Danach weiter."]),
        ("Erster Satz.\nZweiter Satz.", ["Erster Satz.", "Zweiter Satz."]),
        ("这是第一句。这是第二句！完", ["这是第一句。", "这是第二句！", "完"]),
        ("Первое. Второе?", ["Первое.", "Второе?"]),
        ("kein Punkt", ["kein Punkt"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_a_long_sentence_is_cut_at_a_semicolon_before_a_comma() -> None:
    text = "wort, " * 60 + "ende; " + "wort, " * 60
    assert cut(text)[0].endswith("ende;")


def test_a_long_sentence_is_never_cut_inside_a_link() -> None:
    link = "[ein Link](https://example.org/" + "pfad/" * 60 + ")"
    pieces = cut("wort " * 100 + link + " wort" * 100)
    assert any(link in piece for piece in pieces)


def test_a_long_sentence_keeps_the_code_or_link_that_it_ends_with() -> None:
    for atom in (f"`{'x' * 160}`", f"`{'x' * 1900}`", f"[hier](https://example.org/{'pfad/' * 30})"):
        text = f"{'wort ' * 110}oder mit {atom}."
        assert cut(text) == [text]
        assert cut(text + " Danach nicht.") == [text, "Danach nicht."]
        assert cut(f"{'wort, ' * 90}oder mit {atom}.")[-1] == f"oder mit {atom}."


def test_a_long_sentence_that_goes_on_behind_code_is_cut_and_code_that_has_no_end_is_too() -> None:
    code = f"`{'x' * 160}`"
    pieces = cut(f"{'wort ' * 110}oder mit {code} und {'wort ' * 20}.")
    assert [piece.count(code) for piece in pieces] == [0, 1]
    assert all(len(piece) <= MAX_SENTENCE_CHARS for piece in cut(f"{'wort ' * 110}oder mit `{'x' * 3000}`."))


@given(st.text(alphabet='aA .!?…\n`[]()*_<>"„“:;,1。z', max_size=300) | st.text(max_size=300))
def test_ranges_cover_every_visible_character_in_order_and_never_overlap(text: str) -> None:
    last = 0
    for start, end in split(text):
        assert last <= start < end
        assert not text[last:start].strip()
        assert text[start:end].strip() == text[start:end]
        last = end
    assert not text[last:].strip()


@pytest.mark.parametrize("unit", ["a", "a. ", "`", "[(", "](a", "**a ", "<a", "`a``b```c", "( a", "1. ", "x, y "])
def test_a_megabyte_without_an_end_is_cut_into_bounded_pieces_in_bounded_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    ranges = split(text)
    assert time.process_time() - began < 10
    assert max(end - start for start, end in ranges) <= MAX_SENTENCE_CHARS
