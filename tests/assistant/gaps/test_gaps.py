from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.ask import Asker, AskFilters, ask
from assistant.gaps import find, signals
from assistant.gaps.cases import ArticlesToday
from ingest.pipeline import ingest
from kb.articles.front_matter import text_sha256
from kb.errors import MissingPartError
from kb.events import Action, Feedback, QuestionEvent
from kb.library import Library
from kb.settings import Settings

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def logged(sample: Library, tmp_path):
    """The sample articles with a log of its own."""
    made = Library(tmp_path / "home", Settings())
    made.exact, made.catalog, made.embedder, made.english = True, sample.catalog, sample.embedder, sample.english
    yield made
    made.let_go("events")


def put(library: Library, *texts: str, name: str = "q", audience: str = "internal") -> None:
    """Each of ``texts`` is asked by somebody else, an hour after the other."""
    for number, text in enumerate(texts):
        asker = Asker(f"{name}-{number}", f"s-{name}-{number}", "replay", f"{name}{number}")
        ask(library, text, AskFilters(audience), asker, NOW - timedelta(hours=number))


def test_without_an_index_the_error_names_the_command(library: Library) -> None:
    with pytest.raises(MissingPartError) as caught:
        find(library)
    assert "kb ingest" in caught.value.hint


def test_an_empty_log_gives_an_empty_report_and_makes_no_log(library: Library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie Ihren Umzug.")
    ingest(library, [folder])
    report = find(library)
    assert (report.questions, report.gaps) == (0, ())
    assert not library.events_file.exists()
    assert report.to_json() == {"period": {"since": None, "until": None}, "questions": 0, "gaps": []}


ABSENT = (
    "Wie bekomme ich eine Ladekarte für öffentliche Ladesäulen?",
    "Ich brauche eine Ladekarte, um an öffentlichen Säulen zu laden",
    "Gibt es von Ihnen eine Karte zum Laden meines E-Autos unterwegs?",
)
DRAFT = ("Wie richte ich einen Passkey ein?", "Anmelden mit Passkey statt Passwort", "Passkey im Portal aktivieren")
OVERDUE = ("Welche Zahlungsarten gibt es?", "Wie kann ich meine Rechnung bezahlen?", "Kann ich per Überweisung zahlen?")


def test_each_gap_has_its_proven_cause_and_answered_questions_make_none(logged: Library) -> None:
    put(logged, *ABSENT, name="absent")
    put(logged, *DRAFT, name="draft")
    put(logged, *OVERDUE, name="overdue")
    put(logged, "Wie melde ich meinen Umzug?", "Umzug melden", name="answered")
    report = find(logged, today=TODAY)
    causes = {question.id: gap.cause for gap in report.gaps for question in gap.questions}
    assert {causes.get(f"absent{n}") for n in range(3)} <= {"missing", None}
    assert "missing" in causes.values()
    assert causes["draft0"] == "restricted"
    assert causes["overdue0"] == "stale"
    assert not any(name.startswith("answered") for name in causes)
    proof = next(gap.evidence for gap in report.gaps if gap.cause == "restricted")
    assert proof["article"]["article_id"] == "passkey-login"
    assert proof["kept_back_by"] == "status"


def test_the_same_log_twice_gives_the_same_report(logged: Library) -> None:
    put(logged, *ABSENT, name="absent")
    first = find(logged, today=TODAY)
    assert first.gaps
    assert find(logged, today=TODAY).to_json() == first.to_json()


# --- signals


def event(number: int, **changes: object) -> QuestionEvent:
    values: dict[str, object] = {
        "question_id": f"q{number}",
        "asked_at": NOW + timedelta(minutes=number),
        "text": f"Frage {number}",
        "language": "de",
        "status": "answered",
        "confidence": 0.9,
        "channel": "cli",
    }
    return QuestionEvent(**(values | changes))  # type: ignore[arg-type]


def shelf_of(library: Library) -> ArticlesToday:
    with library.catalog.snapshot() as snapshot:
        found = snapshot.find("move")
    return ArticlesToday({"move@de": found[0][0]}, {"move@de": text_sha256(found[0][1])})


@pytest.fixture
def shelf(library: Library, folder, write) -> ArticlesToday:
    write("move", "Umzug", "Melden Sie Ihren Umzug.", reviewed_on="2026-11-01")
    ingest(library, [folder])
    return shelf_of(library)


def signals_of(library: Library, shelf: ArticlesToday, today: date = TODAY) -> dict[str, tuple[str, ...]]:
    return {case.key: case.signals for case in signals.read(library, shelf, None, None, today)}


def cited(sha256: str, language: str = "de") -> list[dict[str, str]]:
    return [{"article_id": "move", "language": language, "sha256": sha256}]


def test_an_abstention_is_a_signal_and_an_answer_is_none(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1, status="abstained"), event(2)])
    assert signals_of(library, shelf) == {"q1": ("abstained",), "q2": ()}


