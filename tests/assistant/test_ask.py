from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.answering.reply import Timings
from assistant.ask import Asker, AskFilters, Trace, ask
from ingest.pipeline import ingest
from kb.errors import MissingPartError, UsageError
from kb.library import Library
from tests.fakes import WordEmbedder

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def folded(text: str) -> str:
    return " ".join(text.split())


def said(library: Library, question: str, **filters: object):
    return ask(library, question, AskFilters(**filters), now=NOW, log=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "article", "language"),
    [
        ("Wie melde ich meinen Umzug?", "report-move", "de"),
        ("How do I report my meter reading?", "report-meter-reading", "en"),
        ("Was kostet eine Rücklastschrift?", "returned-direct-debit", "de"),
        ("Wie richte ich die Zwei-Faktor-Anmeldung ein?", "two-factor", "de"),
        ("What should I do if I smell gas?", "gas-smell", "en"),
    ],
)
def test_a_question_is_answered_from_the_article_in_its_language(sample, question, article, language) -> None:
    reply = said(sample, question)
    assert reply.status == "answered"
    assert reply.reason is None
    assert {(c.article_id, c.language) for c in reply.citations} == {(article, language)}
    assert reply.nearest[0].article_id == article


@pytest.mark.parametrize(
    "question", ["Wie backe ich Sauerteigbrot?", "What is the capital of France?", "Wer gewann die Fußball-WM 2014?"]
)
def test_what_the_articles_are_not_about_is_not_answered(sample, question) -> None:
    reply = said(sample, question)
    assert reply.status == "abstained"
    assert (reply.answer, reply.citations) == ("", ())
    assert reply.reason
    assert reply.nearest


def test_every_quote_is_verbatim_from_its_file_at_its_lines(sample) -> None:
    questions = ["Wie melde ich meinen Umzug?", "Was bedeutet NL-401?", "Was kostet eine Rücklastschrift?", "gas smell"]
    quoted = 0
    for question in questions:
        for citation in said(sample, question).citations:
            source = Path(citation.path).read_text(encoding="utf-8")
            first, last = citation.lines
            assert folded(citation.quote) in folded("\n".join(source.split("\n")[first - 1 : last]))
            quoted += 1
    assert quoted >= len(questions)


def test_the_answer_carries_the_number_of_every_citation(sample) -> None:
    reply = said(sample, "Was kostet eine Rücklastschrift?")
    assert [int(n) for n in re.findall(r"\[(\d+)\](?!\()", reply.answer)] == [c.number for c in reply.citations]


def test_a_way_is_answered_with_the_whole_step_list(sample) -> None:
    reply = said(sample, "Wie melde ich meinen Umzug?")
    steps = re.findall(r"^(\d+)\. ", reply.answer, flags=re.MULTILINE)
    assert [int(n) for n in steps] == list(range(1, len(steps) + 1))
    assert len(steps) >= 4


def test_the_public_never_sees_internal_articles(sample) -> None:
    question = "Wie gebe ich kritisches Feedback?"
    assert said(sample, question).citations[0].article_id == "feedback-culture"
    public = said(sample, question, audience="public")
    assert "feedback-culture" not in {near.article_id for near in public.nearest}
    assert all(citation.article_id != "feedback-culture" for citation in public.citations)


def test_drafts_and_expired_articles_do_not_answer(sample) -> None:
    for question in ("Anmelden mit Passkey", "Winter-Hotline längere Zeiten"):
        names = {near.article_id for near in said(sample, question, limit=100).nearest}
        assert not names & {"passkey-login", "winter-hotline"}


def test_a_superseded_article_stands_behind_its_successor(sample) -> None:
    names = [near.article_id for near in said(sample, "Wie lange dauert der Lieferantenwechsel?").nearest]
    assert names.index("change-of-supplier") < names.index("change-of-supplier-2024")


def test_an_overdue_article_answers_and_says_so(sample) -> None:
    reply = said(sample, "Welche Zahlungsarten gibt es?")
    assert {c.freshness for c in reply.citations if c.article_id == "payment-methods"} == {"overdue"}


def test_a_translation_answers_and_is_marked_when_it_alone_does(sample) -> None:
    reply = said(sample, "balcony solar panels 800 watts Balkonkraftwerk registration")
    assert reply.language == "en"
    assert reply.nearest[0].article_id == "balcony-solar"
    assert reply.status == "answered"
    assert reply.citations[0].language == "de"
    assert reply.answer.startswith("*Available in German only:*")


def test_language_restricts_the_articles(sample) -> None:
    assert {near.language for near in said(sample, "Wie melde ich meinen Umzug?", language="en").nearest} == {"en"}


def test_nearest_has_one_row_an_article_best_first(sample) -> None:
    nearest = said(sample, "Umzug", limit=100).nearest
    assert len({near.article_id for near in nearest}) == len(nearest)
    assert [near.score for near in nearest] == sorted((near.score for near in nearest), reverse=True)
    assert len(said(sample, "Umzug", limit=3).nearest) == 3


@pytest.mark.parametrize("question", ["", "  \n", "x" * 9000])
def test_no_question_and_too_long_a_one_are_refused(sample, question) -> None:
    with pytest.raises(UsageError):
        said(sample, question)


