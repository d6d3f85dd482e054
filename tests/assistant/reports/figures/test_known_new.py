"""Known and new: answered, asked before in vain, never asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.reports.figures.known_new import LOOK_BACK, asked_before, novelty
from kb.embedding import FloatMatrix
from kb.errors import MissingPartError
from kb.events import QuestionEvent
from kb.library import Library
from kb.settings import Settings
from tests.fakes import WordEmbedder
from tests.sample_gaps import gap

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


def event(number: int, at: datetime, text: str = "Fernwärme?", status: str = "abstained") -> QuestionEvent:
    return QuestionEvent(f"q{number}", at, text, "de", status, 0.1, "page")  # type: ignore[arg-type]


@pytest.fixture
def empty(tmp_path: Path):
    made = Library(tmp_path / "home", Settings())
    made.embedder, made.english = WordEmbedder(), None
    yield made
    made.close()


def test_a_question_is_answered_asked_before_or_new(empty: Library) -> None:
    hour = timedelta(hours=1)
    empty.events.log_questions(
        [
            event(1, NOON, "Bieten Sie Fernwärme an?"),
            event(2, NOON + hour, "Wie melde ich meinen Umzug?", "answered"),
            event(3, NOON + 2 * hour, "Bieten Sie Fernwärme an?"),
            event(4, NOON + 3 * hour, "Ladekarte bestellen"),
        ]
    )
    told = novelty(empty, NOON, NOON + 9 * hour)
    assert told == {"q1": "new", "q2": "answered", "q3": "asked_before", "q4": "new"}


def test_what_was_asked_too_long_ago_is_new_again(empty: Library) -> None:
    empty.events.log_questions([event(1, NOON - LOOK_BACK - timedelta(days=1)), event(2, NOON)])
    assert novelty(empty, NOON, NOON + timedelta(hours=1)) == {"q2": "new"}


def test_questions_of_one_gap_are_the_same_in_other_words(empty: Library) -> None:
    (found,) = empty.backlog.sync([gap("g", "missing", ["Fernwärme?", "Heizen ohne Gas"], {}, questions=2)], NOON)
    first, second = found.questions
    empty.events.log_questions([event(1, first.asked_at, first.text), event(2, second.asked_at, second.text)])
    told = novelty(empty, first.asked_at, NOON)
    assert told == {"q1": "new", "q2": "new"}
    empty.events.log_questions(
        [
            QuestionEvent(f"r{at}", one.asked_at, f"anders {at}", "de", "abstained", 0.1, "replay", caller_id=one.id)
            for at, one in enumerate(found.questions)
        ]
    )
    told = novelty(empty, first.asked_at, NOON)
    assert (told["r0"], told["r1"]) == ("new", "asked_before")


def test_blocks_are_compared_like_the_whole() -> None:
    dice = np.random.default_rng(1)
    vectors = dice.normal(size=(40, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    events = [event(number, NOON + timedelta(days=5 * number)) for number in range(40)]
    places = list(range(0, 40, 2))
    expected = {
        place
        for place in places
        if any(
            vectors[place] @ vectors[other] >= 0.91 and events[place].asked_at - events[other].asked_at <= LOOK_BACK
            for other in range(place)
        )
    }
    assert expected
    assert asked_before(events, places, vectors, block=3) == expected


def test_without_a_model_nothing_is_called_new(empty: Library) -> None:
    class NoModel(WordEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
            raise MissingPartError("No model.", "Build one.")

    empty.embedder = NoModel()
    empty.events.log_question(event(1, NOON))
    assert novelty(empty, NOON, NOON + timedelta(hours=1)) == {}
