from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ask import ask
from assistant.retrieval.parameters import RETRIEVAL
from assistant.retrieval.query import understand
from assistant.retrieval.relevance_feedback import adjustments, against_best, decay, forget, lessons, weigh
from assistant.retrieval.search import retrieve, searching
from assistant.web.api.articles import article
from ingest.pipeline import ingest
from ingest.rebuild import reindex
from kb.articles.article import ArticleKey
from kb.articles.front_matter import text_sha256
from kb.catalog import ArticleRow, Filter, Judgement, RatingPeriod, ratings
from kb.errors import NotFoundError
from kb.events import EventLog, EventLogUnavailableError, Feedback, QuestionEvent
from kb.library import Library
from kb.runtime.days import day_in, noon
from kb.settings import AnswerSettings, LearningSettings

TODAY = day_in("Europe/Berlin", datetime.now(UTC))
MOST = LearningSettings().most
QUESTION = "Abschlag für Strom ändern"
OTHER = "Rechnung als Brief bekommen"


def asked(library: Library, question: str, key: str, *, days_ago: int = 0) -> str:
    """Log a question that was answered from the article ``key`` as it stands; the question's id."""
    article = ArticleKey.parse(key)
    with library.catalog.snapshot() as snapshot:
        sha256 = text_sha256(snapshot.sources([article])[article][1])
    citation = article._asdict() | {"sha256": sha256}
    at = noon("Europe/Berlin", TODAY - timedelta(days=days_ago))
    question_id = uuid.uuid4().hex
    library.events.log_question(
        QuestionEvent(question_id, at, question, "de", "answered", 0.9, "library", citations=[citation])
    )
    return question_id


def rate(
    library: Library, question_id: str, verdict: str = "helpful", *, actor: str = "a", days_ago: int = 0, **more: str
) -> None:
    at = noon("Europe/Berlin", TODAY - timedelta(days=days_ago))
    ratings.rate(library, Feedback(question_id, at, verdict, actor=actor, **more))  # type: ignore[arg-type]


def elsewhere(library: Library, question_id: str, actor: str) -> None:
    """Rate an answer on another machine, which shares the log and has an index of its own."""
    library.events.rate(Feedback(question_id, datetime.now(UTC), "helpful", actor=actor))


def rated(library: Library, question: str, key: str, verdict: str = "helpful", **more) -> str:
    question_id = asked(library, question, key, days_ago=more.get("days_ago", 0))
    rate(library, question_id, verdict, **({} if verdict == "helpful" else {"reason": "wrong"}) | more)
    return question_id


def keys(rows: Iterable[ArticleRow]) -> list[ArticleKey]:
    return [row.key for row in rows]


def adjusted(library: Library, question: str, today: date = TODAY) -> dict[str, float]:
    """What ratings change at ``question``, by article id, over all articles; nothing where they change nothing."""
    vector = library.embedder.embed_queries([question])[0]
    with library.catalog.snapshot() as snapshot:
        found = adjustments(library, snapshot, vector, today, keys(snapshot.listing(Filter(today))))
    return {key.article_id: value for key, value in found.items() if value}


def ranked(library: Library, question: str) -> list[str]:
    """The ids of the articles, best first, as retrieval and what was learned order them."""
    query = understand(question)
    vector = library.embedder.embed_queries([query.text])[0]
    with searching(library, vector) as (snapshot, hits):
        found = retrieve(snapshot, library, query, vector, hits, Filter(TODAY)).articles
        learned = adjustments(library, snapshot, vector, TODAY, keys(item.article for item in found))
    found.sort(key=lambda item: -item.score - sum(learned.get(key, 0.0) for key in keys([item.article])))
    return [item.article.id for item in found]


@pytest.fixture
def three(library: Library, folder: Path, write):
    """Three articles that share a subject; "first" is the best match for QUESTION by itself."""
    write("first", "Abschlag im Portal", "Den Abschlag für Strom ändern Sie im Portal.")
    write("second", "Abschlag am Telefon", "Den Abschlag für Strom ändern wir am Telefon.")
    write("third", "Rechnung", "Die Rechnung bekommen Sie als Brief.")
    ingest(library, [folder])
    return library