@pytest.mark.parametrize("filters", [{"audience": "everyone"}, {"limit": 0}, {"limit": 1000}])
def test_an_unknown_scope_is_refused(sample, filters) -> None:
    with pytest.raises(UsageError):
        said(sample, "Umzug", **filters)


@pytest.mark.parametrize(
    "question", ['"', "AND OR NOT", "title:*", "NEAR(a b)", "'; DROP TABLE articles; --", "🙂", "\x00", "ä" * 500]
)
def test_no_question_breaks_the_search(sample, question) -> None:
    assert said(sample, question).status in {"answered", "abstained"}


def test_the_same_question_gets_the_same_answer(sample) -> None:
    one, other = (said(sample, "Wie melde ich meinen Umzug?").to_json() for _ in range(2))
    for reply in (one, other):
        del reply["question_id"], reply["timings_ms"]
    assert one == other


def test_the_trace_shows_every_step(sample) -> None:
    trace = Trace()
    ask(sample, "Was kostet eine Rücklastschrift?", now=NOW, log=False, trace=trace)
    assert [step["step"] for step in trace.steps] == ["understand", "retrieve", "evidence", "judge"]


def test_each_timing_counts_its_own_step_alone() -> None:
    timings = Timings.between(started=0.0, understood=1.0, embedded=3.0, ranked=6.0, finished=10.0)
    assert timings == Timings(embed=2000, search=3000, answer=4000, total=10_000)


def test_the_event_is_logged_without_personal_data(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    reply = ask(library, "Umzug von anna.berg@example.org", asker=Asker("agent-7", "s1", "cli"), now=NOW)
    event = library.events.question(reply.question_id)
    assert event.text == "Umzug von [email]"
    assert (event.actor, event.session, event.status, event.asked_at) == ("agent-7", "s1", reply.status, NOW)
    assert [near["article_id"] for near in event.nearest] == ["move"]


def test_a_log_that_cannot_be_written_costs_no_answer(library, folder, write, caplog) -> None:
    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    (library.home / "events.sqlite3").mkdir()
    assert ask(library, "Umzug melden", now=NOW).nearest
    assert "not logged" in caplog.text
    assert "Umzug" not in caplog.text


def test_without_an_index_the_command_that_makes_one_is_named(library) -> None:
    with pytest.raises(MissingPartError, match="kb ingest"):
        ask(library, "Umzug", now=NOW)


def test_without_chroma_the_vectors_of_the_catalog_give_the_same_ranking(library, folder, write) -> None:
    for number in range(20):
        write(f"a{number}", f"Titel {number}", f"Melden Sie den Umzug Nummer {number} im Portal.", language="de")
    ingest(library, [folder])

    def ranked() -> dict[str, float]:
        return {near.article_id: near.score for near in ask(library, "Umzug im Portal", now=NOW, log=False).nearest}

    before = pytest.approx(ranked(), abs=1e-4)
    library.exact = True
    assert ranked() == before
    library.exact = False
    library.vectors.clear()
    assert ranked() == before


def test_a_chroma_that_cannot_be_read_costs_no_answer_and_is_not_asked_again_at_once(
    library, folder, write, caplog
) -> None:
    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    library.let_go("vectors")
    (library.chroma_place / "chroma.sqlite3").write_bytes(b"rubbish" * 1000)
    assert ask(library, "Umzug", now=NOW, log=False).nearest
    assert "kb ingest" in caplog.text
    caplog.clear()
    assert ask(library, "Umzug", now=NOW, log=False).nearest
    assert not caplog.text


def test_an_index_of_another_model_is_not_asked(library, folder, write) -> None:
    from tests.fakes import WordEmbedder

    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    library.embedder = WordEmbedder("words-2")
    with pytest.raises(MissingPartError, match="another model"):
        ask(library, "Umzug", now=NOW)


class Questions(WordEmbedder):
    """Counts the questions that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_queries(self, texts):
        self.asked += texts
        return super().embed_queries(texts)


def test_the_vector_of_a_logged_question_is_kept_where_nothing_was_taken_out(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    library.embedder = Questions()
    ask(library, "Wie melde  ich meinen Umzug?")
    ask(library, "Ich bin Herr Müller, wie melde ich meinen Umzug?")
    ask(library, "Und nicht ins Log?", log=False)
    library.embedder.asked.clear()
    stored = [event.text for event in library.events.questions()]
    assert library.question_vectors(stored).shape == (2, 64)
    assert library.embedder.asked == ["Ich bin Herr [name], wie melde ich meinen Umzug?"]


def test_a_question_under_an_id_of_the_callers_takes_the_place_of_the_earlier_one(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for session in ("s1", "s2"):
        ask(library, "Umzug melden", asker=Asker(session=session, channel="replay", question_id="x1"), now=noon)
    assert [(event.question_id, event.session) for event in library.events.questions()] == [("x1", "s2")]


def test_the_language_of_a_question_is_the_callers_to_say(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug im Portal.")
    ingest(library, [folder])
    assert ask(library, "Umzug Portal", AskFilters(spoken="en")).language == "en"
    assert ask(library, "Umzug Portal").language == "de"