def test_a_rating_counts_while_the_text_that_was_rated_stands(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions(
        [event(1, citations=cited(shelf.sha256["move@de"])), event(2, citations=cited("an older text"))]
    )
    for number in (1, 2):
        library.events.rate(Feedback(f"q{number}", NOW, "not_helpful", "wrong"))
    assert signals_of(library, shelf) == {"q1": ("not_helpful",), "q2": ()}


def test_a_rating_that_was_changed_to_helpful_counts_no_more(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1)])
    library.events.rate(Feedback("q1", NOW, "not_helpful", actor="a"))
    library.events.rate(Feedback("q1", NOW + timedelta(minutes=1), "helpful", actor="a"))
    assert signals_of(library, shelf) == {"q1": ()}


def test_escalations_and_reported_gaps_are_signals(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1), event(2)])
    library.events.act(Action("q1", NOW, "escalated"))
    library.events.act(Action("q2", NOW, "gap_reported"))
    assert signals_of(library, shelf) == {"q1": ("escalated",), "q2": ("gap_reported",)}


def test_an_answer_that_nobody_opened_is_a_signal_on_the_page_only(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1, channel="page"), event(2, channel="page"), event(3, channel="cli")])
    library.events.act(Action("q2", NOW, "copied"))
    assert signals_of(library, shelf) == {"q1": ("not_opened",), "q2": (), "q3": ()}


def test_an_answer_from_an_overdue_article_is_a_signal(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1, citations=cited(shelf.sha256["move@de"]))])
    assert signals_of(library, shelf) == {"q1": ()}
    assert signals_of(library, shelf, date(2027, 11, 25)) == {"q1": ("outdated",)}


def test_an_answer_in_another_language_is_a_signal(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1, language="en", citations=cited(shelf.sha256["move@de"]))])
    assert signals_of(library, shelf) == {"q1": ("other_language",)}


def test_of_a_question_that_was_replayed_twice_the_last_counts(library: Library, shelf: ArticlesToday) -> None:
    library.events.log_questions([event(1, caller_id="x", status="abstained"), event(2, caller_id="x")])
    assert signals_of(library, shelf) == {"q2": ()}


def test_the_first_of_two_similar_questions_of_a_session_was_rephrased(library: Library, shelf: ArticlesToday) -> None:
    texts = {
        1: ("a", "umzug melden bitte"),
        2: ("a", "umzug melden"),
        3: ("a", "gas riecht"),
        4: ("b", "umzug melden"),
        30: ("b", "umzug melden"),
    }
    library.events.log_questions([event(n, session=s, text=text) for n, (s, text) in texts.items()])
    cases = signals.read(library, shelf, None, None, TODAY)
    vectors = library.embedder.embed_queries([case.text for case in cases])
    settings = library.settings.gaps.model_copy(update={"rephrase_cosine": 0.7})
    again = {case.key for case in signals.rephrased(cases, vectors, settings) if "rephrased" in case.signals}
    assert again == {"q1"}
