from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from assistant.ask import AskFilters, ask
from assistant.retrieval.query import understand
from assistant.retrieval.rerank import CrossEncoderReranker, rerankers
from assistant.retrieval.search import retrieve, searching
from ingest.pipeline import ingest
from kb.catalog import Filter
from kb.errors import MissingPartError
from kb.settings import AnswerSettings, Settings

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def answering(library):
    """Answers everything: the confidence does not fit the small embedder."""
    library.settings = Settings(answer=AnswerSettings(threshold=0))
    return library


def said(library, question: str, **filters):
    return ask(library, question, AskFilters(**filters), now=NOW, log=False)


@pytest.mark.parametrize(
    "body",
    [
        "Die Kündigungsfrist beträgt 14 Tage. Für Geschäftskunden gelten 30 Tage. Schreiben Sie uns gern.",
        "- Privatkunden kündigen mit 14 Tagen\n- Geschäftskunden kündigen mit 30 Tagen",
        "| Kunde | Kündigungsfrist |\n| --- | --- |\n| Privat | 14 Tage |\n| Gewerbe | 30 Tage |",
    ],
)
def test_a_period_is_quoted_with_its_condition(answering, folder, write, body: str) -> None:
    write("notice", "Kündigungsfrist", body)
    ingest(answering, [folder])
    answer = said(answering, "Wie lange ist die Kündigungsfrist?").answer
    assert "14" in answer
    assert "30" in answer


def test_a_sentence_that_leans_on_the_one_before_is_not_quoted_alone(answering, folder, write) -> None:
    write("fee", "Mahnung", "Die Mahnung kostet nichts. Allerdings berechnen wir Verzugszinsen ab dem dritten Tag.")
    ingest(answering, [folder])
    answer = said(answering, "Wann fallen Verzugszinsen an?").answer
    assert answer.index("kostet nichts") < answer.index("Verzugszinsen")


def test_a_sentence_that_ends_in_a_colon_is_quoted_with_what_it_announces(answering, folder, write) -> None:
    write("gas", "Gasrechnung", "Die Formel steht auf der Gasrechnung:\n\n- Kubikmeter mal Zustandszahl mal Brennwert")
    ingest(answering, [folder])
    answer = said(answering, "Welche Formel steht auf der Gasrechnung?").answer
    assert answer.index("Formel") < answer.index("Brennwert")


def test_a_line_of_a_list_that_the_question_names_is_quoted_without_the_others(answering, folder, write) -> None:
    write("fees", "Gebühren", "- Papierrechnung: 2 Euro\n- Rücklastschrift: 3 Euro\n- Zählerprüfung: 60 Euro")
    ingest(answering, [folder])
    answer = said(answering, "Was kostet die Papierrechnung?").answer
    assert "2 Euro" in answer
    assert "60 Euro" not in answer


def test_two_articles_are_quoted_only_where_the_question_needs_both(answering, folder, write) -> None:
    write("move", "Umzug melden", "Den Umzug melden Sie im Portal.")
    write("iban", "Bankverbindung ändern", "Die Bankverbindung ändern Sie unter Zahlung.")
    for name in ("Gas", "Strom", "Solar"):
        write(name.lower(), f"Tarif {name}", f"{name} liefern wir überall.")
    ingest(answering, [folder])
    both = said(answering, "Umzug melden und Bankverbindung ändern")
    assert {one.article_id for one in both.citations} == {"move", "iban"}
    assert [one.number for one in both.citations] == list(range(1, len(both.citations) + 1))
    assert all(f"[{one.number}]" in both.answer for one in both.citations)
    assert {one.article_id for one in said(answering, "Umzug melden").citations} == {"move"}


def test_an_abstention_says_what_the_nearest_article_has_and_what_it_lacks(library, folder, write) -> None:
    library.settings = Settings(answer=AnswerSettings(threshold=1e-9))
    write("meter", "Zähler ablesen", "Den Zähler lesen Sie selbst ab.")
    ingest(library, [folder])
    confidence = said(library, "Zähler ausbauen").confidence
    library.settings = Settings(answer=AnswerSettings(threshold=min(confidence * 1.2, 1.0)))
    reply = said(library, "Zähler ausbauen")
    assert reply.status == "abstained"
    assert reply.reason == "Zu „Zähler“ steht etwas in „Zähler ablesen“, aber nichts zu „ausbauen“."


def test_of_two_equal_articles_the_one_that_is_not_overdue_comes_first(library, folder, write) -> None:
    write("a", "Umzug", "Umzug melden.", reviewed_on="2020-01-01")
    write("b", "Umzug", "Umzug melden.", reviewed_on="2026-11-01")
    ingest(library, [folder])
    assert [near.article_id for near in said(library, "Umzug melden").nearest] == ["b", "a"]


def test_the_trace_shows_what_each_signal_gave(library, folder, write) -> None:
    write("a", "Umzug", "Umzug melden.")
    write("b", "Zähler", "Zähler ablesen im Keller.")
    ingest(library, [folder])
    query = understand("Umzug melden")
    vector = library.embedder.embed_queries([query.text])[0]
    with searching(library, vector) as (snapshot, hits):
        found = retrieve(snapshot, library, query, vector, hits, Filter(NOW.date())).articles
    for item in found:
        for passage in item.passages:
            assert passage.score == pytest.approx(sum(passage.shares.values()))


def test_a_reranker_that_is_not_on_this_machine_is_an_error_that_names_the_setting() -> None:
    assert [reranker.name for reranker in rerankers("")] == ["features"]
    with pytest.raises(MissingPartError, match="nowhere") as caught:
        CrossEncoderReranker.load("/nowhere/at-all")
    assert "retrieval.reranker" in caught.value.hint


def test_the_default_threshold_is_the_one_that_was_fitted() -> None:
    fitted = json.loads(files("assistant.answering").joinpath("confidence.json").read_text("utf-8"))
    assert AnswerSettings().threshold == pytest.approx(fitted["threshold"], abs=0.006)
    assert set(fitted["models"]) == {"same_language", "english", "other_language"}