def test_an_accepted_article_goes_ahead_of_one_that_helped_only_elsewhere(three) -> None:
    assert ranked(three, QUESTION)[0] == "first"
    rated(three, OTHER, "first@de")
    for actor in "bcdefg":
        rated(three, QUESTION, "second@de", actor=actor)
    assert ranked(three, QUESTION)[0] == "second"
    assert adjusted(three, QUESTION) == {"first": pytest.approx(-MOST * (1 - 2**-6), rel=1e-3)}


def test_what_ask_answered_and_somebody_found_helpful_is_learned(three) -> None:
    three.settings = three.settings.model_copy(update={"answer": AnswerSettings(threshold=0)})
    reply = ask(three, QUESTION)
    rate(three, reply.question_id)
    (lesson,) = lessons(three)
    assert (lesson.article_id, lesson.question) == (reply.citations[0].article_id, QUESTION)


def test_ingest_takes_in_what_was_rated_before_the_index_was_lost(three, folder) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    before = adjusted(three, QUESTION)
    reindex(three, [folder], [folder])
    with three.catalog.snapshot() as snapshot:
        assert len(snapshot.judgements(RatingPeriod(three.embedder.fingerprint, "2000-01-01", TODAY.isoformat()))) == 2
    assert adjusted(three, QUESTION) == before


def test_an_article_that_helped_nobody_yet_is_not_held_back(three) -> None:
    rated(three, QUESTION, "second@de")
    assert adjusted(three, QUESTION) == {}


def test_only_similar_questions_are_affected(three) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    vectors = three.embedder.embed_queries([QUESTION, "Was kostet der Umzug nach Hamburg?"])
    assert vectors[0] @ vectors[1] < RETRIEVAL.feedback.floor
    assert adjusted(three, "Was kostet der Umzug nach Hamburg?") == {}


def test_a_filter_is_never_passed_by(three, folder, write) -> None:
    write("second", "Abschlag am Telefon", "Den Abschlag für Strom ändern wir am Telefon.", audience="internal")
    ingest(three, [folder])
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    vector = three.embedder.embed_queries([QUESTION])[0]
    with three.catalog.snapshot() as snapshot:
        public = keys(snapshot.listing(Filter(TODAY, audience="public")))
        assert not any(adjustments(three, snapshot, vector, TODAY, public).values())
        everything = keys(snapshot.listing(Filter(TODAY)))
        assert min(adjustments(three, snapshot, vector, TODAY, everything).values()) < 0


def test_one_person_counts_once_however_often_they_rate(three) -> None:
    rated(three, OTHER, "first@de", actor="x")
    rated(three, QUESTION, "second@de")
    once = adjusted(three, QUESTION)
    for _ in range(20):
        rated(three, QUESTION, "second@de")
    assert adjusted(three, QUESTION) == once


def test_a_later_rating_of_the_same_question_replaces_the_earlier(three) -> None:
    rated(three, OTHER, "first@de")
    question = rated(three, QUESTION, "second@de")
    assert adjusted(three, QUESTION)
    rate(three, question, "not_helpful", actor="b", reason="unclear")
    assert adjusted(three, QUESTION) == {}
    rate(three, question, "helpful", actor="c")
    assert adjusted(three, QUESTION)


def test_a_rating_against_takes_the_pair_back_and_only_the_second_costs_something(three) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de", actor="a")
    rated(three, QUESTION, "second@de", "not_helpful", actor="b")
    assert adjusted(three, QUESTION) == {}
    rated(three, QUESTION, "second@de", "not_helpful", actor="c")
    rated(three, QUESTION, "second@de", "not_helpful", actor="d")
    assert adjusted(three, QUESTION) == {"second": pytest.approx(-MOST / 3 / 2, rel=1e-3)}


def test_a_rating_against_without_a_reason_that_speaks_against_the_article_teaches_nothing(three) -> None:
    for actor in "abc":
        rated(three, QUESTION, "second@de", "not_helpful", actor=actor, reason="missing")
    assert adjusted(three, QUESTION) == {}
    assert lessons(three) == []


