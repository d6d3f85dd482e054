from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.ask import AskFilters, ask
from assistant.replay.embedding_cache import CachingEmbedder
from assistant.replay.replay import Replayed, ReplayProblem, replay
from ingest.pipeline import ingest
from kb.errors import MissingPartError, UsageError
from kb.events import Feedback
from kb.library import Library
from kb.runtime import lock
from tests.fakes import WordEmbedder


@pytest.fixture
def filled(library, folder, write) -> Library:
    write("move", "Umzug", "Melden Sie den Umzug im Portal. Der Umzug ist kostenlos.")
    write("meter", "Zählerstand", "Den Zählerstand melden Sie im Portal.", expires_on="2026-06-30")
    ingest(library, [folder])
    return library


def file(*lines: Any) -> io.BytesIO:
    return io.BytesIO("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines).encode())


def replayed(library: Library, *lines: Any, **options: Any) -> list[Replayed | ReplayProblem]:
    return list(replay(library, file(*lines), **options))


def test_a_question_is_logged_as_if_it_had_been_asked_then(filled) -> None:
    line = {
        "id": 7,
        "text": "Wie melde ich meinen Umzug, ich bin Herr Müller?",
        "language": "de",
        "asked_at": "2026-05-20T09:30:00+02:00",
        "actor": "a1",
        "session": "s1",
        "relevant": ["move"],
    }
    (item,) = replayed(filled, line)
    (event,) = filled.events.questions()
    assert event.asked_at == datetime(2026, 5, 20, 7, 30, tzinfo=UTC)
    assert (event.caller_id, event.actor, event.session, event.channel) == ("7", "a1", "s1", "replay")
    assert event.text == "Wie melde ich meinen Umzug, ich bin Herr [name]?"
    assert (event.question_id, event.status) == (item.reply.question_id, item.reply.status)


def test_the_line_printed_is_the_ask_object_without_the_answer_and_with_the_id(filled) -> None:
    (item,) = replayed(filled, {"id": "t-1", "text": "Umzug melden"})
    data = item.to_json()
    assert data.keys() == item.reply.to_json().keys() - {"answer"} | {"id"}
    assert data["id"] == "t-1"


def test_the_day_of_the_question_decides_what_was_fresh(filled) -> None:
    asked = {"text": "Zählerstand melden Portal"}
    early, late = replayed(
        filled, {**asked, "id": "1", "asked_at": "2026-05-20"}, {**asked, "id": "2", "asked_at": "2026-08-01T00:00:00Z"}
    )
    assert early.reply.nearest[0].article_id == "meter"
    assert "meter" not in {near.article_id for near in late.reply.nearest}


def test_replies_come_in_the_order_of_the_file_and_blank_lines_do_not_count(filled) -> None:
    lines = [{"id": str(number), "text": f"Umzug {number}"} for number in range(300)]
    found = replayed(filled, *lines[:150], "", *lines[150:])
    assert [item.line.id for item in found] == [line["id"] for line in lines]
    assert [item.line.number for item in found[149:151]] == [150, 152]
    assert filled.events.counts()["questions"] == 300


def test_the_same_lines_again_are_logged_once(filled) -> None:
    lines = [
        {"id": "1", "text": "Umzug melden"},
        {"id": "2", "text": "Umzug melden", "asked_at": "2026-05-20"},
        {"id": "2", "text": "Umzug melden", "asked_at": "2026-05-21"},
        {"id": "2", "text": "Umzug abmelden", "asked_at": "2026-05-21"},
    ]
    first = [item.reply.question_id for item in replayed(filled, *lines)]
    assert [item.reply.question_id for item in replayed(filled, *lines)] == first
    assert filled.events.counts()["questions"] == len(set(first)) == 4


def test_a_replay_that_was_stopped_has_logged_what_it_asked_and_may_be_repeated(filled) -> None:
    lines = [{"id": str(number), "text": f"Umzug {number}"} for number in range(200)]
    begun = replay(filled, file(*lines))
    first = next(begun)
    begun.close()
    assert isinstance(first, Replayed)
    assert filled.events.question(first.reply.question_id).caller_id == "0"
    assert len(replayed(filled, *lines)) == 200
    assert filled.events.counts()["questions"] == 200


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ({"text": "x"}, '"id" is missing'),
        ({"id": "1"}, '"text" is missing'),
        ({"id": "1", "text": " \n"}, '"text" is missing'),
        ({"id": "1", "text": ["x"]}, '"text" is not a text'),
        ({"id": True, "text": "x"}, '"id" is not a text'),
        ({"id": "1", "text": "x" * 8001}, "8,001 characters"),
        ({"id": "1", "text": "x", "language": "deutsch!"}, "not a language"),
        ({"id": "1", "text": "x", "asked_at": "2026-05-20T09:30:00"}, "no time zone"),
        ({"id": "1", "text": "x", "asked_at": "2026-02-30T09:30:00Z"}, "is no time"),
        ({"id": "1", "text": "x", "asked_at": "2026-02-30"}, "is no time"),
        ({"id": "1", "text": "x", "asked_at": "0001-01-01T00:00:00+02:00"}, "is no time"),
        ({"id": "1", "text": "x", "asked_at": "gestern"}, "is no time"),
        ({"id": "1", "text": "x" * 1_000_001}, "longer than"),
    ],
)
def test_a_line_that_cannot_be_asked_is_named_and_the_others_go_on(filled, line, said) -> None:
    before, problem, after = replayed(filled, {"id": "a", "text": "Umzug"}, line, {"id": "b", "text": "Umzug"})
    assert isinstance(problem, ReplayProblem)
    assert (problem.number, said in problem.message) == (2, True)
    assert problem.hint
    assert [before.line.id, after.line.id] == ["a", "b"]


