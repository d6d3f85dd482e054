"""The full-text index: what finds what, in which order, and what is gone after a delete."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.catalog.fulltext import MAX_QUERY_TERMS, FullText

ROWS = {
    1: ("Kündigung", "Frist", "Vertrag beenden", "Die Kündigungsfrist beträgt vier Wochen zum Monatsende.", "de"),
    2: (
        "Zählerstand",
        "",
        "",
        "Die Zählerstandsmeldung geht über das Kundenportal. Fehler E-17 heißt: falsche Nummer.",
        "de",
    ),
    3: (
        "Terminate a contract",
        "",
        "cancel",
        "Write to us; meetings with Müller are not needed. The notice is four weeks.",
        "en",
    ),
    4: ("Umzug", "", "", "Bei einem Umzug nehmen Sie den Tarif NL-1007 mit, die Wochen zählen nicht.", "de"),
    5: ("Billing", "", "", "The bill comes by mail each year.", "en"),
    6: ("Abschlag", "", "", "Der Abschlag richtet sich nach dem Verbrauch.", "de"),
}


def build(rows: dict[int, tuple[str, str, str, str, str]]) -> FullText:
    fulltext = FullText.create(sqlite3.connect(":memory:"))
    for rowid, row in rows.items():
        fulltext.add(rowid, *row)
    return fulltext


@pytest.fixture(scope="module")
def fulltext() -> FullText:
    return build(ROWS)


def found(fulltext: FullText, text: str, language: str = "de") -> list[int]:
    return [rowid for rowid, _ in fulltext.search(text, language, 10)]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Wie lange ist die Frist?", 1),
        ("Kuendigungsfrist", 1),
        ("Meldung des Stands", 2),
        ("e17", 2),
        ("nl 1007", 4),
        ("Vertrag beenden", 1),
    ],
)
def test_a_question_finds_its_row_first(fulltext: FullText, text: str, row: int) -> None:
    assert found(fulltext, text)[0] == row


def test_a_compound_in_the_question_finds_its_parts_in_the_text(fulltext: FullText) -> None:
    assert found(fulltext, "Monatsabschlag")[0] == 6


def test_rows_of_the_other_language_are_found_by_the_stems_of_their_own(fulltext: FullText) -> None:
    assert found(fulltext, "Meetings mit Müllers", "de") == [3]
    assert found(fulltext, "Kundenportals NL-1007 tariff Umzugs", "en")[0] == 4


def test_a_hit_in_the_title_ranks_above_one_in_the_body(fulltext: FullText) -> None:
    more = build({**ROWS, 7: ("Anderes", "", "", "Der Umzug der Firma ist im Mai.", "de")})
    assert found(more, "Umzug") == [4, 7]
    assert found(fulltext, "Umzug") == [4]


def test_scores_are_positive_and_fall(fulltext: FullText) -> None:
    scores = [score for _, score in fulltext.search("Wochen Kündigung Umzug Verbrauch", "de", 10)]
    assert len(scores) > 2
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_a_condition_restricts_rows_and_leaves_scores_alone(fulltext: FullText) -> None:
    everything = fulltext.search("Wochen Umzug", "de", 10)
    allowed = fulltext.search("Wochen Umzug", "de", 10, "rowid IN (SELECT value FROM json_each(?))", ("[1, 5]",))
    assert allowed == [hit for hit in everything if hit[0] == 1]
    assert fulltext.search("Wochen Umzug", "de", 1) == everything[:1]


def test_terms_of_nearly_all_rows_are_asked_for_only_when_there_is_nothing_else() -> None:
    common = build({n: ("App", "", "", f"Die App {'Sonderfall' if n == 3 else 'Regel'}", "de") for n in range(1, 9)})
    assert found(common, "App Sonderfall") == [3]
    assert len(found(common, "App")) == 8


def test_an_empty_index_and_an_empty_question_find_nothing(fulltext: FullText) -> None:
    assert build({}).search("Umzug", "de", 5) == []
    assert build({}).coverage(build({}).understand("Umzug", "de"), [1]) == {1: 0.0}
    assert fulltext.search("", "de", 5) == fulltext.search(" ?! ", "de", 5) == []


@given(st.text(), st.sampled_from(["de", "en", "fr", "", "zz-ZZ"]))
@settings(max_examples=300)
def test_no_question_can_raise(text: str, language: str) -> None:
    index = _SHARED
    for rowid, score in index.search(text, language, 3):
        assert rowid in ROWS
        assert score > 0
    assert all(0 <= share <= 1.000001 for share in index.coverage(index.understand(text, language), ROWS).values())


@pytest.mark.parametrize(
    "text", ['"', "a OR b", "NEAR(a b)", "title:x", "x*", "^x", "a AND NOT b", "{a b}: c", "\x00", "\ud800", "'; DROP"]
)
def test_query_syntax_is_only_text(fulltext: FullText, text: str) -> None:
    fulltext.search(text, "de", 5)
    assert fulltext.document_count() == len(ROWS)


@given(st.text(), st.text())
def test_every_word_that_is_indexed_finds_its_row(title: str, body: str) -> None:
    index = build({1: (title, "", "", body, "de")})
    for term in index.understand(f"{title} {body}", "de")[:MAX_QUERY_TERMS]:
        assert term.known
        assert found(index, term.word)


ORDERS = st.lists(st.tuples(st.booleans(), st.sampled_from(sorted(ROWS))), max_size=25)


@given(ORDERS)
@settings(max_examples=40, deadline=None)
def test_after_adds_and_removes_the_index_is_that_of_a_fresh_build(steps: list[tuple[bool, int]]) -> None:
    index, kept = build({}), {}
    for add, rowid in steps:
        if add:
            index.add(rowid, *ROWS[rowid])
            kept[rowid] = ROWS[rowid]
        else:
            index.remove(rowid)
            kept.pop(rowid, None)
    fresh = build(kept)
    assert index.document_count() == fresh.document_count() == len(kept)
    for text in ("Wochen Kündigung Umzug", "Frist Meldung e17", "contract meetings bill", "Abschlag"):
        assert index.search(text, "de", 10) == fresh.search(text, "de", 10)
        assert index.understand(text, "en") == fresh.understand(text, "en")


def test_coverage_is_the_share_of_idf_that_a_row_holds(fulltext: FullText) -> None:
    asked = fulltext.understand("Kündigungsfrist Drachenfutter", "de")
    assert [term.known for term in asked] == [True, False]
    shares = fulltext.coverage(asked, [1, 2])
    assert shares[1] == pytest.approx(asked[0].idf / (asked[0].idf + asked[1].idf))
    assert shares[2] == 0
    assert fulltext.coverage(fulltext.understand("Stromabschlag", "de"), [6]) == {6: pytest.approx(0.5)}


def test_rarer_terms_have_more_idf(fulltext: FullText) -> None:
    assert fulltext.idf("drachenfutt") > fulltext.idf("tarif") > fulltext.idf("woch") > 0


_SHARED = build(ROWS)