def test_nothing_is_left_of_it_once_the_text_changes_and_a_review_changes_nothing(three, folder, write) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    text = "Den Abschlag für Strom ändern wir am Telefon."
    write("second", "Abschlag am Telefon", text, reviewed_on="2026-01-31")
    ingest(three, [folder])
    assert adjusted(three, QUESTION)
    write("second", "Abschlag am Telefon", text + " Das kostet nichts.")
    ingest(three, [folder])
    assert adjusted(three, QUESTION) == {}
    assert [lesson.article_id for lesson in lessons(three)] == ["first"]


def test_a_rating_that_came_after_the_text_changed_is_about_the_old_text(three, folder, write) -> None:
    rated(three, OTHER, "first@de")
    question = asked(three, QUESTION, "second@de")
    write("second", "Abschlag am Telefon", "Jetzt steht hier etwas anderes über den Abschlag.")
    ingest(three, [folder])
    rate(three, question)
    assert adjusted(three, QUESTION) == {}


def test_a_rating_fades_and_one_given_after_the_day_asked_about_does_not_count(three) -> None:
    rated(three, OTHER, "first@de", days_ago=0)
    rated(three, QUESTION, "second@de", days_ago=180)
    old = adjusted(three, QUESTION)["first"]
    assert old == pytest.approx(-MOST * (1 - 2**-0.5), rel=1e-3)
    assert adjusted(three, QUESTION, TODAY - timedelta(days=1)) == {}
    assert adjusted(three, QUESTION, TODAY + timedelta(days=3650)) == {}


def test_what_is_forgotten_stays_forgotten_when_the_index_is_made_anew(three, folder) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de", actor="a")
    rated(three, QUESTION, "second@de", actor="b")
    (lesson,) = lessons(three, "second")
    assert (lesson.ratings, lesson.people, lesson.age_days, lesson.question) == (2, 2, 0, QUESTION)
    assert lesson.weight == pytest.approx(0.75 * MOST)
    assert forget(three, pair_id=lesson.pair_id) == [lesson]
    assert lessons(three, "second") == []
    assert adjusted(three, QUESTION) == {}
    reindex(three, [folder], [folder])
    assert adjusted(three, QUESTION) == {}
    assert [one.article_id for one in lessons(three)] == ["first"]
    rated(three, QUESTION, "second@de", actor="c")
    assert adjusted(three, QUESTION)


def test_all_of_an_article_is_forgotten_at_once_and_nothing_else(three) -> None:
    for question in (QUESTION, OTHER):
        for key in ("first@de", "second@de"):
            rated(three, question, key)
    assert {one.question for one in forget(three, article_id="first")} == {QUESTION, OTHER}
    assert {one.article_id for one in lessons(three)} == {"second"}
    with pytest.raises(NotFoundError):
        forget(three, article_id="first")
    with pytest.raises(NotFoundError):
        forget(three, pair_id="000000000000")


def test_another_process_learns_from_the_log_alone(three, folder) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    before = adjusted(three, QUESTION)
    other = Library(three.home, three.settings)
    other.embedder = type(three.embedder)()
    try:
        assert adjusted(other, QUESTION) == before
        rated(other, QUESTION, "second@de", actor="b")
        assert adjusted(three, QUESTION)["first"] < before["first"]
        reindex(other, [folder], [folder])
        assert adjusted(other, QUESTION)["first"] < before["first"]
    finally:
        other.close()


def test_ratings_of_another_machine_are_taken_in_by_and_by(three) -> None:
    rated(three, OTHER, "first@de")
    for number in range(70):
        elsewhere(three, asked(three, f"Frage {number}", "third@de"), str(number))
    elsewhere(three, asked(three, QUESTION, "second@de"), "a")
    ratings.take_in_ratings(three)
    assert adjusted(three, QUESTION) == {}
    ratings.take_in_ratings(three)
    assert adjusted(three, QUESTION)


def test_ones_own_rating_counts_at_the_next_question_however_many_of_others_wait(three) -> None:
    for number in range(70):
        elsewhere(three, asked(three, f"Frage {number}", "third@de"), str(number))
    rated(three, QUESTION, "second@de")
    assert adjusted(three, QUESTION)


def test_a_question_reads_the_index_and_writes_nothing_to_it(three) -> None:
    rated(three, OTHER, "first@de")
    elsewhere(three, asked(three, QUESTION, "second@de"), "a")
    with closing(sqlite3.connect(three.home / "index.sqlite3")) as index:
        before = list(index.iterdump())
        ask(three, QUESTION)
        lessons(three)
        assert list(index.iterdump()) == before