def test_any_file_gives_a_reply_or_a_problem_for_each_line(filled) -> None:
    @given(st.lists(st.binary(max_size=40) | st.just(b'{"id": "1", "text": "\\ud800"}'), max_size=4))
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def holds(lines: list[bytes]) -> None:
        content = b"\n".join(lines)
        wanted = sum(bool(line.strip()) for line in io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")))
        found = list(replay(filled, io.BytesIO(content), workers=1))
        assert len(found) == wanted
        for item in found:
            json.dumps(item.to_json() if isinstance(item, Replayed) else item.message, ensure_ascii=False).encode()

    holds()


def test_a_running_server_is_not_in_the_way(filled) -> None:
    with lock.hold(filled.lock_path, "the server"):
        assert replayed(filled, {"id": "1", "text": "Umzug melden"})[0].line.id == "1"


def test_an_article_that_comes_in_between_is_found(filled, folder, write) -> None:
    lines = [{"id": str(number), "text": "Abschlag ändern"} for number in range(129)]
    begun = replay(filled, file(*lines), workers=1)
    first = [next(begun) for _ in range(128)]
    write("instalment", "Abschlag", "Den Abschlag ändern Sie im Portal.")
    ingest(filled, [folder])
    (last,) = begun
    assert "instalment" not in {near.article_id for near in first[0].reply.nearest}
    assert last.reply.nearest[0].article_id == "instalment"


def test_an_audience_is_asked_for_and_an_unknown_one_refused(filled) -> None:
    replayed(filled, {"id": "1", "text": "Umzug melden"}, audience="public")
    assert next(filled.events.questions()).filters["audience"] == "public"
    with pytest.raises(UsageError, match="audience"):
        replayed(filled, {"id": "1", "text": "Umzug melden"}, audience="all")


def test_without_an_index_nothing_is_asked(library) -> None:
    with pytest.raises(MissingPartError, match="no index"):
        replayed(library, {"id": "1", "text": "Umzug melden"})


def test_without_a_log_nothing_is_asked(filled) -> None:
    filled.events_file.write_bytes(b"this is not a database, it only has its name" * 100)
    with pytest.raises(MissingPartError, match="not a database"):
        replayed(filled, {"id": "1", "text": "Umzug melden"})


def test_questions_that_are_logged_together_keep_what_each_is_logged_with(filled) -> None:
    text = "Umzug melden, meine Nummer ist 0171 2345678"
    lines = [{"id": str(number), "text": text, "actor": f"a{number}", "asked_at": "2026-05-20"} for number in range(3)]
    found = replayed(filled, *lines)
    filled.events.rate(Feedback(found[1].reply.question_id, datetime(2026, 5, 21, tzinfo=UTC), "helpful"))
    replayed(filled, *lines)
    events = sorted(filled.events.questions(), key=lambda event: event.caller_id)
    assert [(event.caller_id, event.actor, event.redacted) for event in events] == [
        (str(number), f"a{number}", ("phone",)) for number in range(3)
    ]
    assert len(filled.events.feedback_for([events[1].question_id])[events[1].question_id]) == 1


def test_a_log_that_fails_on_the_way_ends_the_replay(filled) -> None:
    with filled.database.write() as connection:  # questions can be read and not written
        connection.exec_driver_sql("ALTER TABLE questions RENAME TO kept")
        connection.exec_driver_sql("CREATE VIEW questions AS SELECT * FROM kept")
    with pytest.raises(MissingPartError, match="1 questions from line 1 on were asked but not logged"):
        replayed(filled, {"id": "1", "text": "Umzug melden"})


def test_replies_are_those_that_asking_gives(sample) -> None:
    questions = [
        "Wie melde ich meinen Umzug?",
        "How do I report my meter reading?",
        "Was kostet eine Rücklastschrift?",
        "Wie backe ich Sauerteigbrot?",
        "What should I do if I smell gas?",
        "Wie melde ich meinen Umzug?",
    ]
    lines = [{"id": str(number), "text": text} for number, text in enumerate(questions)]
    found = replayed(sample, *[{**line, "asked_at": "2026-11-23T09:00:00Z"} for line in lines], workers=2)
    for item, question in zip(found, questions, strict=True):
        now = datetime(2026, 11, 23, 9, tzinfo=UTC)
        alone = ask(sample, question, AskFilters(), now=now, log=False)
        same = replace(item.reply, question_id=alone.question_id, timings_ms=alone.timings_ms)
        assert same == alone


class Counting(WordEmbedder):
    """Counts the questions that it embeds too."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]):
        self.asked += texts
        return super().embed_queries(texts)


def test_a_remembering_embedder_gives_the_same_vectors_and_embeds_each_text_once() -> None:
    inner = Counting()
    outer = CachingEmbedder(inner)
    texts = ["a", "b", "a", "c"]
    for _ in range(2):
        assert np.array_equal(outer.embed_passages(texts), WordEmbedder().embed_passages(texts))
        assert np.array_equal(outer.embed_queries(texts), WordEmbedder().embed_queries(texts))
    assert inner.embedded == ["a", "b", "c"]
    assert inner.asked == ["a", "b", "c"]
    assert outer.embed_queries([]).shape == (0, 64)
    assert outer.token_offsets("a b") == inner.token_offsets("a b")
    assert outer.fingerprint == inner.fingerprint


def test_what_is_remembered_is_bounded() -> None:
    inner = Counting()
    outer = CachingEmbedder(inner, remembered=2)
    for text in ("a", "b", "c", "c", "a"):
        outer.embed_queries([text])
    assert inner.asked == ["a", "b", "c", "a"]
