from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.gaps import signals
from assistant.gaps.cases import ArticlesToday
from assistant.gaps.parameters import FeedbackParameters
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.events import Action, Feedback, QuestionEvent
from kb.library import Library

FITTED = FeedbackParameters()
TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


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


@pytest.fixture
def articles(library: Library, folder, write) -> ArticlesToday:
    write("move", "Umzug", "Melden Sie Ihren Umzug.", reviewed_on="2026-11-01")
    ingest(library, [folder])
    return signals.articles_today(library, TODAY)


def signals_of(library: Library, articles: ArticlesToday, today: date = TODAY) -> dict[str, tuple[str, ...]]:
    return {case.key: case.signals for case in signals.read(library, articles, None, None, today, FITTED)}


def cited(sha256: str, language: str = "de") -> list[dict[str, str]]:
    return [{"article_id": "move", "language": language, "sha256": sha256}]


def test_an_abstention_is_a_signal_and_an_answer_is_none(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1, status="abstained"), event(2)])
    assert signals_of(library, articles) == {"q1": ("abstained",), "q2": ()}


def test_a_rating_counts_while_the_text_that_was_rated_stands(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions(
        [
            event(1, citations=cited(articles.sha256[ArticleKey("move", "de")])),
            event(2, citations=cited("an older text")),
        ]
    )
    for number in (1, 2):
        library.events.rate(Feedback(f"q{number}", NOW, "not_helpful", "wrong"))
    assert signals_of(library, articles) == {"q1": ("not_helpful",), "q2": ()}


def test_a_rating_that_was_changed_to_helpful_counts_no_more(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1)])
    library.events.rate(Feedback("q1", NOW, "not_helpful", actor="a"))
    library.events.rate(Feedback("q1", NOW + timedelta(minutes=1), "helpful", actor="a"))
    assert signals_of(library, articles) == {"q1": ()}


def test_escalations_and_reported_gaps_are_signals(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1), event(2)])
    library.events.act(Action("q1", NOW, "escalated"))
    library.events.act(Action("q2", NOW, "gap_reported"))
    assert signals_of(library, articles) == {"q1": ("escalated",), "q2": ("gap_reported",)}


def test_an_answer_that_nobody_opened_is_a_signal_on_the_page_only(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1, channel="page"), event(2, channel="page"), event(3, channel="cli")])
    library.events.act(Action("q2", NOW, "copied"))
    assert signals_of(library, articles) == {"q1": ("not_opened",), "q2": (), "q3": ()}


def test_an_answer_from_an_overdue_article_is_a_signal(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1, citations=cited(articles.sha256[ArticleKey("move", "de")]))])
    assert signals_of(library, articles) == {"q1": ()}
    assert signals_of(library, articles, date(2027, 11, 25)) == {"q1": ("outdated",)}


def test_an_answer_in_another_language_is_a_signal(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1, language="en", citations=cited(articles.sha256[ArticleKey("move", "de")]))])
    assert signals_of(library, articles) == {"q1": ("other_language",)}


def test_of_a_question_that_was_replayed_twice_the_last_counts(library: Library, articles: ArticlesToday) -> None:
    library.events.log_questions([event(1, caller_id="x", status="abstained"), event(2, caller_id="x")])
    assert signals_of(library, articles) == {"q2": ()}


def test_the_first_of_two_similar_questions_was_rephrased(library: Library, articles: ArticlesToday) -> None:
    texts = {
        1: ("a", "umzug melden bitte"),
        2: ("a", "umzug melden"),
        3: ("a", "gas riecht"),
        4: ("b", "umzug melden"),
        30: ("b", "umzug melden"),
    }
    library.events.log_questions([event(n, session=s, text=text) for n, (s, text) in texts.items()])
    cases = signals.read(library, articles, None, None, TODAY, FITTED)
    vectors = library.embedder.embed_queries([case.text for case in cases])
    settings = library.settings.gaps.model_copy(update={"rephrase_cosine": 0.7})
    again = {case.key for case in signals.rephrased(cases, vectors, settings, FITTED) if "rephrased" in case.signals}
    assert again == {"q1"}