def test_a_rating_without_an_index_is_stored_and_makes_none(library) -> None:
    library.events.log_question(QuestionEvent("q1", datetime.now(UTC), QUESTION, "de", "answered", 0.9, "library"))
    rate(library, "q1")
    assert not library.has_index
    assert library.events.feedback_for(["q1"])


def test_with_another_model_everything_is_embedded_anew(three, folder) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    assert adjusted(three, QUESTION)
    three.embedder = type(three.embedder)("words-2")
    ingest(three, [folder])
    assert adjusted(three, QUESTION)
    assert {lesson.article_id for lesson in lessons(three)} == {"first", "second"}


class LogOutOfReach(EventLog):
    def rated_after(self, *_: object) -> None:
        raise EventLogUnavailableError("away", "Mend it.")


def test_a_log_out_of_reach_teaches_nothing_and_stops_nobody(three) -> None:
    three.events = LogOutOfReach(three.database)
    assert adjusted(three, QUESTION) == {}


def test_switched_off_nothing_changes_and_nothing_is_lost(three) -> None:
    rated(three, OTHER, "first@de")
    rated(three, QUESTION, "second@de")
    off = three.settings.model_copy(update={"learning": LearningSettings(enabled=False)})
    on, three.settings = three.settings, off
    assert adjusted(three, QUESTION) == {}
    assert {lesson.weight for lesson in lessons(three)} == {0.0}
    three.settings = on
    assert adjusted(three, QUESTION)


def test_an_article_shows_what_was_learned_for_it_without_personal_data(three) -> None:
    rated(three, "Abschlag ändern, meine Mail ist erika@example.com", "second@de")
    (learned,) = article(three, "second", None)["learned"]
    assert learned["question"] == "Abschlag ändern, meine Mail ist [email]"
    assert learned["weight"] == pytest.approx(MOST / 2, abs=1e-4)
    assert article(three, "first", None)["learned"] == []


SAID = st.lists(
    st.tuples(
        st.builds(
            Judgement,
            *(st.just(name) for name in ("question", "key", "sha256")),
            st.sampled_from("abcdef"),
            st.booleans(),
            st.just(TODAY),
        ),
        st.floats(0, 1),
    ),
    max_size=12,
)
SHARES = st.floats(0, 1)


@given(SAID, SHARES)
def test_ratings_never_weigh_more_than_the_cap_nor_less_than_a_third_of_it(said, most) -> None:
    assert -most / 3 <= weigh(said, most) <= most


@given(SAID, SHARES, st.randoms())
def test_order_and_repetition_of_ratings_change_nothing(said, most, random) -> None:
    repeated = said * 3
    random.shuffle(repeated)
    assert weigh(repeated, most) == pytest.approx(weigh(said, most))


@given(SAID, st.sampled_from("abcdef"), SHARES)
def test_one_more_rating_for_an_article_never_costs_it_anything(said, actor, weight) -> None:
    more = (Judgement("q", "k", "s", actor, True, TODAY), weight)
    assert weigh([*said, more], MOST) >= weigh(said, MOST) - 1e-12


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 1000))
def test_a_rating_never_weighs_more_the_older_it_is(younger, more, half_life) -> None:
    young, old = (TODAY - timedelta(days=days) for days in (younger, younger + more))
    assert 0 <= decay(old, TODAY, half_life) <= decay(young, TODAY, half_life) <= 1
    assert decay(TODAY, TODAY, half_life) == 1
    assert decay(TODAY - timedelta(days=half_life), TODAY, half_life) == 0.5


@given(st.floats(-MOST / 3, MOST), st.floats(-MOST / 3, MOST), SHARES)
def test_nobody_gains_by_stepping_back_and_nobody_loses_more_than_the_bounds(value, best, helped) -> None:
    best = max(value, best)
    assert -4 / 3 * MOST - 1e-12 <= against_best(value, best, helped) <= 0
    assert against_best(best, best, helped) == min(best, 0.0)
    assert against_best(value, best, 0.0) == min(value, 0.0)
