"""What people do with an answer, and what that says about a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.ask import Asker, AskFilters, ask
from assistant.gaps import feedback, find
from assistant.gaps.cases import Case
from assistant.gaps.parameters import FeedbackParameters
from kb.events import Action, Feedback
from kb.library import Library

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = date(2026, 11, 25)
FITTED = FeedbackParameters()
CASE = Case("q1", "q1", "Was kostet das?", NOW, "de", actor="a")


def feedback_of(ratings: list[Feedback], actions: list[Action]) -> float:
    return feedback.feedback_of(ratings, actions, FITTED)


def combined(cases: list[Case]) -> float:
    return feedback.combined(cases, FITTED)


def complaints(cases: list[Case], language: str) -> dict[str, int]:
    return feedback.complaints(cases, language, FITTED)


def rated(verdict: str, reason: str | None = None) -> Feedback:
    return Feedback("q1", NOW, verdict, reason)  # type: ignore[arg-type]


def done(kind: str) -> Action:
    return Action("q1", NOW, kind)  # type: ignore[arg-type]


def test_an_opened_article_speaks_for_an_answer_and_a_complaint_against_one() -> None:
    assert feedback_of([], []) == 0.0
    assert feedback_of([], [done("opened")]) > 0
    assert feedback_of([], [done("opened"), done("copied")]) > feedback_of([], [done("opened")])
    assert feedback_of([rated("helpful")], []) > feedback_of([], [done("copied")])
    assert feedback_of([], [done("opened"), done("escalated")]) < 0
    assert (
        feedback_of([rated("not_helpful", "not_found")], [done("copied")]) < feedback_of([rated("not_helpful")], []) < 0
    )


@pytest.mark.parametrize("reason", ["unclear", "outdated"])
def test_what_is_unclear_or_outdated_is_there(reason: str) -> None:
    assert feedback_of([rated("not_helpful", reason)], []) == 0.0


def test_each_asker_counts_once_and_many_together_no_more_than_the_limit() -> None:
    unhappy = replace(CASE, feedback=-1.0)
    assert combined([unhappy] * 5) == -1.0
    assert combined([replace(unhappy, actor=f"a{number}") for number in range(2)]) == -2.0
    assert combined([replace(unhappy, actor=f"a{number}") for number in range(50)]) == -FITTED.limit
    assert combined([unhappy, replace(CASE, feedback=1.5)]) == 1.5


def test_one_complaint_alone_is_none_unless_a_gap_was_reported() -> None:
    one = replace(CASE, signals=("escalated",))
    assert complaints([one], "de") == {}
    assert complaints([one, replace(one, actor="b", signals=("not_helpful",))], "de") == {
        "escalated": 1,
        "not_helpful": 1,
    }
    assert complaints([replace(one, signals=("gap_reported",))], "de") == {"gap_reported": 1}
    assert complaints([one, replace(one, actor="b", language="en")], "en") == {"escalated": 1}


def put(library: Library, *texts: str) -> list[str]:
    """Each text is asked by somebody else; the ids of the questions."""
    ids = []
    for number, text in enumerate(texts):
        asker = Asker(f"a{number}", f"s{number}", "page", f"q{number}")
        ids.append(ask(library, text, AskFilters(), asker, NOW + timedelta(hours=number)).question_id)
    return ids


ANSWERED = (
    "Meine App meldet NL-426, was heißt das?",
    "Die App zeigt NL-426 an, was soll das heißen?",
    "Fehlermeldung NL-426 in der Nordlicht App",
)


def test_an_answer_that_several_say_is_the_wrong_one_is_a_gap_and_one_alone_says_little(shelf: Library) -> None:
    ids = put(shelf, *ANSWERED)
    assert {shelf.events.question(one).status for one in ids} == {"answered"}
    shelf.events.act(Action(ids[0], NOW, "escalated", "a0"))
    assert find(shelf, today=TODAY).gaps == ()
    for number, one in enumerate(ids):
        shelf.events.rate(Feedback(one, NOW, "not_helpful", "not_found", actor=f"a{number}"))
    (gap,) = find(shelf, today=TODAY).gaps
    assert gap.cause in {"missing", "weak"}
    assert len(gap.questions) == len(ids)


REFUSED = (
    "Muss ich die Prüfung bezahlen, wenn der Stromzähler richtig misst?",
    "Prüfung bezahlen, Stromzähler misst richtig",
    "Kundin möchte wissen: Muss ich die Prüfung bezahlen, wenn der Stromzähler richtig misst?",
)


def test_refused_questions_are_no_gap_once_their_askers_found_the_article_in_the_list(shelf: Library) -> None:
    ids = put(shelf, *REFUSED)
    assert [gap.cause for gap in find(shelf, today=TODAY).gaps] == ["missing"]
    for number, one in enumerate(ids):
        shelf.events.act(Action(one, NOW, "copied", f"a{number}"))
    assert find(shelf, today=TODAY).gaps == ()
